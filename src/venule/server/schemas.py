"""What goes in and out, as OpenAPI describes it."""

from typing import Any

from venule.server.formats import MEDIA_TYPES
from venule.server.upload import FORM

Schema = dict[str, Any]
_BINARY: Schema = {"type": "string", "format": "binary"}
_IMAGES = ("image/jpeg", "image/png", "image/tiff", "image/gif", "image/bmp", "image/webp", "application/dicom",
           "application/octet-stream")  # fmt: skip
_NUMBER: Schema = {"type": ["number", "null"]}
_FOUND: Schema = {
    "name": {"type": "string", "description": "The last part of the name that the file came with."},
    "model": {"type": "string"},
    "threshold": {"type": "number", "description": "Probability from which a pixel is vessel."},
    "width_px": {"type": "integer"},
    "height_px": {"type": "integer"},
    "fov_diameter_px": {"type": "number", "description": "Of the circle of the field of view."},
    "vessel_share": {"type": "number", "description": "Share of the field of view that is vessel."},
}
_JUDGED: Schema = {
    "laterality": {"type": "string", "enum": ["R", "L", "B", ""], "description": "The eye, as a DICOM file says it."},
    "scale_from": {
        "type": "string",
        "enum": ["given", "dicom pixel spacing", "dicom field of view", ""],
        "description": "Where micrometres or degrees come from.",
    },
    "quality": {**_NUMBER, "description": "Dice with a drawing that such photographs have had, 0 to 1."},
    "quality_reasons": {"type": "string", "description": "Codes of what is wrong with the photograph, joined by '; '."},
}
_GRAPH: Schema = {
    "type": "object",
    "description": "Disc, fovea, ends, branchings and crossings, and segments with centreline and calibre, in pixels.",
}


def _record(properties: Schema, *optional: str, **more: Any) -> Schema:
    return {
        "type": "object",
        "required": [n for n in properties if n not in optional],
        "properties": properties,
        **more,
    }


SEGMENTED = _record({
    **_FOUND,
    "vessels": _record(
        {
            "size": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
            "counts": {"type": "array", "items": {"type": "integer"}},
        },
        description="Uncompressed run lengths of COCO: column by column, how many pixels are no vessel, then how many "
        "are, and so on; size is height, width.",
    ),
})  # fmt: skip
MEASURED = _record(
    {
        **_FOUND,
        **_JUDGED,
        "reasons": {"type": "string", "description": "Name and reason code of each that has no value."},
        "graph": _GRAPH,
    },
    "graph",
    additionalProperties=_NUMBER,
    description="Besides these, each measurement under the name of its column, such as calibre_median_px, with "
    "_lower and _upper; the data dictionary says what each means.",
)
LOOKED_AT = _record({
    **_FOUND,
    **_JUDGED,
    "dicom": {"type": "boolean", "description": "Whether the file is DICOM."},
    "units": {"type": "object", "additionalProperties": {"type": "number"},
              "description": "How many micrometres (um) or degrees (deg) a pixel is, where that is known."},
    "pictures": {"type": "object", "description": "In base64: photograph (JPEG), probability (PNG, floor of 256 times "
                 "the probability), vessels, fov, arteries, veins (PNG, 0 and 255; null: not known)."},
    "properties": {"type": "object", "description": "What the quality was judged by."},
    "graph": _GRAPH,
    "measurements": {"type": "array", "items": _record({
        "name": {"type": "string"}, "region": {"type": "string"}, "column": {"type": "string"},
        "unit": {"type": "string"}, "value": _NUMBER, "lower": _NUMBER, "upper": _NUMBER,
        "reason": {"type": "string"},
    })},
    "row": {"type": "object", "description": "As /v1/measure gives it."},
})  # fmt: skip


def answer(schema: Schema, *formats: str) -> Schema:
    """An answer in some formats, of which JSON has a schema."""
    schemas = {name: schema if name == "json" else {"type": "string"} if name == "csv" else _BINARY for name in formats}
    return {"description": "Done.", "content": {MEDIA_TYPES[name]: {"schema": schemas[name]} for name in formats}}


def one_photograph(*also: str) -> Schema:
    """A body that is a photograph, or a form with one and perhaps other files."""
    parts = {"photograph": _BINARY, **dict.fromkeys(also, _BINARY)}
    form = {"type": "object", "required": ["photograph"], "properties": parts, "additionalProperties": False}
    raw = {media_type: {"schema": _BINARY} for media_type in _IMAGES}
    return {
        "requestBody": {
            "required": True,
            "description": "JPEG, PNG, TIFF, GIF, BMP, PPM, WebP or DICOM, whatever the media type says; or a form.",
            "content": {**raw, FORM: {"schema": form}},
        }
    }


def many_photographs(*also: str) -> Schema:
    """A body that is a form with photographs and perhaps other files."""
    parts = {"photographs": {"type": "array", "items": _BINARY, "minItems": 1}}
    parts |= {name: {"type": "array", "items": _BINARY} for name in also}
    form = {"type": "object", "required": ["photographs"], "properties": parts, "additionalProperties": False}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": form}}}}
