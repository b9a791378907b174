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
from venule.errors import missing_extra
from venule.measurement import Scale, Value
from venule.workflows import SegmentPhotograph
from venule.workflows.analyse import Analysis, MemoryFile, analyse, describe, find_vessels
from venule.workflows.dicom import SEG, SR, dicom_files, header_to_answer
from venule.workflows.report import report_in_memory
from venule.workflows.segment import encode_mask, encode_picture, encode_probability, encode_runs

JPEG_QUALITY = 92  # of the photograph on the page
LEVELS = 256  # of the probability on the page
Maps = Mapping[str, MemoryFile]


@dataclass(frozen=True)
class Options:
    """The options of a request.

    Attributes:
        segmentation: how vessels are found.
        scale: the size of a pixel, as far as it is known.
        max_pixels: of a photograph.
    """

    segmentation: SegmentPhotograph
    scale: Scale = field(default_factory=Scale)
    max_pixels: int = 40_000_000

    def analyse(self, photograph: MemoryFile, maps: Maps) -> Analysis:
        """Analyse a photograph with these options."""
        return analyse(photograph, self.segmentation, max_pixels=self.max_pixels, scale=self.scale, **maps)


def segment(photograph: MemoryFile, options: Options, picture: str, form: str) -> bytes:
    """The vessels of a photograph.

    Args:
        photograph: the file.
        options: of the request.
        picture: "vessels", "probability", "overlay" or "fov".
        form: "png": the picture; "json" or "parquet": the vessels, with model, threshold and size; "dicom-seg": DICOM.
    """
    segmentation = options.segmentation
    header = header_to_answer(photograph.name, photograph.content) if form == "dicom-seg" else None
    found = find_vessels(photograph, segmentation, max_pixels=options.max_pixels)
    if header is not None:
        return dicom_files(found, header, model=segmentation.model, name=photograph.name)[SEG]
    if form == "png":
        return _picture(found, picture)
    row = {"name": photograph.name, **_about(found)}
    if form == "json":
        return _json({**row, "vessels": json.loads(encode_runs(found.vessels))})
    return _parquet({**row, "vessels_png": encode_mask(found.vessels)})


def measure(photograph: MemoryFile, options: Options, maps: Maps, picture: str, form: str, graph: bool) -> bytes:
    """The measurements of a photograph.

    Args:
        photograph: the file.
        options: of the request.
        maps: of "arteries" and "veins", where they are known.
        picture: see `segment`.
        form: "json", "csv" or "parquet"; "png": the picture; "dicom-sr": DICOM.
        graph: add the centrelines, in JSON.
    """
    header = header_to_answer(photograph.name, photograph.content) if form == "dicom-sr" else None
    analysis = options.analyse(photograph, maps)
    found, measured = analysis.found, analysis.measured
    if header is not None:
        model = options.segmentation.model
        return dicom_files(found, header, model=model, name=photograph.name, seg=False, measured=measured)[SR]
    if form == "png":
        return _picture(found, picture)
    row = {"name": photograph.name, **_about(found), **_assessment(analysis), **measured.row()}
    if form == "csv":
        return pd.DataFrame([row]).to_csv(index=False).encode()
    if form == "parquet":
        return _parquet(row)
    return _json(row | ({"graph": describe(measured)} if graph else {}))


def look(photograph: MemoryFile, options: Options, maps: Maps) -> bytes:
    """Everything that the page shows of a photograph, as JSON with pictures in base64."""
    analysis = options.analyse(photograph, maps)
    found, measured = analysis.found, analysis.measured
    pictures = {
        "photograph": _jpeg(found.image),
        "probability": _levels(found.probability),
        "vessels": encode_mask(found.vessels),
        "fov": encode_mask(found.fov),
        "arteries": encode_mask(analysis.arteries) if analysis.arteries is not None else None,
        "veins": encode_mask(analysis.veins) if analysis.veins is not None else None,
    }
    row = {"name": photograph.name, **_about(found), **_assessment(analysis)}
    return _json({
        **row,
        "dicom": photograph.is_dicom,
        "units": {unit: _plain(size) for unit, size in measured.units.items()},
        "pictures": {name: base64.b64encode(one).decode() if one else None for name, one in pictures.items()},
        "properties": {name: _plain(value) for name, value in asdict(analysis.quality.properties).items()},
        "graph": describe(measured),
        "measurements": [_measurement(*one) for one in measured.in_best_units()],
        "row": {**row, **measured.row()},
    })  # fmt: skip


def report(photographs: Sequence[MemoryFile], options: Options, maps: Sequence[Maps]) -> bytes:
    """The report of some photographs, as one HTML file."""
    segmentation, most = options.segmentation, options.max_pixels
    return report_in_memory(photographs, maps, segmentation, max_pixels=most, scale=options.scale).encode()


def _picture(found: VesselMap, picture: str) -> bytes:
    if picture == "overlay":
        return encode_picture(found.overlay())
    if picture == "probability":
        return encode_probability(found.probability)
    return encode_mask({"vessels": found.vessels, "fov": found.fov}[picture])


def _about(found: VesselMap) -> dict[str, Any]:
    height, width = found.vessels.shape
    return {
        "model": found.model,
        "threshold": found.threshold,
        "width_px": width,
        "height_px": height,
        "fov_diameter_px": round(found.fov_diameter, 1),
        "vessel_share": round(found.vessel_share, 6),
    }


def _assessment(analysis: Analysis) -> dict[str, Any]:
    return {
        "laterality": analysis.metadata.laterality,
        "scale_from": analysis.metadata.scale_from,
        "quality": _plain(analysis.quality.score),
        "quality_reasons": "; ".join(analysis.quality.reasons),
    }


def _measurement(column: str, unit: str, one: Value) -> dict[str, Any]:
    numbers = {"value": one.value, "lower": one.lower, "upper": one.upper}
    return {
        "name": one.name,
        "region": one.region,
        "column": column,
        "unit": unit,
        **{key: _plain(number) for key, number in numbers.items()},
        "reason": one.reason,
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


def _plain(number: float | None) -> float | None:
    return None if number is None or not np.isfinite(number) else float(f"{number:.6g}")
