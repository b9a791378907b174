"""Small valid files of every format: what the fuzzers start from, and what the tests with damaged files damage."""

import io
import struct
import zlib

import numpy as np
import tifffile
from PIL import Image, ImageCms

ADAM7 = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))


def small_eye(height: int = 64, width: int = 72) -> np.ndarray:
    """A reddish disc with a dark line, uint8 (height, width, 3): as few pixels as are read."""
    rows, columns = np.mgrid[:height, :width]
    away = np.hypot(rows - height / 2, columns - width / 2) / (min(height, width) / 2 - 3)
    image = (1 - 0.3 * away**2)[..., None] * np.array([200, 110, 60])
    image[np.abs(rows - columns * 0.8) < 2] *= 0.6
    image[away > 1] = 0
    return image.astype(np.uint8)


def seed_files() -> dict[str, bytes]:
    """Each kind of file that a camera or a program may have written, by name."""
    return jpegs() | pngs() | tiffs() | others()


def jpegs() -> dict[str, bytes]:
    """Baseline, progressive, grey, print colours, several pictures in one, orientation and colour profile."""
    eye = Image.fromarray(small_eye())
    turned = Image.Exif()
    turned[274] = 6
    nonsense = Image.Exif()
    nonsense[274] = 99
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return {
        "plain.jpg": encoded(eye, "JPEG"),
        "progressive.jpg": encoded(eye, "JPEG", progressive=True),
        "restarts.jpg": encoded(eye, "JPEG", restart_marker_rows=1),
        "grey.jpg": encoded(eye.convert("L"), "JPEG"),
        "cmyk.jpg": encoded(eye.convert("CMYK"), "JPEG"),
        "turned.jpg": encoded(eye, "JPEG", exif=turned),
        "nonsense.jpg": encoded(eye, "JPEG", exif=nonsense),
        "cyclic.jpg": encoded(eye, "JPEG", exif=cyclic_exif()),
        "profile.jpg": encoded(eye, "JPEG", icc_profile=profile),
        "two.jpg": encoded(eye, "MPO", save_all=True, append_images=[eye]),
    }


def pngs() -> dict[str, bytes]:
    """All depths and kinds of colour, interlaced, animated, transparent, with words and profiles."""
    eye = Image.fromarray(small_eye())
    deep = (small_eye().astype(np.uint16) << 8).astype(">u2")
    see_through = eye.convert("RGBA")
    see_through.putalpha(100)
    turned = Image.Exif()
    turned[274] = 5
    grey = small_eye()[..., 1]
    return {
        "plain.png": encoded(eye, "PNG"),
        "grey.png": encoded(eye.convert("L"), "PNG"),
        "one-bit.png": encoded(eye.convert("1"), "PNG"),
        "palette.png": encoded(eye.convert("P"), "PNG", transparency=0),
        "see-through.png": encoded(see_through, "PNG"),
        "grey-see-through.png": encoded(see_through.convert("LA"), "PNG"),
        "turned.png": encoded(eye, "PNG", exif=turned),
        "animated.png": encoded(eye, "PNG", save_all=True, append_images=[eye.rotate(90)]),
        "interlaced.png": png(72, 64, interlaced(grey), depth=8, colour=0, interlace=1),
        "deep.png": png(72, 64, unfiltered(deep), depth=16, colour=2),
        "deep-grey.png": png(72, 64, unfiltered(deep[..., 0]), depth=16, colour=0),
        "deep-see-through.png": png(72, 64, unfiltered(deep[..., [0, 1, 2, 0]]), depth=16, colour=6),
    }


def tiffs() -> dict[str, bytes]:
    """Compressions, depths, tiles, planes, pages and numbers that are none."""
    eye = Image.fromarray(small_eye())
    array = small_eye()
    deep = array.astype(np.uint16) << 4
    numbers = array[..., 0] / np.float32(255)
    numbers[10:20] = np.nan
    packed = {
        f"{name}.tif": encoded(eye, "TIFF", compression=name)
        for name in ("raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg", "zstd", "lzma")
    }
    return packed | {
        "fax.tif": encoded(eye.convert("1"), "TIFF", compression="group4"),
        "palette.tif": encoded(eye.convert("P"), "TIFF"),
        "cmyk.tif": encoded(eye.convert("CMYK"), "TIFF"),
        "lab.tif": encoded(ImageCms.profileToProfile(eye, *lab_profiles(), outputMode="LAB"), "TIFF"),
        "see-through.tif": encoded(eye.convert("RGBA"), "TIFF"),
        "pages.tif": encoded(eye, "TIFF", save_all=True, append_images=[eye.convert("L")]),
        "numbers.tif": encoded(Image.fromarray(numbers), "TIFF"),
        "whole-numbers.tif": encoded(Image.fromarray(array[..., 0].astype(np.int32)), "TIFF"),
        "grey16.tif": written(deep[..., 0]),
        "deep.tif": written(deep, photometric="rgb"),
        "deep-planes.tif": written(np.moveaxis(deep, 2, 0), photometric="rgb", planarconfig="separate"),
        "planes.tif": written(np.moveaxis(array, 2, 0), photometric="rgb", planarconfig="separate"),
        "tiles.tif": written(array, photometric="rgb", tile=(32, 32)),
        "deep-tiles.tif": written(deep, photometric="rgb", tile=(32, 32), compression="zlib"),
        "big.tif": written(array, photometric="rgb", bigtiff=True),
        "big-endian.tif": written(array, photometric="rgb", byteorder=">"),
        "white-is-zero.tif": written(array[..., 0], photometric="miniswhite"),
    }


def others() -> dict[str, bytes]:
    """GIF, BMP, WebP and the family of PPM."""
    eye = Image.fromarray(small_eye())
    more = [eye.rotate(90), eye.rotate(180)]
    grey = small_eye()[..., 0]
    words = b" ".join(b"%d" % value for value in grey.ravel())
    return {
        "plain.gif": encoded(eye, "GIF"),
        "animated.gif": encoded(eye, "GIF", save_all=True, append_images=more, disposal=2, loop=0),
        "interlaced.gif": encoded(eye, "GIF", interlace=1, transparency=3),
        "plain.bmp": encoded(eye, "BMP"),
        "palette.bmp": encoded(eye.convert("P"), "BMP"),
        "one-bit.bmp": encoded(eye.convert("1"), "BMP"),
        "plain.webp": encoded(eye, "WEBP", quality=50),
        "lossless.webp": encoded(eye.convert("RGBA"), "WEBP", lossless=True),
        "animated.webp": encoded(eye, "WEBP", save_all=True, append_images=more, exif=cyclic_exif()),
        "plain.ppm": encoded(eye, "PPM"),
        "deep.ppm": b"P6 72 64 4095\n" + (small_eye().astype(np.uint16) << 4).astype(">u2").tobytes(),
        "grey.pgm": encoded(eye.convert("L"), "PPM"),
        "deep.pgm": b"P5 72 64 65535\n" + (grey.astype(np.uint16) << 8).astype(">u2").tobytes(),
        "words.pgm": b"P2 72 64 255\n" + words,
        "bits.pbm": encoded(eye.convert("1"), "PPM"),
        "words.pbm": b"P1 72 64\n" + b"01 0" * (72 * 64 // 3),
        "numbers.pfm": b"Pf\n72 64\n-1.0\n" + grey.astype("<f4").tobytes(),
    }


def encoded(image: Image.Image, kind: str, **settings: object) -> bytes:
    """The bytes of a file that Pillow writes."""
    file = io.BytesIO()
    image.save(file, kind, **settings)
    return file.getvalue()


def written(array: np.ndarray, **settings: object) -> bytes:
    """The bytes of a TIFF that tifffile writes."""
    file = io.BytesIO()
    tifffile.imwrite(file, array, **settings)
    return file.getvalue()


def lab_profiles() -> tuple[ImageCms.ImageCmsProfile, ImageCms.ImageCmsProfile]:
    """Of sRGB and of L*a*b*."""
    return ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")


def cyclic_exif() -> bytes:
    """EXIF whose directory says that it follows itself, and that its part on exposure is itself, too."""
    entries = [(274, 3, 1, 6), (34665, 4, 1, 8), (34853, 4, 1, 8)]  # orientation; where exposure and GPS lie
    directory = struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", 8)


def png(
    width: int, height: int, pixels: bytes, *, depth: int, colour: int, interlace: int = 0, extra: bytes = b""
) -> bytes:
    """A PNG of given lines, each with the number of its filter before it; `extra` are chunks before the pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlace))
    return b"\x89PNG\r\n\x1a\n" + header + extra + chunk(b"IDAT", zlib.compress(pixels)) + chunk(b"IEND", b"")


def chunk(kind: bytes, content: bytes) -> bytes:
    """A part of a PNG."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def unfiltered(array: np.ndarray) -> bytes:
    """The lines of an array, each with filter 0."""
    return b"".join(b"\0" + line.tobytes() for line in array)


def interlaced(grey: np.ndarray) -> bytes:
    """The lines of the seven passes of an interlaced PNG."""
    return b"".join(unfiltered(grey[row::down, column::right]) for row, column, down, right in ADAM7)
