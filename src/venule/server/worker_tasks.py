"""What the worker processes do: from a photograph to the content of an answer."""

import base64
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from venule import VesselMap
from venule.errors import VenuleError, missing_extra
from venule.measurement import Scale
from venule.workflows import SegmentPhotograph
from venule.workflows.analyse import Analysis, MemoryFile, analyse, describe, find_vessels
from venule.workflows.dicom import SEG, SR, dicom_files, header_to_answer
from venule.workflows.report import report_in_memory
from venule.workflows.segment import encode_mask, encode_picture, encode_probability, encode_runs

JPEG_QUALITY = 92  # of the photograph on the page
LEVELS = 256  # of the probability on the page
ASSESSED = ("laterality", "eye_found", "centred_on", "scale_from", "quality", "quality_reasons", "corrected")
Maps = Mapping[str, MemoryFile]


@dataclass(frozen=True)
class Options:
    """The options of a request.

    Attributes:
        segmentation: how vessels are found.
        max_pixels: of a photograph.
        scale: the size of a pixel, as far as it is known.
    """

    segmentation: SegmentPhotograph
    max_pixels: int
    scale: Scale = field(default_factory=Scale)

    def analyse(self, photograph: MemoryFile, maps: Maps) -> Analysis:
        """Analyse a photograph with these options."""
        return analyse(photograph, self.segmentation, max_pixels=self.max_pixels, scale=self.scale, **maps)


def segment(photograph: MemoryFile, options: Options, picture: str, form: str) -> bytes:
    """The vessels of a photograph: "png", a picture of them; "json" or "parquet", with model and size; "dicom-seg"."""
    segmentation, name = options.segmentation, photograph.name
    header = header_to_answer(name, photograph.content) if form == "dicom-seg" else None
    found = find_vessels(photograph, segmentation, max_pixels=options.max_pixels)
    if header is not None:
        return dicom_files(found, header, model=segmentation.model, name=name)[SEG]
    if form == "png":
        return _picture(found, picture)
    masks = {"vessels": found.vessels, "arteries": found.arteries, "veins": found.veins}
    known = {kind: mask for kind, mask in masks.items() if mask is not None}
    if form == "json":
        runs = {kind: json.loads(encode_runs(mask)) for kind, mask in known.items()}
        landmarks = asdict(found.landmarks) if found.landmarks else {}
        return _json({**_about(name, found), **dict.fromkeys(masks), **runs, **landmarks})
    return _parquet({**_about(name, found), **{f"{kind}_png": encode_mask(mask) for kind, mask in known.items()}})


def measure(photograph: MemoryFile, maps: Maps, options: Options, picture: str, form: str, graph: bool) -> bytes:
    """The measurements of a photograph: "json", perhaps with its graph, "csv", "parquet", "dicom-sr"; or a picture."""
    name = photograph.name
    header = header_to_answer(name, photograph.content) if form == "dicom-sr" else None
    analysis = options.analyse(photograph, maps)
    found, measured = analysis.found, analysis.measured
    if header is not None:
        model = options.segmentation.model
        return dicom_files(found, header, model=model, name=name, seg=False, measured=measured)[SR]
    if form == "png":
        return _picture(found, picture)
    row = {**_about(name, found), **analysis.row()}
    if form == "csv":
        return pd.DataFrame([row]).to_csv(index=False).encode()
    if form == "parquet":
        return _parquet(row)
    return _json(row | ({"graph": describe(measured)} if graph else {}))


def look(photograph: MemoryFile, maps: Maps, options: Options) -> bytes:
    """Everything that the page shows of a photograph, as JSON with pictures in base64."""
    analysis = options.analyse(photograph, maps)
    found, measured = analysis.found, analysis.measured
    masks = {"vessels": found.vessels, "fov": found.fov, "arteries": found.arteries, "veins": found.veins}
    pictures = {
        "photograph": _jpeg(found.image),
        "probability": _levels(found.probability),
        **{name: None if mask is None else encode_mask(mask) for name, mask in masks.items()},
    }
    about = _about(photograph.name, found)
    row = {**about, **analysis.row()}
    return _json({
        **about,
        **{name: row[name] for name in ASSESSED},
        "dicom": photograph.is_dicom,
        "units": _plain(measured.units),
        "pictures": {name: one and base64.b64encode(one).decode() for name, one in pictures.items()},
        "properties": _plain(asdict(analysis.quality.properties)),
        "graph": describe(measured),
        "measurements": [
            {**_plain(asdict(one)), "column": column, "unit": unit} for column, unit, one in measured.in_best_units()
        ],
        "row": row,
    })  # fmt: skip


def report(photographs: Sequence[MemoryFile], maps: Sequence[Maps], options: Options) -> bytes:
    """The report of some photographs, as one HTML file."""
    segmentation, most = options.segmentation, options.max_pixels
    return report_in_memory(photographs, maps, segmentation, max_pixels=most, scale=options.scale).encode()


def _picture(found: VesselMap, picture: str) -> bytes:
    if picture == "overlay":
        return encode_picture(found.overlay())
    if picture == "av":
        return encode_picture(found.coloured())
    if picture == "probability":
        return encode_probability(found.probability)
    masks = {"vessels": found.vessels, "fov": found.fov, "arteries": found.arteries, "veins": found.veins}
    mask = masks[picture]
    if mask is None:
        raise VenuleError(f"{picture} are not known: leave out av=false", reason="no-arteries-and-veins")
    return encode_mask(mask)


def _about(name: str, found: VesselMap) -> dict[str, Any]:
    height, width = found.vessels.shape
    return {
        "name": name,
        "model": found.model,
        "threshold": found.threshold,
        "width_px": width,
        "height_px": height,
        "fov_diameter_px": round(found.fov_diameter, 1),
        "vessel_share": round(found.vessel_share, 6),
    }


def _levels(probability: NDArray[np.float32]) -> bytes:
    """A probability in steps of 1/256, rounded down, so that level >= n is exactly probability >= n / 256."""
    levels = np.minimum(np.floor(probability * LEVELS), LEVELS - 1).astype(np.uint8)
    return cv2.imencode(".png", levels)[1].tobytes()


def _jpeg(image: NDArray[np.uint8]) -> bytes:
    settings = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), settings)[1].tobytes()


def _parquet(row: Mapping[str, Any]) -> bytes:
    file = io.BytesIO()
    numbers = {name: float("nan") if value is None else value for name, value in row.items()}
    try:
        pd.DataFrame([numbers]).to_parquet(file, index=False)
    except ImportError as error:
        raise missing_extra("parquet", "Parquet needs pyarrow") from error
    return file.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same with numbers of six digits, and null for those that are not finite."""
    return {
        name: (float(f"{value:.6g}") if np.isfinite(value) else None) if isinstance(value, float) else value
        for name, value in values.items()
    }
