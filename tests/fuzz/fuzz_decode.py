"""Any bytes -> decode: an image as promised, or a PhotographError with a reason."""

import contextlib

import atheris
import numpy as np
from fuzzing import fuzz

with atheris.instrument_imports(include=["PIL", "venule"]):
    from seeds import seed_files

    from venule.errors import PhotographError
    from venule.photograph.decode import decode

MOST_PIXELS = 200_000  # small, so that a million files are tried in an hour


def decode_anything(data: bytes) -> None:
    """Fail on any other error, and on an image that is not as promised."""
    with contextlib.suppress(PhotographError):
        image = decode(data, max_pixels=MOST_PIXELS)
        assert image.dtype == np.uint8
        assert image.ndim == 3
        assert image.shape[2] == 3
        assert min(image.shape[:2]) >= 64
        assert image.shape[0] * image.shape[1] <= MOST_PIXELS


if __name__ == "__main__":
    fuzz(decode_anything, seed_files())
