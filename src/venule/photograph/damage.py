"""Damage that decoders pass over in silence."""

import re
import struct
import zlib

import simplejpeg

from venule.photograph.pillow import tiff_tags

# Warnings of libjpeg that mean lost pixels; the others are about unusual headers.
_LOSSES = ("Corrupt JPEG data", "Premature end")
_LONGEST_ZEROS = 16  # bytes; 40 coefficients of -1 in a row would be needed for them
_CHECKED = (b"IHDR", b"PLTE", b"IDAT", b"tRNS", b"eXIf")  # chunks of a PNG that decide what is seen


def jpeg_damage(data: bytes) -> str:
    """What libjpeg warns of when it decodes a JPEG; "" if the pixels are whole.

    Pillow and OpenCV do not pass its warnings on. A changed bit is found only if the decoder loses its place by it; a
    block of zeros, as a lost part of a file becomes, is found by itself.
    """
    if _has_lost_block(data):
        return "a part of it is overwritten with zeros"
    try:
        _, _, colours, _ = simplejpeg.decode_jpeg_header(data)
        wanted = "CMYK" if colours in ("CMYK", "YCCK") else "GRAY"
        simplejpeg.decode_jpeg(data, wanted, min_height=1, min_width=1, min_factor=8, strict=True)
    except ValueError as error:
        said = str(error)
        return said if said.startswith(_LOSSES) and not _is_padding(said, data) else ""
    return ""


def tiff_damage(data: bytes) -> str:
    """What libjpeg warns of in the strips or tiles of a TIFF's first page that are JPEG; "" if they are whole."""
    try:
        tags = tiff_tags(data)
        if tags.get(259) != 7:  # Compression
            return ""
        tables = bytes(tags.get(347, b"\xff\xd8\xff\xd9"))
        starts, lengths = (273, 279) if 273 in tags else (324, 325)
        parts = [data[start : start + length] for start, length in zip(tags[starts], tags[lengths], strict=True)]
    except Exception:  # a damaged header can cause any error in Pillow, which says it when it opens the file
        return ""
    return next(filter(None, (jpeg_damage(tables[:-2] + part[2:]) for part in parts)), "")


def png_damage(data: bytes) -> str:
    """The first chunk of a PNG whose checksum is wrong; "" if there is none."""
    place = 8
    while place + 12 <= len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, end = data[place + 4 : place + 8], place + 8 + length
        if kind in _CHECKED and zlib.crc32(data[place + 4 : end]).to_bytes(4, "big") != data[end : end + 4]:
            return f"wrong checksum of a chunk {kind.decode('ascii')}"
        place = end + 4
    return ""


def _has_lost_block(data: bytes) -> bool:
    """Whether zeros stand among the coded pixels of a sequential JPEG, where no photograph can have them.

    A code of zeros alone can mean a flat block if the table says so; then nothing is known.
    """
    place, zeros = 2, bytes(_LONGEST_ZEROS)
    while place + 4 <= len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        segment = data[place + 4 : place + 2 + length]
        if marker == 0xC2 or (marker == 0xC4 and _may_mean_flat(segment)):
            return False
        place += 2 + length
        if marker == 0xDA:
            end = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]").search(data, place)
            stop = end.start() if end else len(data)
            return data.find(zeros, place, len(data[:stop].rstrip(b"\0"))) >= 0
    return False


def _may_mean_flat(tables: bytes) -> bool:
    """Whether a Huffman table for coefficients of brightness gives its first code, of zeros, to the end of a block."""
    place = 0
    while place + 17 <= len(tables):
        count = sum(tables[place + 1 : place + 17])
        if tables[place] == 0x10 and tables[place + 17 : place + 18] == b"\0":
            return True
        place += 17 + count
    return False


def _is_padding(warning: str, data: bytes) -> bool:
    """Whether the bytes too many before a marker are equal, as some cameras fill the rest of a block."""
    said = re.search(r"(\d+) extraneous bytes before marker 0x([0-9a-f]{2})", warning)
    if said is None:
        return False
    count, marker = int(said[1]), b"\xff" + bytes.fromhex(said[2])
    place = data.find(marker)
    while place >= 0:
        before = data[max(0, place - count) : place]
        if len(before) == count and before == before[:1] * count:
            return True
        place = data.find(marker, place + 1)
    return False
