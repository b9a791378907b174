"""Photographs as other libraries hold them: each must give what the plain array gives."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from venule.errors import PhotographError
from venule.photograph import photograph_from_array, read_photograph

xarray = pytest.importorskip("xarray")


def pixels(source):
    return photograph_from_array(source).image


def reason_of(source):
    with pytest.raises(PhotographError) as caught:
        photograph_from_array(source)
    return caught.value.reason


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "L", "LA", "P", "CMYK", "I", "I;16", "F"])
def test_an_image_of_pillow_gives_what_pillow_shows_of_it(photograph, mode):
    grey = photograph[..., 0]
    image = {
        "I": lambda: Image.fromarray(grey.astype(np.int32) * 257),
        "I;16": lambda: Image.fromarray(grey.astype(np.uint16) * 257),
        "F": lambda: Image.fromarray(grey.astype(np.float32) / 255),
    }.get(mode, lambda: Image.fromarray(photograph).convert(mode))()
    assert image.mode == mode
    deep = mode in ("I", "I;16", "F")
    shown = np.dstack([grey] * 3) if deep else np.asarray(image.convert("RGB"))
    assert np.abs(pixels(image).astype(int) - shown).max() <= (1 if deep else 0)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_an_image_with_an_orientation_in_exif_is_turned_as_its_file_is(photograph, orientation, file_format):
    exif = Image.Exif()
    exif[274] = orientation
    file = io.BytesIO()
    Image.fromarray(photograph).save(file, file_format, exif=exif)
    opened = Image.open(file)
    opened.load()
    before = np.array(opened)
    np.testing.assert_array_equal(pixels(opened), read_photograph(file.getvalue()).image)
    np.testing.assert_array_equal(opened, before)  # the user's own image stays as it is


def test_an_image_whose_file_is_cut_short_is_refused(photograph):
    file = io.BytesIO()
    Image.fromarray(photograph).save(file, "PNG")
    assert reason_of(Image.open(io.BytesIO(file.getvalue()[:-5000]))) == "broken-image"


@pytest.mark.parametrize(
    "dims",
    [("y", "x", "channel"), ("band", "y", "x"), ("x", "rgb", "y"), ("row", "column", "channel"), ("Y", "X", "c")],
)
def test_a_data_array_is_read_by_the_names_of_its_dimensions(photograph, dims):
    axis = {"y": 0, "row": 0, "x": 1, "column": 1}
    order = [axis.get(dim.lower(), 2) for dim in dims]
    np.testing.assert_array_equal(pixels(xarray.DataArray(photograph.transpose(order), dims=dims)), photograph)


def test_channels_of_a_data_array_are_read_by_their_labels_where_these_are_colours(photograph):
    blue_first = xarray.DataArray(
        photograph[..., ::-1], dims=("y", "x", "band"), coords={"band": ["blue", "green", "red"]}
    )
    np.testing.assert_array_equal(pixels(blue_first), photograph)
    grey = xarray.DataArray(photograph[None, ..., 1], dims=("time", "y", "x"))
    np.testing.assert_array_equal(pixels(grey), np.dstack([photograph[..., 1]] * 3))


def test_a_data_array_that_does_not_say_what_its_axes_are_is_refused(photograph):
    assert reason_of(xarray.DataArray(photograph)) == "bad-array"
    assert reason_of(xarray.DataArray(photograph[None].repeat(2, 0), dims=("time", "y", "x", "band"))) == "bad-array"
    with pytest.raises(PhotographError, match=r"dataset\['image'\]"):
        photograph_from_array(xarray.Dataset({"image": (("y", "x", "band"), photograph)}))


def test_tensors_are_read_with_their_channels_first_or_last(photograph):
    torch = pytest.importorskip("torch")
    last = torch.tensor(photograph)
    for tensor in (last, last.permute(2, 0, 1), last.permute(2, 0, 1)[None], (last / 255).requires_grad_()):
        np.testing.assert_array_equal(pixels(tensor), photograph)
    np.testing.assert_array_equal(pixels(last[..., 1]), np.dstack([photograph[..., 1]] * 3))
    half = pixels((last.permute(2, 0, 1) / 255).to(torch.bfloat16))
    assert np.abs(half.astype(int) - photograph).max() <= 1


def test_tensors_that_can_be_meant_in_two_ways_are_refused(photograph):
    torch = pytest.importorskip("torch")
    for shape in ((3, 500, 3), (3, 500, 1), (2, 3, 500, 500), (2, 500, 500), (500,)):
        assert reason_of(torch.zeros(shape, dtype=torch.uint8)) == "bad-array"
    floats = torch.tensor(photograph).float()
    assert reason_of(floats) == "bad-array"  # up to 255
    assert reason_of(torch.tensor(photograph).long()) == "bad-array"
    with pytest.raises(PhotographError, match="normalised for a network"):
        photograph_from_array((floats - floats.mean()) / floats.std())


@pytest.mark.parametrize("nonsense", [None, 7, [[1, 2], [3, 4]], object()])
def test_what_is_no_photograph_at_all_is_refused_with_what_can_be_given(nonsense):
    with pytest.raises(PhotographError, match="give an array, a PIL image"):
        photograph_from_array(nonsense)


def test_another_librarys_array_is_taken_as_numpy_takes_it(photograph):
    class Array:
        def __array__(self, dtype=None, copy=None):
            return photograph

    np.testing.assert_array_equal(pixels(Array()), photograph)
    np.testing.assert_array_equal(pixels(cv2.cvtColor(photograph, cv2.COLOR_RGB2RGBA)), photograph)
