"""What the processes of the pool are asked to do: a photograph's content in, an answer's content out."""

import base64
import io
import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd

from venule.batch import Batch, Done, Engine, run
from venule.measurement import BY_NAME, Measured, Scale, Value
from venule.measurement.measured import columns_of
from venule.photograph.arrays import ImageArray, ProbabilityArray
from venule.photograph.signature import is_dicom
from venule.server.names import file_names
from venule.vessel_map import VesselMap
from venule.workflows import PHOTOGRAPH_SUFFIXES, SegmentPhotograph
from venule.workflows.analyse import Content, Look, LookAtEach, find_in, look_at
from venule.workflows.dicom import encode_seg, encode_sr, header_to_answer
from venule.workflows.measure import MeasurePhotograph, describe
from venule.workflows.report import report_folder
from venule.workflows.segment import encode_mask, encode_picture, encode_probability, encode_runs

JPEG_QUALITY = 92  # of the photograph on the page
LEVELS = 256  # of the probability on the page


@dataclass(frozen=True)
class Asked:
    """What a request asks for, besides its photograph.

    Attributes:
        finding: how vessels are found.
        scale: what is known of the size of a pixel.
        max_pixels: of a photograph.
    """

    finding: SegmentPhotograph
    scale: Scale = field(default_factory=Scale)
    max_pixels: int = 40_000_000


@dataclass(frozen=True)
class Given:
    """A photograph for a report.

    Attributes:
        photograph: the file.
        maps: of "arteries" and "veins", where they are known.
        done: what the same look at it has given before; None: it is not known.
    """

    photograph: Content
    maps: Mapping[str, Content] = field(default_factory=dict)
    done: Done | None = None


def segment(given: Content, asked: Asked, picture: str, form: str) -> bytes:
    """The vessels of a photograph.

    Args:
        given: the photograph.
        asked: how.
        picture: "vessels", "probability", "overlay" or "fov".
        form: "png": that picture; "json" or "parquet": what is known of it, the vessels with it; "dicom-seg": DICOM.
    """
    header = header_to_answer(given.name, given.content) if form == "dicom-seg" else None
    found = find_in(given, asked.finding, max_pixels=asked.max_pixels)
    if header is not None:
        return encode_seg(found, header, model=asked.finding.model, name=given.name)
    if form == "png":
        return _picture(found, picture)
    row = {"name": given.name, **_found(found)}
    if form == "json":
        return _json({**row, "vessels": json.loads(encode_runs(found.vessels))})
    return _parquet({**row, "vessels_png": encode_mask(found.vessels)})


def measure(given: Content, asked: Asked, maps: Mapping[str, Content], picture: str, form: str, graph: bool) -> bytes:
    """The measurements of a photograph.

    Args:
        given: the photograph.
        asked: how.
        maps: of "arteries" and "veins", where they are known.
        picture: see `segment`.
        form: "json", "csv" or "parquet"; "png": the picture of what was measured; "dicom-sr": DICOM.
        graph: with the centrelines, in JSON.
    """
    header = header_to_answer(given.name, given.content) if form == "dicom-sr" else None
    look = look_at(given, asked.finding, max_pixels=asked.max_pixels, scale=asked.scale, **maps)
    if header is not None:
        return encode_sr(look.found, look.measured, header, model=asked.finding.model, name=given.name)
    if form == "png":
        return _picture(look.found, picture)
    row = {"name": given.name, **_found(look.found), **_judged(look), **look.measured.row()}
    if form == "csv":
        return pd.DataFrame([row]).to_csv(index=False).encode()
    if form == "parquet":
        return _parquet(row)
    return _json(row | ({"graph": describe(look.measured)} if graph else {}))


def show(given: Content, asked: Asked, maps: Mapping[str, Content]) -> tuple[bytes, Done]:
    """Everything that the page shows of a photograph, as JSON with pictures in base64; and what a report needs."""
    look = look_at(given, asked.finding, max_pixels=asked.max_pixels, scale=asked.scale, **maps)
    found = look.found
    pictures = {
        "photograph": _jpeg(found.image),
        "probability": _levels(found.probability),
        "vessels": encode_mask(found.vessels),
        "fov": encode_mask(found.fov),
        "arteries": encode_mask(look.arteries) if look.arteries is not None else None,
        "veins": encode_mask(look.veins) if look.veins is not None else None,
    }
    row = {"name": given.name, **_found(found), **_judged(look)}
    shown = _json({
        **row,
        "dicom": is_dicom(given.content, name=given.name),
        "units": {unit: _plain(size) for unit, size in look.measured.units.items()},
        "pictures": {name: base64.b64encode(one).decode() if one else None for name, one in pictures.items()},
        "properties": {name: _plain(value) for name, value in asdict(look.quality.properties).items()},
        "graph": describe(look.measured),
        "measurements": [_measurement(value, look.measured) for value in look.measured.values],
        "row": {**row, **look.measured.row()},
    })  # fmt: skip
    return shown, look.done()


def report(given: Sequence[Given], asked: Asked, folder: Path) -> bytes:
    """The report of some photographs, as one HTML file.

    Args:
        given: the photographs.
        asked: how.
        folder: of ours, in which a folder is made and removed again.
    """
    here = Path(tempfile.mkdtemp(dir=folder))
    try:
        photographs, output = here / "photographs", here / "output"
        photographs.mkdir()
        contents = [one.photograph.content for one in given]
        names = file_names([one.photograph.name for one in given], contents)
        for name, content in zip(names, contents, strict=True):
            (photographs / name).write_bytes(content)
        by_name = dict(zip(names, given, strict=True))
        maps = {name: one.maps for name, one in by_name.items()}
        done = {name: one.done for name, one in by_name.items() if one.done}
        run(
            [photographs], output, work=LookAtEach(asked.finding, asked.scale, asked.max_pixels, maps, done),
            suffixes=PHOTOGRAPH_SUFFIXES, batch=Batch(_Here()),
            settings=MeasurePhotograph(asked.finding, scale=asked.scale).settings(),
        )  # fmt: skip
        report_folder(output)
        text = (output / "report.html").read_text(encoding="utf-8")
        return text.replace(escape(f"{photographs.as_posix()}/"), "").encode()
    finally:
        shutil.rmtree(here, ignore_errors=True)


class _Here(Engine):
    """All in this process, which is one of several already."""

    def processes(self, files: int) -> int:
        return 0


def _picture(found: VesselMap, picture: str) -> bytes:
    if picture == "overlay":
        return encode_picture(found.overlay())
    if picture == "probability":
        return encode_probability(found.probability)
    return encode_mask({"vessels": found.vessels, "fov": found.fov}[picture])


def _found(found: VesselMap) -> dict[str, Any]:
    height, width = found.vessels.shape
    return {
        "model": found.model,
        "threshold": found.threshold,
        "width_px": width,
        "height_px": height,
        "fov_diameter_px": round(found.fov_diameter, 1),
        "vessel_share": round(found.vessel_share, 6),
    }


def _judged(look: Look) -> dict[str, Any]:
    return {
        "laterality": look.known.laterality,
        "scale_from": look.known.scale_from,
        "quality": _plain(look.quality.score),
        "quality_reasons": "; ".join(look.quality.reasons),
    }


def _measurement(value: Value, measured: Measured) -> dict[str, Any]:
    """A value in the unit that the scale gives, else in pixels, with all its words left to the page."""
    definition = BY_NAME[value.name]
    column, unit = columns_of(definition, value.region, list(measured.units))[-1]
    size = measured.units.get(unit.rstrip("2").removeprefix("1/"), 1.0) ** definition.power
    numbers = {"value": value.value, "lower": value.lower, "upper": value.upper}
    return {
        "name": value.name,
        "region": value.region,
        "column": column,
        "unit": unit,
        **{key: None if number is None else float(f"{number * size:.6g}") for key, number in numbers.items()},
        "reason": value.reason,
    }


def _levels(probability: ProbabilityArray) -> bytes:
    """A probability in steps of 1/256, rounded down, so that level >= n is exactly probability >= n / 256."""
    levels = np.minimum(np.floor(probability * LEVELS), LEVELS - 1).astype(np.uint8)
    return cv2.imencode(".png", levels)[1].tobytes()


def _jpeg(image: ImageArray) -> bytes:
    settings = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    return cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), settings)[1].tobytes()


def _parquet(row: Mapping[str, Any]) -> bytes:
    file = io.BytesIO()
    numbers = {name: float("nan") if value is None else value for name, value in row.items()}
    pd.DataFrame([numbers]).to_parquet(file, index=False)
    return file.getvalue()


def _json(value: Any) -> bytes:
    return json.dumps(value, allow_nan=False, separators=(",", ":")).encode()


def _plain(number: float | None) -> float | None:
    return None if number is None or not np.isfinite(number) else float(f"{number:.6g}")
