"""Thirty files that are no fundus photograph, though most of them say so."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image


def write_bad_files(folder: Path, good: np.ndarray) -> list[Path]:
    """Write them; `good` is a fundus photograph, uint8 (height, width, 3), that some of them are parts of."""
    rng = np.random.default_rng(0)
    jpg, png, tif, gif, bmp = (encoded(good, kind) for kind in ("JPEG", "PNG", "TIFF", "GIF", "BMP"))
    lzw, webp, ppm = encoded(good, "TIFF", compression="tiff_lzw"), encoded(good, "WEBP"), encoded(good, "PPM")
    cmyk = encoded(np.asarray(Image.fromarray(good).convert("CMYK")), "JPEG", mode="CMYK")
    size = good.shape
    contents = {
        "empty.jpg": b"",
        "empty.png": b"",
        "empty.tif": b"",
        "one-byte.jpg": b"\xff",
        "signature-only.png": png[:8],
        "header-only.jpg": jpg[:20],
        "cut.jpg": jpg[: len(jpg) // 2],
        "cut.png": png[: len(png) // 2],
        "cut.tif": tif[: len(tif) // 2],
        "cut-lzw.tif": lzw[: len(lzw) // 2],
        "cut.gif": gif[: len(gif) // 2],
        "cut.bmp": bmp[: len(bmp) // 2],
        "cut.webp": webp[: len(webp) // 2],
        "cut.ppm": ppm[: len(ppm) // 2],
        "cut-cmyk.jpg": cmyk[: len(cmyk) // 2],
        "damaged.png": png[:200] + rng.bytes(400) + png[600:],
        "text.jpg": b"These are the results of Tuesday.\n",
        "page.png": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
        "report.tif": b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n",
        "archive.jpg": b"PK\x03\x04" + rng.bytes(500),
        "random.gif": rng.bytes(5000),
        "zeros.bmp": bytes(5000),
        "tiny.png": encoded(good[:3, :3], "PNG"),
        "thin.png": encoded(np.repeat(good[100:102], 1, axis=0), "PNG"),
        "huge.png": lying_png(60_000, 60_000),
        "black.png": encoded(np.zeros(size, np.uint8), "PNG"),
        "white.jpg": encoded(np.full(size, 255, np.uint8), "JPEG"),
        "plain.png": encoded(np.full(size, (30, 90, 200), np.uint8), "PNG"),
        "noise.png": encoded(rng.integers(0, 256, size).astype(np.uint8), "PNG"),
        "palette-of-nothing.gif": gif[:13],
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def encoded(pixels: np.ndarray, kind: str, *, mode: str | None = None, **options: str) -> bytes:
    file = io.BytesIO()
    image = Image.fromarray(pixels) if mode is None else Image.frombytes(mode, pixels.shape[1::-1], pixels.tobytes())
    image.save(file, kind, **options)
    return file.getvalue()


def lying_png(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )
