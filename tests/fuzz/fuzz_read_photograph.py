"""Any bytes -> the field of view: one that lies in the image, or a PhotographError with a reason."""

import contextlib

import atheris
import numpy as np
from fuzzing import fuzz

with atheris.instrument_imports(include=["PIL", "venule"]):
    from PIL import Image
    from seeds import encoded, seed_files, small_eye

    from venule.errors import PhotographError
    from venule.photograph import WorkingScale, decode, find_fov

MOST_PIXELS = 200_000
WORKING = 100.0


def find_any_fov(data: bytes) -> None:
    """Fail on any other error, and on a field of view that is empty, elsewhere, or of no size to work at."""
    with contextlib.suppress(PhotographError):
        image = decode(data, max_pixels=MOST_PIXELS)
        fov = find_fov(image)
        assert fov.mask.shape == image.shape[:2]
        assert fov.mask.any()
        assert np.isfinite([*fov.centre, fov.diameter]).all()
        assert fov.diameter >= 1
        scale = WorkingScale.fit(fov, WORKING)
        assert max(scale.size) <= 2 * WORKING, "a network would be given far more pixels than the card says"


def eyes() -> dict[str, bytes]:
    """Uncompressed, so that what is changed are pixels."""
    sizes = ((64, 64), (64, 200), (200, 64), (100, 120))
    return {f"{size}.ppm": encoded(Image.fromarray(small_eye(*size)), "PPM") for size in sizes}


if __name__ == "__main__":
    fuzz(find_any_fov, seed_files() | eyes())
