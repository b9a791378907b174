"""Files that could be read in several ways: orientation, pages, depth, damage. Truth is what was saved."""

import io
import struct
import zlib

import cv2
import numpy as np
import pytest
import tifffile
from PIL import Image, PngImagePlugin, TiffImagePlugin
from PIL.TiffImagePlugin import ImageFileDirectory_v2

from venule.errors import PhotographError
from venule.photograph import decode, image_from_array, image_from_pil


@pytest.fixture(scope="module")
def eye():
    """uint8 (90, 120, 3): no two sides or channels alike."""
    rows, columns = np.mgrid[0:90, 0:120]
    waves = 30 * np.sin(rows / 5) * np.cos(columns / 9)
    channels = np.dstack([rows + 90, columns + 20, rows / 2 + columns / 4]) + waves[..., None]
    return np.clip(channels, 0, 255).astype(np.uint8)


def saved(image, kind, **settings):
    file = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(file, kind, **settings)
    return file.getvalue()


def reason_of(data, match=None):
    with pytest.raises(PhotographError, match=match) as caught:
        decode(data)
    return caught.value.reason


def near(read, expected, tolerance=6.0):
    assert read.shape == expected.shape
    assert np.abs(read.astype(float) - expected).mean() < tolerance


XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/></rdf:RDF></x:xmpmeta>'
)


def with_xmp(eye, kind):
    if kind == "PNG":
        chunks = PngImagePlugin.PngInfo()
        chunks.add_itxt("XML:com.adobe.xmp", XMP)
        return saved(eye, "PNG", pnginfo=chunks)
    if kind == "TIFF":
        tags = ImageFileDirectory_v2()
        tags[700] = XMP.encode()
        return saved(eye, "TIFF", tiffinfo=tags)
    return saved(eye, kind, xmp=XMP.encode(), quality=98)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_what_another_program_left_in_xmp_does_not_turn_a_photograph(eye, kind):
    data = with_xmp(eye, kind)
    assert Image.open(io.BytesIO(data)).getexif().get(274) == 6  # Pillow would turn it
    near(decode(data), eye)
    near(image_from_pil(Image.open(io.BytesIO(data))), eye)


@pytest.mark.parametrize("value", [0, 9, 255, 65535])
def test_an_orientation_that_is_none_turns_nothing(eye, value):
    exif = Image.Exif()
    exif[274] = value
    for kind in ("JPEG", "PNG", "TIFF", "WEBP"):
        near(decode(saved(eye, kind, exif=exif, quality=98)), eye)


def test_the_orientation_of_the_thumbnail_in_exif_is_not_that_of_the_photograph(eye):
    first = struct.pack("<2sHI", b"II", 42, 8) + struct.pack("<HI", 0, 14)  # IFD0 without tags, then IFD1
    second = struct.pack("<HHHIII", 1, 274, 3, 1, 6, 0)
    near(decode(saved(eye, "JPEG", exif=b"Exif\0\0" + first + second, quality=98)), eye)


# Pages


def tiff(pages, kinds=None, **tags):
    """A TIFF of these pages, each with its NewSubfileType."""
    images = [Image.fromarray(page) for page in pages]
    if kinds is None:
        return saved(images[0], "TIFF", save_all=True, append_images=images[1:], **tags)
    file = io.BytesIO()
    with TiffImagePlugin.AppendingTiffWriter(file, True) as writer:
        for image, kind in zip(images, kinds, strict=True):
            info = ImageFileDirectory_v2()
            info[254] = kind
            image.save(writer, "TIFF", tiffinfo=info)
            writer.newFrame()
    return file.getvalue()


def small(image, factor=3):
    return cv2.resize(image, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)


def test_a_thumbnail_before_the_photograph_is_not_measured_in_its_place(eye):
    np.testing.assert_array_equal(decode(tiff([small(eye, 4), eye], [1, 0])), eye)
    np.testing.assert_array_equal(decode(tiff([small(eye, 4), eye])), eye)  # not marked as one


def test_of_a_pyramid_the_full_resolution_is_read(eye):
    large = cv2.resize(eye, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)
    np.testing.assert_array_equal(decode(tiff([large, small(large, 2), small(large, 4)], [0, 1, 1])), large)
    np.testing.assert_array_equal(decode(tiff([small(large, 4), small(large, 2), large])), large)


def test_a_mask_in_a_second_page_is_left_out(eye):
    np.testing.assert_array_equal(decode(tiff([eye, np.full((90, 120), 255, np.uint8)], [0, 4])), eye)


def test_two_photographs_in_one_file_are_refused_and_both_sizes_named(eye):
    assert reason_of(tiff([eye, eye[::-1].copy()]), match="2 pages") == "several-pages"
    other = np.random.default_rng(0).integers(0, 256, (64, 100, 3), np.uint8)
    assert reason_of(tiff([eye, other]), match="100x64.*120x90") == "several-pages"


@pytest.mark.parametrize("deep", [False, True])
def test_red_green_and_blue_as_pages_of_fiji_are_one_photograph_in_colour(eye, deep):
    description = "ImageJ=1.54f\nimages=3\nchannels=3\nmode=composite\nloop=false\n"
    channels = [eye[..., channel].astype(np.uint16) * 16 if deep else eye[..., channel].copy() for channel in range(3)]
    tags = ImageFileDirectory_v2()
    tags[270] = description
    np.testing.assert_array_equal(decode(tiff(channels, tiffinfo=tags)), eye)


def test_three_grey_pages_that_nobody_calls_channels_are_refused(eye):
    assert reason_of(tiff([eye[..., channel].copy() for channel in range(3)])) == "several-pages"


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_is_no_photograph(eye, kind):
    more = [Image.fromarray(np.roll(eye, shift, 0)) for shift in (9, 20)]
    assert reason_of(saved(eye, kind, save_all=True, append_images=more)) == "several-pages"


def test_a_stereo_pair_is_refused_but_not_a_photograph_with_its_preview(eye):
    pair = saved(eye, "MPO", save_all=True, append_images=[Image.fromarray(np.roll(eye, 5, 1))])
    assert reason_of(pair) == "several-pages"
    near(decode(saved(eye, "MPO", save_all=True, append_images=[Image.fromarray(small(eye, 2))])), eye)
    near(decode(saved(eye, "MPO", quality=95)), eye)


def test_a_cameras_raw_data_are_not_read_as_its_preview(eye):
    tags = ImageFileDirectory_v2()
    tags[50706] = b"\1\4\0\0"
    assert reason_of(saved(eye, "TIFF", tiffinfo=tags), match="raw") == "unsupported-mode"


# Depth


@pytest.mark.parametrize("where", ["hot", "label", "edges"])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_hot_pixel_or_a_label_does_not_take_the_grey_levels_of_twelve_bits_away(where, channels):
    rows, columns = np.mgrid[0:200, 0:200]
    deep = np.dstack([(rows * 10 + columns * 10) + 50 * channel for channel in range(channels)]).astype(np.uint16)
    marked = deep.copy()
    if where == "hot":
        marked[50, 60], marked[70, 20], marked[7, 9] = 65535, 9000, 20000
    else:
        marked[180:195, 5:60] = 65535
    if where == "edges":
        marked[179, 5:60] = marked[195, 5:60] = 30000
    read = image_from_array(marked)
    clean = marked == deep
    expected = np.broadcast_to(deep >> 4, read.shape) if channels == 3 else np.repeat(deep >> 4, 3, axis=2)
    clean = clean if channels == 3 else np.repeat(clean, 3, axis=2)
    np.testing.assert_array_equal(read[clean], expected[clean])
    assert (read[~clean] == 255).all()


def test_a_bright_optic_disc_of_sixteen_bits_keeps_its_levels():
    rows, columns = np.mgrid[0:300, 0:300]
    inside = np.hypot(rows - 150, columns - 200) < 25  # a fiftieth of the picture
    deep = np.where(inside, 40000 + 400 * (rows % 60), 9000 + 20 * rows).astype(np.uint16)
    np.testing.assert_array_equal(image_from_array(deep)[..., 0], deep >> 8)


# Damage


def large_jpeg(**settings):
    rows, columns = np.mgrid[0:600, 0:800]
    noise = np.random.default_rng(0).normal(0, 8, (600, 800, 3))
    waves = 60 * np.sin(rows / 20) * np.cos(columns / 30)
    eye = np.dstack([waves + 150, waves + 90, waves + 60]) + noise
    return saved(np.clip(eye, 0, 255).astype(np.uint8), "JPEG", quality=90, **settings)


@pytest.mark.parametrize("settings", [{}, {"restart_marker_rows": 4}, {"subsampling": 0}, {"optimize": True}])
def test_a_jpeg_with_a_lost_block_of_bytes_is_refused(settings):
    data = large_jpeg(**settings)
    assert decode(data).shape == (600, 800, 3)
    for place in np.linspace(0.2, 0.9, 12):
        start = int(place * len(data))
        assert reason_of(data[:start] + bytes(64) + data[start + 64 :]) == "broken-image"


def test_a_jpeg_that_lost_bytes_in_the_middle_is_refused():
    data = large_jpeg()
    assert reason_of(data[: len(data) // 2] + data[len(data) // 2 + 5000 :]) == "broken-image"


def test_padding_before_the_end_of_a_jpeg_is_no_damage():
    data = large_jpeg()
    np.testing.assert_array_equal(decode(data[:-2] + bytes(35) + data[-2:]), decode(data))
    np.testing.assert_array_equal(decode(data + b"trailer of a camera"), decode(data))


def test_a_jpeg_in_a_tiff_with_a_lost_block_of_bytes_is_refused():
    data = saved(Image.open(io.BytesIO(large_jpeg())), "TIFF", compression="jpeg", quality=90)
    assert decode(data).shape == (600, 800, 3)
    tags = Image.open(io.BytesIO(data)).tag_v2
    start = tags[273][0] + tags[279][0] // 2
    assert reason_of(data[:start] + bytes(64) + data[start + 64 :]) == "broken-image"


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_whole_jpegs_of_every_colour_are_not_called_damaged(eye, mode):
    image = Image.fromarray(eye).convert(mode)
    near(decode(saved(image, "JPEG", quality=98)), decode(saved(image, "TIFF")))


def test_a_png_whose_checksums_are_wrong_is_refused(eye):
    noisy = np.random.default_rng(0).integers(0, 256, (300, 300, 3), np.uint8)
    data = bytearray(saved(noisy, "PNG", compress_level=0))  # stored: a changed byte is a changed pixel
    data[len(data) // 2] ^= 0xFF
    assert reason_of(bytes(data)) == "broken-image"


def test_numbers_of_a_whole_tiff_are_unsupported_not_damaged(eye):
    for dtype in (np.float32, np.float64, np.int16):
        file = io.BytesIO()
        tifffile.imwrite(file, (eye / 255).astype(dtype), photometric="rgb")
        assert reason_of(file.getvalue(), match="save it with 8 or 16 bits") == "unsupported-mode"


@pytest.mark.parametrize("compression", ["tiff_lzw", "tiff_adobe_deflate", "packbits", None])
def test_a_tiff_that_lost_its_last_strips_is_refused(eye, compression):
    data = saved(np.tile(eye, (4, 4, 1)), "TIFF", compression=compression)
    image = Image.open(io.BytesIO(data))
    last = image.tag_v2[273][-1]
    cut = bytearray(data)
    cut[last : last + image.tag_v2[279][-1]] = bytes(image.tag_v2[279][-1])
    if compression in ("tiff_lzw", "tiff_adobe_deflate"):
        assert reason_of(bytes(cut)) == "broken-image"
    assert reason_of(data[: len(data) // 2]) == "broken-image"


# What is read, and what is named


def test_jpeg_2000_is_read(eye):
    np.testing.assert_array_equal(decode(saved(eye, "JPEG2000")), eye)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"\0\0\0\x18ftypheic" + bytes(64), "HEIC"),
        (b"\0\0\0\x1cftypmif1" + bytes(64), "HEIC"),
        (b"\0\0\0\x1cftypavif" + bytes(64), "AVIF"),
        (b"%PDF-1.7\n" + bytes(64), "PDF"),
        (b"\0\0\0\x20ftypisom" + bytes(64), "film"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>" + bytes(64), "SVG"),
    ],
)
def test_what_is_not_read_is_named_with_what_to_do(data, said):
    assert reason_of(data, match=f"{said}.*export") == "unsupported-mode"


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_tiffs_of_both_byte_orders_give_the_same_pixels(eye, order, dtype):
    for array in (eye, eye[..., 0]):
        file = io.BytesIO()
        tifffile.imwrite(file, array.astype(order + dtype) * (257 if dtype == "u2" else 1), byteorder=order)
        np.testing.assert_array_equal(decode(file.getvalue()), array if array.ndim == 3 else np.dstack([array] * 3))


def test_grey_with_alpha_of_sixteen_bits_keeps_twelve_bits(eye):
    deep = np.dstack([eye[..., 0].astype(np.uint16) * 16, np.full((90, 120), 65535, np.uint16)])
    header = b"IHDR" + struct.pack(">IIBBBBB", 120, 90, 16, 4, 0, 0, 0)
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in deep)
    chunks = [header, b"IDAT" + zlib.compress(rows), b"IEND"]
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(one) - 4) + one + struct.pack(">I", zlib.crc32(one)) for one in chunks
    )
    np.testing.assert_array_equal(decode(data)[..., 0], eye[..., 0])
