"""What the routes take and answer, for the OpenAPI description."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

FORM = "multipart/form-data"
MEDIA_TYPES = {
    "png": "image/png",
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "dicom-seg": "application/dicom",
    "dicom-sr": "application/dicom",
}
_BINARY = {"type": "string", "format": "binary"}
_IMAGES = ("image/jpeg", "image/png", "image/tiff", "image/gif", "image/bmp", "image/webp", "application/dicom",
           "application/octet-stream")  # fmt: skip
_GRAPH = "Optic disc, fovea, ends, branchings and crossings, and segments with centreline and calibre, in pixels."


class Found(BaseModel):
    """What every answer says of a photograph."""

    name: str = Field(description="The file name that the client sent.")
    model: str
    threshold: float = Field(description="Probability from which a pixel is vessel.")
    width_px: int
    height_px: int
    fov_diameter_px: float = Field(description="Diameter of the field of view.")
    vessel_share: float = Field(description="Share of the field of view that is vessel.")


class RunLengths(BaseModel):
    """Uncompressed run lengths of COCO, column by column: pixels that are no vessel, then vessel, and so on."""

    size: tuple[int, int] = Field(description="Height and width.")
    counts: list[int]


class Disc(BaseModel):
    """The optic disc."""

    centre: tuple[float, float] = Field(description="Row and column, pixels.")
    diameter: float = Field(description="Pixels.")
    confidence: float = Field(description="0 to 1; below 0.2 it is not used.")


class Fovea(BaseModel):
    """The centre of the macula."""

    centre: tuple[float, float] = Field(description="Row and column, pixels.")
    confidence: float = Field(description="0 to 1.")
    at_edge: bool = Field(description="It may lie beyond the edge of the field of view.")


class Segmented(Found):
    """The vessels of a photograph, arteries and veins, disc and fovea."""

    vessels: RunLengths
    arteries: RunLengths | None = Field(description="null without av.")
    veins: RunLengths | None = Field(description="null without av.")
    disc: Disc | None
    fovea: Fovea | None = Field(description="null if it is not seen.")


class Assessed(Found):
    """Eye, scale and quality of a photograph."""

    laterality: Literal["R", "L", "B", ""] = Field(description="The eye, as a DICOM file says it.")
    scale_from: Literal["given", "dicom pixel spacing", "dicom field of view", "dicom scale refused", ""] = Field(
        description="Where micrometres or degrees come from."
    )
    quality: float | None = Field(description="Expected Dice with a reference drawing, 0 to 1.")
    quality_reasons: str = Field(description="Reason codes of defects of the photograph, separated by '; '.")
    eye_found: Literal["R", "L", ""] = Field(description="The eye, as disc and fovea show it.")
    centred_on: Literal["disc", "macula", ""] = Field(description="What lies in the middle of the field of view.")
    corrected: str = Field(description="What a person corrected.")


class Measurements(Assessed):
    """The measurements of a photograph, each under the name of its column, such as calibre_median_px.

    With `_lower` and `_upper` for the 95 % interval. The data dictionary says what each means.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, float | None]

    reasons: str = Field(description="Name and reason code of each measurement that has no value.")
    graph: dict[str, Any] = Field({}, description=_GRAPH)


class OneMeasurement(BaseModel):
    """One measurement, in one region."""

    name: str
    region: str = Field(description="Empty for the whole field of view.")
    column: str
    unit: str
    value: float | None
    lower: float | None
    upper: float | None
    reason: str = Field(description="Why there is no value.")


class Look(Assessed):
    """Everything that the page shows of a photograph."""

    dicom: bool = Field(description="Whether the file is DICOM.")
    units: dict[str, float] = Field(description="Micrometres (um) or degrees (deg) per pixel, where known.")
    pictures: dict[str, str | None] = Field(
        description="In base64. photograph: JPEG. probability: PNG, 256 times the probability, rounded down. vessels, "
        "fov, arteries, veins: PNG, 0 and 255; null where not known."
    )
    properties: dict[str, float | None] = Field(description="The numbers behind the quality.")
    graph: dict[str, Any] = Field(description=_GRAPH)
    measurements: list[OneMeasurement]
    row: dict[str, Any] = Field(description="As /v1/measure answers.")


class Health(BaseModel):
    """The state of the service."""

    status: Literal["ok", "starting", "degraded"] = Field(
        description="starting: until the first process is ready; degraded: a process does not answer, see `answering`."
    )
    version: str
    processes: int
    ready: int = Field(description="Processes that have started.")
    answering: int = Field(description="Processes that answer within two seconds.")
    busy: int
    waiting: int


def answer(model: type[BaseModel], formats: tuple[str, ...]) -> dict[str, Any]:
    """The description of an answer that has several formats, one of which is JSON."""
    others = {MEDIA_TYPES[name]: {"schema": _BINARY} for name in formats if name != "json"}
    return {"description": "Done.", "model": model, "content": others}


def photograph_body(*maps: str) -> dict[str, Any]:
    """The description of a body that is a photograph, or a form with one and perhaps maps."""
    description = "JPEG, PNG, TIFF, GIF, BMP, PPM, WebP or DICOM, whatever the media type says; or a form."
    form = _form("photograph", maps, _BINARY)
    content = {**{kind: {"schema": _BINARY} for kind in _IMAGES}, FORM: form}
    return {"requestBody": {"required": True, "description": description, "content": content}}


def photographs_body(*maps: str) -> dict[str, Any]:
    """The description of a body that is a form with photographs and perhaps maps."""
    form = _form("photographs", maps, {"type": "array", "items": _BINARY})
    return {"requestBody": {"required": True, "content": {FORM: form}}}


def _form(required: str, maps: tuple[str, ...], part: dict[str, Any]) -> dict[str, Any]:
    parts = dict.fromkeys((required, *maps), part)
    return {"schema": {"type": "object", "required": [required], "properties": parts, "additionalProperties": False}}
