import numpy as np
import pytest
from PIL import Image

from venule.datasets import read_drawing
from venule.errors import DatasetError

VESSELS = np.zeros((20, 30), bool)
VESSELS[8:11, 5:25] = True


def test_grey_3_and_253_are_background_and_vessel(tmp_path):
    path = tmp_path / "second.gif"
    Image.fromarray(np.where(VESSELS, 253, 3).astype(np.uint8)).save(path)
    assert np.array_equal(read_drawing(path), VESSELS)


@pytest.mark.parametrize("drawn_index", [0, 1, 200])
def test_a_palette_is_resolved_before_the_threshold(tmp_path, drawn_index):
    """A GIF may store a vessel as index 0 or 1: the palette says that it is white."""
    path = tmp_path / "palette.gif"
    palette = [0] * 768
    palette[3 * drawn_index : 3 * drawn_index + 3] = [255] * 3
    other = 2 if drawn_index != 2 else 3
    picture = Image.fromarray(np.where(VESSELS, drawn_index, other).astype(np.uint8), "P")
    picture.putpalette(palette)
    picture.save(path, optimize=False)
    assert np.array_equal(read_drawing(path), VESSELS)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "LA"])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_every_way_of_saving_black_and_white_reads_the_same(tmp_path, mode, suffix):
    path = tmp_path / f"drawing.{suffix}"
    Image.fromarray((VESSELS * 255).astype(np.uint8)).convert(mode).save(path)
    assert np.array_equal(read_drawing(path), VESSELS)


def test_sixteen_bits_are_not_clipped(tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.where(VESSELS, 65535, 300).astype(np.uint16)).save(path)
    assert np.array_equal(read_drawing(path), VESSELS)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_a_drawing_of_0_and_1_is_refused_and_not_read_as_empty(tmp_path, dtype):
    path = tmp_path / "ones.tif"
    Image.fromarray(VESSELS.astype(dtype)).save(path)
    with pytest.raises(DatasetError, match=r"ones\.tif holds grey values 0 to 1.*255"):
        read_drawing(path)


def test_a_drawing_without_vessels_is_empty(tmp_path):
    path = tmp_path / "empty.png"
    Image.new("L", (30, 20)).save(path)
    assert not read_drawing(path).any()


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n\0\0\0"])
def test_a_broken_drawing_is_named(tmp_path, content):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(DatasetError, match=r"broken\.png cannot be read"):
        read_drawing(path)
    with pytest.raises(DatasetError, match=r"gone\.png does not exist"):
        read_drawing(tmp_path / "gone.png")
