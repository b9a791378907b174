"""Decoding: truth is the array that another program wrote to the file."""

import io
import struct
import warnings
import zlib

import cv2
import numpy as np
import pytest
from PIL import Image

from venule.errors import PhotographError
from venule.photograph import decode, image_from_array


@pytest.fixture(scope="module")
def smooth():
    """uint8 (80, 100, 3): no two sides or channels alike, and kind to JPEG."""
    rows, columns = np.mgrid[0:80, 0:100]
    return np.dstack([rows * 2 + 40, columns + 50, rows + columns // 2]).astype(np.uint8)


def encoded(image, file_format, **settings):
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, file_format, **settings)
    return file.getvalue()


def reason_of(source, **settings):
    with pytest.raises(PhotographError) as caught:
        decode(source, **settings)
    return caught.value.reason


@pytest.mark.parametrize(
    ("file_format", "settings"),
    [
        ("PNG", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_deflate"}),
        ("BMP", {}),
        ("PPM", {}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_every_lossless_format_gives_the_pixels_that_were_saved(smooth, file_format, settings):
    np.testing.assert_array_equal(decode(encoded(smooth, file_format, **settings)), smooth)


@pytest.mark.parametrize("settings", [{}, {"progressive": True}])
def test_a_jpeg_gives_nearly_the_pixels_that_were_saved(smooth, settings):
    read = decode(encoded(smooth, "JPEG", quality=98, subsampling=0, **settings))
    assert np.abs(read.astype(int) - smooth).max() <= 6


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "JPEG", "GIF", "BMP", "PPM"])
def test_grey_files_become_three_equal_channels(smooth, file_format):
    read = decode(encoded(smooth[..., 0], file_format))
    assert read.shape == (80, 100, 3)
    assert np.abs(read.astype(int) - smooth[..., :1]).max() <= 4


@pytest.mark.parametrize("mode", ["P", "1", "CMYK", "YCbCr"])
def test_palette_black_and_white_and_print_colours_keep_what_they_show(smooth, mode):
    image = Image.fromarray(smooth).convert(mode)
    read = decode(encoded(image, "TIFF"))
    assert np.abs(read.astype(int) - np.asarray(image.convert("RGB"))).max() <= 3


def test_a_cmyk_jpeg_is_not_inverted(smooth):
    red = Image.new("CMYK", (100, 80), (0, 255, 255, 0))
    assert decode(encoded(red, "JPEG"))[40, 50, 0] > 240 > 15 > decode(encoded(red, "JPEG"))[40, 50, 2]


@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_what_is_transparent_is_laid_over_black(smooth, file_format):
    rgba = np.dstack([smooth, np.full((80, 100), 255, np.uint8)])
    rgba[:40, :, 3], rgba[40:60, :, 3] = 0, 128
    read = decode(encoded(rgba, file_format, **({"lossless": True, "exact": True} if file_format == "WEBP" else {})))
    assert read[:40].max() == 0
    assert np.abs(read[40:60].astype(float) - smooth[40:60] * (128 / 255)).max() <= 1
    np.testing.assert_array_equal(read[60:], smooth[60:])


def test_a_transparent_palette_colour_is_black(smooth):
    image = Image.fromarray((smooth[..., 0] > 120).astype(np.uint8), "P")
    image.putpalette([255, 255, 255, 10, 200, 30])
    read = decode(encoded(image, "PNG", transparency=0))
    assert set(map(tuple, read.reshape(-1, 3))) == {(0, 0, 0), (10, 200, 30)}


@pytest.mark.parametrize("extension", [".png", ".tif"])
@pytest.mark.parametrize("bits", [16, 12])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bit_files_are_scaled_by_the_bits_in_use(extension, bits, channels):
    rows, columns = np.mgrid[0:80, 0:100]
    deep = np.dstack([rows * 50, columns * 40, rows * 20 + columns * 15, np.zeros_like(rows)])[..., :channels]
    deep = (deep * 2 ** (bits - 12)).astype(np.uint16)
    if channels == 4:
        deep[..., 3] = 65535
    _, data = cv2.imencode(extension, deep[..., {1: [0], 3: [2, 1, 0], 4: [2, 1, 0, 3]}[channels]])
    read = decode(data.tobytes())
    assert np.abs(read.astype(int) - (deep[..., :3] >> (bits - 8))).max() <= 1


def test_a_deep_pgm_is_scaled_by_its_own_maximum():
    deep = np.linspace(0, 4095, 80 * 100).astype(">u2").reshape(80, 100)
    read = decode(b"P5 100 80 4095\n" + deep.tobytes())
    assert np.abs(read[..., 0] - deep.astype(float) / 4095 * 255).max() <= 1


# What each EXIF orientation does to an upright photograph when it is stored: EXIF 2.3, tag 274.
STORED = {
    1: lambda image: image,
    2: lambda image: image[:, ::-1],
    3: lambda image: image[::-1, ::-1],
    4: lambda image: image[::-1],
    5: lambda image: image.swapaxes(0, 1),
    6: lambda image: np.rot90(image, 1),
    7: lambda image: image[::-1, ::-1].swapaxes(0, 1),
    8: lambda image: np.rot90(image, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_photograph_taken_sideways_comes_out_upright(smooth, file_format, orientation):
    stored = np.ascontiguousarray(STORED[orientation](smooth))
    exif = Image.Exif()
    exif[274] = orientation
    read = decode(encoded(stored, file_format, exif=exif, quality=98))
    assert read.shape == smooth.shape
    assert np.abs(read.astype(int) - smooth).max() <= 12


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_a_deep_photograph_taken_sideways_comes_out_upright(smooth, file_format, orientation):
    stored = np.ascontiguousarray(STORED[orientation](smooth)).astype(np.uint16) << 8
    _, data = cv2.imencode({"PNG": ".png", "TIFF": ".tif"}[file_format], stored[..., ::-1])
    data = with_orientation(data.tobytes(), file_format, orientation)
    np.testing.assert_array_equal(decode(data), smooth)


def with_orientation(data, file_format, orientation):
    """Add the tag by hand: no library writes 16-bit colour with it."""
    entry = struct.pack("<HHIHH", 274, 3, 1, orientation, 0)
    if file_format == "PNG":
        exif = b"eXIf" + struct.pack("<2sHIH", b"II", 42, 8, 1) + entry + bytes(4)
        chunk = struct.pack(">I", len(exif) - 4) + exif + struct.pack(">I", zlib.crc32(exif))
        return data[:33] + chunk + data[33:]
    (start,) = struct.unpack_from("<I", data, 4)
    (count,) = struct.unpack_from("<H", data, start)
    entries = [data[start + 2 + 12 * i : start + 14 + 12 * i] for i in range(count)]
    entries = sorted([e for e in entries if e[:2] != entry[:2]] + [entry], key=lambda e: e[0] + 256 * e[1])
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return data[:4] + struct.pack("<I", len(data)) + data[8:] + directory


def test_what_is_wrong_with_a_path_is_said_with_the_path(tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "text.jpg").write_text("Dear colleague, the photographs are attached.")
    expected = {"gone.jpg": "not-found", ".": "not-a-file", "empty.jpg": "empty-file", "text.jpg": "not-an-image"}
    for name, reason in expected.items():
        with pytest.raises(PhotographError, match=str(tmp_path / name)) as caught:
            decode(tmp_path / name)
        assert caught.value.reason == reason


def test_a_path_that_the_system_refuses_is_unreadable(tmp_path):
    (tmp_path / "loop.jpg").symlink_to(tmp_path / "loop.jpg")
    assert reason_of(tmp_path / "loop.jpg") == "unreadable"


@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.9])
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "GIF", "BMP", "PPM", "WEBP"])
def test_a_file_that_is_cut_short_is_never_half_a_photograph(smooth, file_format, share):
    data = encoded(smooth, file_format)
    assert reason_of(data[: int(len(data) * share)]) in {"broken-image", "not-an-image"}


@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_whose_download_left_zeros_at_the_end_is_broken(smooth, progressive):
    data = encoded(smooth, "JPEG", progressive=progressive)
    assert reason_of(data[: len(data) // 2] + bytes(len(data) // 2)) == "broken-image"


def test_deep_colour_that_is_cut_short_is_broken(smooth):
    for extension in (".png", ".tif"):
        _, data = cv2.imencode(extension, smooth.astype(np.uint16) << 8)
        assert reason_of(data.tobytes()[: len(data) // 2]) == "broken-image"


def test_a_thumbnail_is_too_small_and_the_message_gives_its_size(smooth):
    with pytest.raises(PhotographError, match="100x63") as caught:
        decode(encoded(smooth[:63], "PNG"))
    assert caught.value.reason == "too-small"
    assert decode(encoded(smooth[:64], "PNG")).shape == (64, 100, 3)


def test_a_huge_header_is_refused_before_memory_is_taken_and_without_warnings():
    header = b"IHDR" + struct.pack(">IIBBBBB", 200_000, 100_000, 8, 2, 0, 0, 0)
    chunks = [header, b"IDAT" + zlib.compress(bytes(100)), b"IEND"]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert reason_of(data) == "too-large"


def test_the_limit_on_pixels_is_the_callers(smooth):
    assert reason_of(encoded(smooth, "PNG"), max_pixels=7_999) == "too-large"
    assert decode(encoded(smooth, "PNG"), max_pixels=8_000).shape == (80, 100, 3)


def test_pillows_own_limit_is_neither_used_nor_changed(smooth, monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        decode(encoded(smooth, "PNG"))
    assert Image.MAX_IMAGE_PIXELS == 1_000


def test_measurements_saved_as_floats_or_whole_numbers_are_refused_by_name():
    for mode in ("F", "I"):
        assert reason_of(encoded(Image.new(mode, (100, 80)), "TIFF")) == "unsupported-mode"


def test_arrays_of_every_kind_become_the_same_image(smooth):
    grey = smooth[..., 0]
    for array in (grey, grey[..., None], grey.astype(np.uint16) << 8, grey / 255, (grey / 255).astype(np.float32)):
        read = image_from_array(array)
        assert read.dtype == np.uint8
        assert np.abs(read.astype(int) - grey[..., None]).max() <= 1
    np.testing.assert_array_equal(image_from_array(smooth), smooth)
    rgba = np.dstack([smooth, np.full((80, 100), 255, np.uint8)])
    np.testing.assert_array_equal(image_from_array(rgba), smooth)


@pytest.mark.parametrize(
    "array",
    [
        np.full((80, 100), np.nan),
        np.full((80, 100), 255.0),
        np.full((80, 100), -0.1),
        np.zeros((80, 100), np.int64),
        np.zeros((80, 100, 2), np.uint8),
        np.zeros(100, np.uint8),
        np.zeros((1, 3, 80, 100), np.uint8),
    ],
)
def test_an_array_that_cannot_be_a_photograph_is_refused(array):
    with pytest.raises(PhotographError) as caught:
        image_from_array(array)
    assert caught.value.reason == "bad-array"
