"""Files that are damaged, or that lie: a picture as promised, or a PhotographError with a reason; in bounded memory."""

import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin
from seeds import chunk, encoded, png, seed_files, small_eye, unfiltered, written

from venule.errors import PhotographError
from venule.photograph import decode, find_fov

SEEDS = seed_files()
MOST_PIXELS = 100_000
REASONS = {
    "not-an-image", "broken-image", "too-small", "too-large", "unsupported-mode", "empty-file", "bad-array",
    "several-pages",
}  # fmt: skip
SEVERAL = {"animated.gif", "animated.png", "animated.webp", "pages.tif", "two.jpg"}
named = st.sampled_from(sorted(SEEDS))
thorough = settings(derandomize=True, deadline=None, max_examples=400)


def decode_or_reason(data):
    """The shape of a picture that keeps what is promised, or the reason why there is none."""
    try:
        image = decode(data, max_pixels=MOST_PIXELS)
    except PhotographError as error:
        refused = error
    else:
        return shape_as_promised(image)
    assert refused.reason in REASONS
    assert len(str(refused)) < 1000
    return refused.reason


def shape_as_promised(image):
    """The shape of a picture, which must be one that `decode` may give."""
    assert image.dtype == np.uint8
    assert image.ndim == 3
    assert image.shape[2] == 3
    assert min(image.shape[:2]) >= 64
    assert image.shape[0] * image.shape[1] <= MOST_PIXELS
    return image.shape


@pytest.mark.parametrize("name", SEEDS)
def test_every_kind_of_file_that_is_whole_is_read_or_refused_by_its_kind(name):
    numbers = name in {"numbers.tif", "whole-numbers.tif", "numbers.pfm", "lab.tif", "deep-planes.tif"}
    turned = name in {"turned.jpg", "turned.png", "cyclic.jpg"}
    several = "several-pages" if name in SEVERAL else None
    expected = several or ("unsupported-mode" if numbers else (72, 64, 3) if turned else (64, 72, 3))
    assert decode_or_reason(SEEDS[name]) == expected


@given(name=named, share=st.floats(0, 1))
@thorough
def test_files_that_are_cut_anywhere_are_pictures_or_refused(name, share):
    decode_or_reason(SEEDS[name][: int(share * len(SEEDS[name]))])


@given(name=named, flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 7)), min_size=1))
@thorough
def test_files_with_flipped_bits_are_pictures_or_refused(name, flips):
    damaged = bytearray(SEEDS[name])
    for share, bit in flips:
        damaged[int(share * len(damaged))] ^= 1 << bit
    decode_or_reason(bytes(damaged))


@given(name=named, share=st.floats(0, 0.1), number=st.sampled_from([0, 1, 0x7FFF, 0xFFFF, 2**31 - 1, 2**32 - 1]))
@thorough
def test_headers_with_absurd_numbers_are_pictures_or_refused(name, share, number):
    at = int(share * len(SEEDS[name]))
    for form in ("<H", ">H", "<I", ">I"):
        absurd = struct.pack(form, number & (0xFFFF if form[1] == "H" else 0xFFFFFFFF))
        decode_or_reason(SEEDS[name][:at] + absurd + SEEDS[name][at + len(absurd) :])


@given(first=named, second=named, share=st.floats(0, 1))
@settings(thorough, max_examples=200)
def test_a_file_that_goes_on_as_another_is_a_picture_or_refused(first, second, share):
    decode_or_reason(SEEDS[first][: int(share * len(SEEDS[first]))] + SEEDS[second])


@given(data=st.binary(max_size=400), start=st.sampled_from([b"", *{content[:8] for content in SEEDS.values()}]))
@settings(thorough, max_examples=200)
def test_noise_behind_a_right_signature_is_refused(data, start):
    assert decode_or_reason(start + data) in REASONS


@pytest.mark.parametrize("orientation", [0, 9, 99, 65535])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_an_orientation_that_does_not_exist_turns_nothing(kind, orientation):
    exif = Image.Exif()
    exif[274] = orientation
    assert decode_or_reason(encoded(Image.fromarray(small_eye()), kind, exif=exif)) == (64, 72, 3)


@pytest.mark.parametrize("exif", [b"", b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0" + bytes(300)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nonsense_for_exif_is_no_reason_to_lose_a_photograph(kind, exif):
    assert decode_or_reason(encoded(Image.fromarray(small_eye()), kind, exif=exif)) == (64, 72, 3)


@pytest.mark.parametrize("profile", [b"\0", b"no profile at all", bytes(3000), b"\xff" * 3000])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_wrong_colour_profile_is_no_reason_to_lose_a_photograph(kind, profile):
    assert decode_or_reason(encoded(Image.fromarray(small_eye()), kind, icc_profile=profile)) == (64, 72, 3)


def test_a_directory_of_a_tiff_that_follows_itself_is_read_once():
    data = bytearray(SEEDS["raw.tif"])
    (start,) = struct.unpack_from("<I", data, 4)
    (entries,) = struct.unpack_from("<H", data, start)
    struct.pack_into("<I", data, start + 2 + 12 * entries, start)
    assert decode_or_reason(bytes(data)) == (64, 72, 3)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_measurements_that_are_no_numbers_are_refused(dtype, value):
    grey = np.full((64, 72), value, dtype)
    assert decode_or_reason(written(grey)) in {"unsupported-mode", "broken-image", "not-an-image"}


def test_deep_colour_in_planes_is_refused_and_never_what_was_in_memory():
    # OpenCV reads one plane as all three, and takes the rest from where nothing was written.
    assert decode_or_reason(SEEDS["deep-planes.tif"]) == "unsupported-mode"


@pytest.mark.parametrize("compression", [None, "zlib"])
@pytest.mark.parametrize("tile", [None, (32, 32)])
def test_deep_colour_is_still_read_as_it_was_saved(tile, compression):
    deep = small_eye().astype(np.uint16) << 8
    data = written(deep, photometric="rgb", tile=tile, compression=compression)
    np.testing.assert_array_equal(decode(data), small_eye())


@pytest.mark.parametrize("shape", [(64, 513), (513, 64), (64, 140_000)])
def test_a_strip_is_no_fundus_photograph(shape):
    image = np.zeros((*shape, 3), np.uint8)
    image[...] = np.array([180, 100, 50])
    with pytest.raises(PhotographError, match="strip") as caught:
        find_fov(image)
    assert caught.value.reason == "not-a-fundus"


@pytest.mark.parametrize("kind", ["TIFF", "GIF", "PNG", "WEBP", "JPEG", "BMP", "PPM"])
def test_pillows_limit_on_size_and_its_ways_of_reading_stay_as_they_were(kind, monkeypatch, recwarn):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000)
    assert decode_or_reason(encoded(Image.fromarray(small_eye()), kind)) == (64, 72, 3)
    assert Image.MAX_IMAGE_PIXELS == 1_000
    assert not TiffImagePlugin.READ_LIBTIFF
    assert not recwarn.list


def test_a_jpeg_that_draws_each_pixel_ten_thousand_times_is_refused_at_once():
    parts = SEEDS["progressive.jpg"].split(b"\xff\xda")
    assert decode_or_reason(b"\xff\xda".join(parts[:-1] + parts[-1:] * 10_000)) == "broken-image"


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="needs a device without end")
def test_a_link_to_a_device_without_end_is_no_file(tmp_path):
    (tmp_path / "eye.jpg").symlink_to("/dev/zero")
    with pytest.raises(PhotographError, match="is a device") as caught:
        decode(tmp_path / "eye.jpg")
    assert caught.value.reason == "not-a-file"


@pytest.mark.parametrize(
    "name", ["a" * 5000, "null\0byte.jpg", "new\nline.jpg/", "../" * 2000, "\udcff.jpg", "con:", ""]
)
def test_a_name_that_no_file_can_have_is_a_reason_and_no_crash(tmp_path, name):
    with pytest.raises(PhotographError) as caught:
        decode(tmp_path / name)
    assert caught.value.reason in {"unreadable", "not-found", "not-a-file"}


CHILD = """
import sys
from pathlib import Path
from venule.errors import PhotographError
from venule.photograph import decode

def peak():  # the most that was ever resident; ru_maxrss would begin with that of the process that started this one
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1])

before = peak()
try:
    decode(Path(sys.argv[1]), max_pixels=int(sys.argv[2]))
    print("picture", peak() - before)
except PhotographError as error:
    print(error.reason, peak() - before)
"""
BOMB_PIXELS = 4_000_000
BYTES_A_PIXEL = 40  # what `decode` says that it needs
READERS = 16 * 2**20  # bytes, for Pillow's readers, which are imported with the first file


def gif(width, height, *, screen=(72, 64), disposal=0):
    """A GIF of one frame and nearly no pixels."""
    start = b"GIF89a" + struct.pack("<HH", *screen) + b"\x80\0\0" + b"\0\0\0\xff\0\0"
    control = b"!\xf9\4" + bytes([disposal << 2]) + b"\0\0\0\0"
    return start + control + b"," + struct.pack("<HHHH", 0, 0, width, height) + b"\0\2\2\x4c\1\0;"


def webp(width, height):
    """An animated WebP whose canvas is larger than its frames."""
    data = bytearray(SEEDS["animated.webp"])
    at = data.index(b"VP8X") + 12
    data[at : at + 6] = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    return bytes(data)


def tiff(tags, pixels):
    """A TIFF of given entries, (tag, type, count, value), and of what lies from byte 8 on."""
    pixels += bytes(len(pixels) % 2)
    directory = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + struct.pack("<H", len(tags)) + directory + bytes(4)


def two_faced_tiff(side=8_000, rows=8):
    """Deep colour, 72x64 for who skips numbers of eight bytes, as Pillow does; side x side for who reads them."""
    strips, strip = side // rows, bytes(side * 6 * rows)
    numbers = struct.pack("<HHHHqq", 16, 16, 16, 0, side, side) + strip
    numbers += struct.pack(f"<{strips}I", *[32] * strips) + struct.pack(f"<{strips}I", *[len(strip)] * strips)
    at = 32 + len(strip)
    sizes = [(256, 17, 1, 16), (256, 4, 1, 72), (257, 17, 1, 24), (257, 4, 1, 64)]
    kind = [(258, 3, 3, 8), (259, 3, 1, 1), (262, 3, 1, 2), (273, 4, strips, at), (277, 3, 1, 3)]
    return tiff([*sizes, *kind, (278, 4, 1, rows), (279, 4, strips, at + 4 * strips), (284, 3, 1, 1)], numbers)


def changed(data, tag, value):
    """A little-endian TIFF with another number in one tag of its first directory."""
    data = bytearray(data)
    (start,) = struct.unpack_from("<I", data, 4)
    for at in range(start + 2, start + 2 + 12 * struct.unpack_from("<H", data, start)[0], 12):
        if struct.unpack_from("<H", data, at)[0] == tag:
            struct.pack_into("<HII", data, at + 2, 4, 1, value)
    return bytes(data)


def jpeg(width, height):
    """A JPEG that says it is larger than it is."""
    data = SEEDS["progressive.jpg"]
    at = data.index(b"\xff\xc2") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4 :]


def words(kind):
    """A PNG with a chunk of a few kilobytes that become 60 megabytes of words, or of a colour profile."""
    much = chunk(kind, b"name\0\0" + zlib.compress(bytes(60_000_000)))
    return png(72, 64, unfiltered(small_eye()), depth=8, colour=2, extra=much)


BOMBS = {
    "gif-canvas": lambda: gif(65535, 65535, screen=(65535, 65535), disposal=2),
    "gif-canvas-within-twice-the-limit": lambda: gif(2800, 2800, disposal=2),
    "gif-frame": lambda: gif(65535, 65535),
    "webp-canvas": lambda: webp(16383, 16383),
    "webp-canvas-beyond-webp": lambda: webp(2**24, 2**24),
    "jpeg-size": lambda: jpeg(65500, 65500),
    "jpeg-size-within-the-limit": lambda: jpeg(1990, 2000),
    "png-size": lambda: png(2**31 - 1, 2**31 - 1, b"\0", depth=16, colour=6),
    "png-size-within-the-limit": lambda: png(1990, 2000, b"\0", depth=16, colour=6),
    "png-more-pixels-than-it-says": lambda: png(72, 64, bytes(60_000_000), depth=8, colour=2),
    "png-words": lambda: words(b"zTXt"),
    "png-profile": lambda: words(b"iCCP"),
    "png-of-two-sizes": lambda: SEEDS["deep.png"][:8] + png(9000, 9000, b"", depth=16, colour=2)[8:33]
    + SEEDS["deep.png"][8:],
    "bmp-size": lambda: SEEDS["plain.bmp"][:18] + struct.pack("<ii", 2**31 - 1, -(2**31)) + SEEDS["plain.bmp"][26:],
    "ppm-size": lambda: b"P6 99999999 99999999 255\n",
    "ppm-number": lambda: b"P6 " + b"9" * 5_000_000,
    "tiff-of-two-sizes": two_faced_tiff,
    "tiff-tiles": lambda: changed(changed(SEEDS["deep-tiles.tif"], 322, 65_520), 323, 65_520),
    "tiff-strips": lambda: changed(SEEDS["tiff_deflate.tif"], 278, 2**32 - 1),
    "tiff-bytes": lambda: changed(SEEDS["tiff_deflate.tif"], 279, 2**32 - 1),
    "tiff-channels": lambda: changed(SEEDS["tiff_lzw.tif"], 277, 60_000),
}  # fmt: skip


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's account of memory")
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_takes_no_more_memory_than_a_photograph_of_the_largest_size(name, tmp_path):
    (tmp_path / "bomb").write_bytes(BOMBS[name]())
    command = [sys.executable, "-c", CHILD, str(tmp_path / "bomb"), str(BOMB_PIXELS)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    outcome, kilobytes = ran.stdout.split()
    assert outcome in REASONS | {"picture"}
    allowed = READERS + BYTES_A_PIXEL * BOMB_PIXELS + 3 * (tmp_path / "bomb").stat().st_size
    assert int(kilobytes) * 1024 < allowed
