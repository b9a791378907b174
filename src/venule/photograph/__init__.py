"""Read photographs and masks, find the field of view, and convert to the working scale and back."""

from venule.photograph.coloured import ArteriesVeins, read_coloured
from venule.photograph.decode import decode
from venule.photograph.fov import find_fov, fov_from_mask
from venule.photograph.mask import read_mask, read_probability
from venule.photograph.photograph import FieldOfView, Photograph
from venule.photograph.pillow import image_from_pil
from venule.photograph.pixels import image_from_array
from venule.photograph.read import photograph_from_array, read_photograph
from venule.photograph.working import WorkingScale

__all__ = [
    "ArteriesVeins",
    "FieldOfView",
    "Photograph",
    "WorkingScale",
    "decode",
    "find_fov",
    "fov_from_mask",
    "image_from_array",
    "image_from_pil",
    "photograph_from_array",
    "read_coloured",
    "read_mask",
    "read_photograph",
    "read_probability",
]
