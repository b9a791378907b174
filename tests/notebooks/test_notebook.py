"""What a notebook shows, and what is loaded for it."""

import io
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

import venule


def test_plain_text_of_a_result_is_a_line(found):
    results = [found, venule.measure(found), venule.assess_quality(found), venule.evaluate(found, found.vessels)]
    for result in results:
        assert "array" not in repr(result)
        assert len(repr(result)) < 400
        assert "\n" not in repr(result)


@pytest.mark.parametrize("scale", [1, 3])
def test_a_notebook_shows_the_vessels_at_500_pixels(found, scale):
    found = replace(found, artery_probability=None, vein_probability=None)
    larger = {
        name: np.repeat(np.repeat(getattr(found, name), scale, 0), scale, 1)
        for name in ("probability", "vessels", "fov", "image")
    }
    picture = Image.open(io.BytesIO(replace(found, **larger, fov_diameter=scale * found.fov_diameter)._repr_png_()))
    assert picture.size == (500, 469)
    red, _, blue = np.moveaxis(np.asarray(picture).astype(int), 2, 0)
    share = np.asarray(Image.fromarray(found.vessels.astype(np.float32)).resize(picture.size, Image.Resampling.BOX))
    assert (blue - red)[share > 0.95].mean() > 0 > (blue - red)[share < 0.05].mean()


def test_a_small_map_is_not_enlarged(found):
    found = replace(found, artery_probability=None, vein_probability=None)
    small = replace(
        found, **{name: getattr(found, name)[::4, ::4].copy() for name in ("probability", "vessels", "fov", "image")}
    )
    assert Image.open(io.BytesIO(small._repr_png_())).size == (160, 150)


def test_import_and_segment_load_nothing_that_only_notebooks_or_other_libraries_need(tmp_path, photograph):
    np.save(tmp_path / "eye.npy", photograph)
    program = (
        "import sys, numpy, PIL.Image, venule;"
        f"eye = numpy.load({str(tmp_path / 'eye.npy')!r}); found = venule.segment(eye);"
        "venule.segment(PIL.Image.fromarray(eye)); venule.measure(found); repr(found); found._repr_png_();"
        "heavy = ('torch', 'lightning', 'xarray', 'IPython', 'onnx', 'matplotlib', 'pandas');"
        "print([name for name in sys.modules if name.split('.')[0] in heavy])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
