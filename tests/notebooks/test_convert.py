"""To other libraries and back: nothing is lost on the way."""

import sys

import numpy as np
import pytest
from PIL import Image

import venule
from venule import convert
from venule.errors import MissingExtraError, PhotographError, VenuleError

FIELDS = ("probability", "vessels", "fov", "image", "threshold", "fov_diameter", "model")


def assert_same(one, other, fields=FIELDS):
    for name in fields:
        first, second = getattr(one, name), getattr(other, name)
        assert type(first) is type(second), name
        assert np.array_equal(first, second), name


def test_numpy_and_back_is_the_same_map_also_through_a_file(found, tmp_path):
    assert_same(convert.from_numpy(**convert.to_numpy(found)), found)
    np.savez(tmp_path / "eye.npz", **convert.to_numpy(found))
    with np.load(tmp_path / "eye.npz") as kept:  # without pickle
        assert_same(convert.from_numpy(**kept), found)


@pytest.mark.parametrize("order", [("y", "x"), ("x", "y")])
def test_xarray_and_back_is_the_same_map(found, order):
    pytest.importorskip("xarray")
    assert_same(convert.from_xarray(convert.to_xarray(found).transpose(..., *order)), found)


def test_xarray_and_back_through_a_file_is_the_same_map(found, tmp_path):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")  # xarray's, and no part of any extra
    convert.to_xarray(found).to_netcdf(tmp_path / "eye.nc", engine="h5netcdf")
    with xarray.open_dataset(tmp_path / "eye.nc", engine="h5netcdf") as kept:
        assert_same(convert.from_xarray(kept.load()), found)


def test_the_dataset_says_of_itself_what_it_holds(found):
    pytest.importorskip("xarray")
    dataset = convert.to_xarray(found)
    assert dataset.attrs["model"] == "general"
    assert dataset.attrs["threshold"] == found.threshold
    assert dataset.attrs["venule"] == venule.__version__
    assert dataset["image"].sel(channel="green", y=300, x=200) == found.image[300, 200, 1]
    assert all(variable.attrs["units"] for variable in dataset.data_vars.values())
    np.testing.assert_array_equal(venule.segment(dataset["image"]).vessels, found.vessels)


def test_torch_and_back_is_the_same_map_and_samples_make_a_batch(found):
    torch = pytest.importorskip("torch")
    sample = convert.to_torch(found)
    assert sample["image"].shape == (3, 600, 640)
    assert sample["vessels"].shape == sample["probability"].shape == (1, 600, 640)
    assert_same(convert.from_torch(**sample), found)
    batch = torch.utils.data.default_collate([sample, sample])
    assert batch["image"].shape == (2, 3, 600, 640)
    sample["vessels"][:] = False  # a tensor of its own
    assert found.vessels.any()


def test_pillow_and_back_keeps_drawing_photograph_and_field_of_view(found):
    pictures = {name: convert.to_pil(found, name) for name in ("vessels", "image", "fov")}
    assert_same(convert.from_pil(**pictures), found, ("vessels", "image", "fov"))
    labels = Image.fromarray(found.vessels.astype(np.uint8))  # 0 and 1, as labelling programs write them
    for drawing in (pictures["vessels"].convert("1"), pictures["vessels"].convert("RGB"), labels):
        assert_same(convert.from_pil(drawing, fov=pictures["fov"]), found, ("vessels", "fov"))


def test_pictures_are_those_that_venule_segment_writes(found):
    np.testing.assert_array_equal(convert.to_pil(found, "overlay"), found.overlay())
    assert set(np.unique(convert.to_pil(found))) == {0, 255}
    assert np.abs(np.asarray(convert.to_pil(found, "probability")) / 255 - found.probability).max() <= 0.5 / 255 + 1e-6
    with pytest.raises(VenuleError, match="choose one of vessels"):
        convert.to_pil(found, "veins")


def test_a_drawing_with_its_photograph_is_measured_and_scored_like_any_map(found, phantom):
    drawn = convert.from_numpy(phantom.vessels[20:620].astype(np.uint8) * 255, image=found.image)
    assert_same(drawn, found, ("fov", "fov_diameter", "image"))  # found in the photograph, as segment finds it
    assert drawn.model == ""
    assert venule.evaluate(found, drawn.vessels).fov.counts.dice > 0.8
    assert venule.measure(drawn)["vessel_density"] == pytest.approx(drawn.vessel_share, rel=0.15)


def test_a_drawing_alone_has_the_whole_frame_for_its_field_of_view():
    alone = convert.from_numpy(np.eye(100, 140, dtype=np.bool_))
    assert alone.fov.all()
    assert alone.vessels.sum() == 100
    assert not alone.image.any()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"vessels": np.arange(600 * 640).reshape(600, 640) % 3}, "bad-mask"),
        ({"vessels": np.full((600, 640), -1)}, "bad-mask"),
        ({"vessels": np.full((600, 640), np.nan)}, "bad-mask"),
        ({"vessels": np.ones((600, 640, 3), np.bool_)}, "bad-mask"),
        ({"fov": np.ones((640, 600), np.bool_)}, "wrong-size"),
        ({"fov": np.zeros((600, 640), np.bool_)}, "empty-mask"),
        ({"image": np.full((640, 600, 3), 90, np.uint8)}, "wrong-size"),
        ({"probability": np.full((600, 640), 2.0)}, "bad-array"),
        ({"probability": np.full((600, 640), np.nan)}, "bad-array"),
        ({"probability": np.full((600, 640), 1)}, "bad-array"),
        ({"probability": np.full((600,), 0.5)}, "wrong-size"),
    ],
)
def test_what_is_no_vessel_map_is_refused_with_a_reason(found, changed, reason):
    with pytest.raises((VenuleError, PhotographError)) as caught:
        convert.from_numpy(**(convert.to_numpy(found) | changed))
    assert caught.value.reason == reason


def test_without_a_library_its_conversion_says_what_to_install(found, monkeypatch):
    for name in [name for name in sys.modules if name.startswith("venule.networks")]:  # other tests have it already
        monkeypatch.delitem(sys.modules, name)
    for name in ("xarray", "torch"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingExtraError, match=r"venule\[notebook\]"):
        convert.to_xarray(found)
    with pytest.raises(MissingExtraError, match="pip install torch"):
        convert.to_torch(found)


def test_a_dataset_without_vessels_is_refused_with_how_to_make_one():
    xarray = pytest.importorskip("xarray")
    with pytest.raises(VenuleError, match="to_dataset"):
        convert.from_xarray(xarray.DataArray(np.zeros((70, 70)), dims=("y", "x")))
