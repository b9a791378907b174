import numpy as np
import pytest
from PIL import Image

from venule.errors import MaskError, PhotographError
from venule.photograph import read_mask
from venule.photograph.mask import read_fov, read_vessels
from venule.vessel_map import VesselMap

VESSELS = np.zeros((20, 30), bool)
VESSELS[8:11, 5:25] = True


def test_grey_3_and_253_are_background_and_vessel(tmp_path):
    path = tmp_path / "second.gif"
    Image.fromarray(np.where(VESSELS, 253, 3).astype(np.uint8)).save(path)
    assert np.array_equal(read_mask(path), VESSELS)


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
    assert np.array_equal(read_mask(path), VESSELS)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "RGBA", "LA"])
@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_every_way_of_saving_black_and_white_reads_the_same(tmp_path, mode, suffix):
    path = tmp_path / f"drawing.{suffix}"
    Image.fromarray((VESSELS * 255).astype(np.uint8)).convert(mode).save(path)
    assert np.array_equal(read_mask(path), VESSELS)


def test_sixteen_bits_are_not_clipped(tmp_path):
    path = tmp_path / "deep.png"
    Image.fromarray(np.where(VESSELS, 65535, 300).astype(np.uint16)).save(path)
    assert np.array_equal(read_mask(path), VESSELS)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int32, np.float32])
@pytest.mark.parametrize("white", [1, 255])
def test_a_drawing_of_0_and_1_is_that_of_0_and_255(tmp_path, dtype, white):
    path = tmp_path / "ones.tif"
    Image.fromarray(VESSELS.astype(dtype) * dtype(white)).save(path)
    assert np.array_equal(read_mask(path), VESSELS)
    assert np.array_equal(read_mask(path.read_bytes()), VESSELS)
    assert np.array_equal(read_mask(VESSELS.astype(dtype) * dtype(white)), VESSELS)
    assert np.array_equal(read_mask(VESSELS.tolist()), VESSELS)


def test_a_drawing_is_turned_as_its_photograph_is(tmp_path):
    """Every viewer shows it upright; a map that is laid on upside down measures another eye."""
    exif = Image.Exif()
    exif[0x112] = 3
    Image.fromarray(VESSELS[::-1, ::-1].astype(np.uint8) * 255).save(tmp_path / "turned.png", exif=exif)
    assert np.array_equal(read_mask(tmp_path / "turned.png"), VESSELS)


def test_white_on_transparent_is_drawn_where_it_is_opaque(tmp_path):
    white = np.full((*VESSELS.shape, 3), 255)
    Image.fromarray(np.dstack([white, VESSELS * 255]).astype(np.uint8)).save(tmp_path / "layer.png")
    assert np.array_equal(read_mask(tmp_path / "layer.png"), VESSELS)


@pytest.mark.parametrize("quality", [75, 90])
def test_the_traces_of_a_lossy_format_are_no_grey_levels(tmp_path, quality):
    drawn = np.kron(VESSELS, np.ones((8, 8), bool))
    Image.fromarray(drawn.astype(np.uint8) * 255).save(tmp_path / "lossy.jpg", quality=quality)
    assert np.array_equal(read_mask(tmp_path / "lossy.jpg"), drawn)


LABELLED = np.where(np.arange(30) < 15, 1, 2) * VESSELS


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (LABELLED, "0, 1, 2"),
        (LABELLED * 100, "0, 100, 200"),
        (np.where(LABELLED == 2, 255, LABELLED), "0, 1, 255"),  # 255: not to be counted
        (np.where(LABELLED == 2, 254, LABELLED * 255), "0, 254, 255"),
        (LABELLED * 20000, "0, 20000, 40000"),
        (LABELLED / 2, "0, 0.5, 1"),
        (np.arange(600).reshape(20, 30) % 256, "0, 1, 2, ..., 254, 255"),
        (-1 * VESSELS, "-1, 0"),
        (np.where(VESSELS, np.nan, 0), "0, nan"),
    ],
)
def test_labels_and_grey_levels_are_refused_with_their_values(values, said):
    with pytest.raises(MaskError, match=f"the mask is no mask: its .* values are {said};"):
        read_mask(values)


def test_an_inverted_mask_is_refused():
    fov = np.ones_like(VESSELS)
    assert np.array_equal(read_vessels(VESSELS, fov), VESSELS)
    with pytest.raises(MaskError, match="is inverted: 90% of the field of view of its photograph is vessel"):
        read_vessels(~VESSELS, fov)


def test_a_drawing_without_vessels_is_empty(tmp_path):
    path = tmp_path / "empty.png"
    Image.new("L", (30, 20)).save(path)
    assert not read_mask(path).any()
    with pytest.raises(MaskError, match=r"empty\.png is empty"):
        read_vessels(path, np.ones_like(VESSELS))


@pytest.mark.parametrize("suffix", ["tif", "gif"])
def test_of_several_pages_none_is_taken_without_a_word(tmp_path, suffix):
    """Arteries and veins as pages of one file: the first would be all vessels."""
    path = tmp_path / f"pages.{suffix}"
    first, second = (Image.fromarray((VESSELS & (kind == LABELLED)).astype(np.uint8) * 255) for kind in (1, 2))
    first.save(path, save_all=True, append_images=[second])
    with pytest.raises(MaskError, match=rf"pages\.{suffix} has 2 pages or frames: save the one"):
        read_mask(path)


def test_a_field_of_view_that_is_empty_or_inverted_is_refused():
    rows, columns = np.indices((60, 80))
    disc, ring = np.hypot(rows - 30, columns - 40) < 28, np.abs(np.hypot(rows - 30, columns - 40) - 20) < 5
    for whole in (disc, ring, np.ones_like(disc)):  # a ring may be what is to be looked at
        assert np.array_equal(read_fov(whole), whole)
    for wrong, said in ((~disc, "inverted"), (np.zeros_like(disc), "empty")):
        with pytest.raises(MaskError, match=f"the mask is {said}"):
            read_fov(wrong)
        with pytest.raises(MaskError, match=f"the field of view is {said}"):
            VesselMap.from_mask(disc & (rows % 9 == 0), fov=wrong)


def test_empty_and_inverted_maps_are_refused_in_python_as_on_the_command_line():
    rows, _ = np.indices((60, 80))
    drawn = VesselMap.from_mask(rows % 9 == 0)
    for wrong, reason in ((rows % 9 != 0, "inverted-mask"), (rows < 0, "empty-mask")):
        for read in (VesselMap.from_mask, drawn.redrawn):
            with pytest.raises(MaskError) as error:
                read(wrong)
            assert error.value.reason == reason
    with pytest.raises(MaskError, match="is inverted"):
        VesselMap.from_probability(np.where(rows % 9 == 0, 0.1, 0.9), threshold=0.5)


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n\0\0\0"])
def test_a_broken_drawing_is_named(tmp_path, content):
    path = tmp_path / "broken.png"
    path.write_bytes(content)
    with pytest.raises(PhotographError, match=r"broken\.png (is empty|is not an image|begins like an image)"):
        read_mask(path)
    with pytest.raises(PhotographError, match=r"gone\.png does not exist"):
        read_mask(tmp_path / "gone.png")
