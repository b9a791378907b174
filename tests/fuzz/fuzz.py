"""Fuzz one subject for some minutes: python tests/fuzz/fuzz.py masks --minutes 10

Files are made from valid ones by changing bytes, numbers and words. The first that breaks a promise is kept and ends
the run; `python tests/fuzz/fuzz.py masks FILE` tries it again. So does one that takes longer than `--timeout` seconds
or kills Python: it is then the file last-masks in the folder of `--keep`. Libraries warn of much that is damaged;
`python -W ignore` keeps most of that quiet.
"""

import argparse
import faulthandler
import hashlib
import re
import resource
import struct
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from targets import TARGETS, Target

MEMORY = 6 * 2**30  # bytes; what needs more fails with a MemoryError
WORDS = re.compile(rb"[A-Za-z0-9_.+-]+|\"[^\"]*\"")
STRANGE = (
    b"", b"0", b"-1", b"1e999999", b"nan", b".nan", b"inf", b"-.inf", b"null", b"true", b"[]", b"{}", b"\"\"", b"\0",
    b"1e308", b"1e-320", b"99999999999999999999999", b"0x10", b"1_000", b"1:30:00", b"2001-02-30", b"\xff\xfe",
    b"\xed\xa0\x80", b"\xe2\x80\xae", b"../../x", b"a" * 5000, b"-0", b"0.5", b"[[[[[[[[[[[[[[[[[[[[[[[[", b"!!int ''",
    b"&a", b"*a", b"\r", b"\n", b",", b'"', b": ", b"- ", b"memory://x", b"file:///etc/passwd", b"C:\\x", b"~",
)  # fmt: skip
EDGES = (0, 1, 2, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1)


def made_files(target: Target, rng: np.random.Generator) -> Iterator[bytes]:
    """The seeds of a target, and then without end what changes make of them."""
    seeds = list(target.seeds().values())
    yield from seeds
    while True:
        data = bytearray(seeds[rng.integers(len(seeds))])
        for _ in range(1 + int(rng.geometric(0.4))):
            data = _changed_word(data, rng) if target.is_text and rng.random() < 0.7 else _changed(data, seeds, rng)
        yield bytes(_with_png_checksums(data) if rng.random() < 0.7 else data)


def _changed(data: bytearray, seeds: list[bytes], rng: np.random.Generator) -> bytearray:
    """Some bytes changed, put in, taken out, repeated, or taken from another seed."""
    # Half of the changes are in the first part, where headers are.
    size = max(1, len(data) if rng.random() < 0.5 else min(len(data), 400))
    place, length = int(rng.integers(size)), int(2 ** rng.integers(0, 8))
    kind = rng.integers(8)
    if kind == 0 and data:
        data[place] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        data[place : place + length] = rng.bytes(length)
    elif kind == 2:
        del data[place : place + length]
    elif kind == 3:
        data[place:place] = data[place : place + length] * int(rng.integers(1, 4))
    elif kind == 4:
        order, code = "<>"[rng.integers(2)], "BHI"[rng.integers(3)]
        edge = int(rng.choice(EDGES)) % 2 ** (8 * struct.calcsize(code))
        data[place : place + struct.calcsize(code)] = struct.pack(order + code, edge)
    elif kind == 5:
        other = seeds[rng.integers(len(seeds))]
        start = int(rng.integers(max(1, len(other))))
        data[place : place + length] = other[start : start + length]
    elif kind == 6:
        del data[place:]
    else:
        data[place : place + 8] = struct.pack("<>"[rng.integers(2)] + "d", rng.choice([np.nan, np.inf, 1e308, -1, 0]))
    return data


def _changed_word(data: bytearray, rng: np.random.Generator) -> bytearray:
    """A word or a number exchanged, or a line put twice, moved or taken out."""
    if rng.random() < 0.3:
        lines = bytes(data).splitlines(keepends=True) or [b""]
        line = lines.pop(rng.integers(len(lines))) if rng.random() < 0.5 else lines[rng.integers(len(lines))]
        if rng.random() < 0.7:
            lines.insert(int(rng.integers(len(lines) + 1)), line)
        return bytearray(b"".join(lines))
    words = list(WORDS.finditer(data))
    if not words:
        return data
    place = words[rng.integers(len(words))].span()
    other = bytes(data[slice(*words[rng.integers(len(words))].span())])
    data[slice(*place)] = other if rng.random() < 0.3 else STRANGE[rng.integers(len(STRANGE))]
    return data


def _with_png_checksums(data: bytearray) -> bytearray:
    """The same with right checksums, where it is a PNG: or next to none would be read further than its header."""
    if data[:4] != b"\x89PNG":
        return data
    place = 8
    while place + 12 <= len(data):
        end = place + 8 + int.from_bytes(data[place : place + 4], "big")
        if end + 4 > len(data):
            break
        data[end : end + 4] = zlib.crc32(data[place + 4 : end]).to_bytes(4, "big")
        place = end + 4
    return data


def main() -> int:
    """Fuzz, or try one file again."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("subject", choices=TARGETS)
    parser.add_argument("file", nargs="?", type=Path, help="try this file only")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--timeout", type=int, default=30, help="seconds for one file")
    parser.add_argument("--keep", type=Path, default=Path(), help="folder for what was found")
    given = parser.parse_args()
    target = TARGETS[given.subject]
    if given.file:
        target.check(given.file.read_bytes())
        return 0
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    given.keep.mkdir(parents=True, exist_ok=True)
    last = given.keep / f"last-{given.subject}"
    start, slowest = time.monotonic(), 0.0
    for number, data in enumerate(made_files(target, np.random.default_rng(given.seed))):
        begun = time.monotonic()
        if begun - start > 60 * given.minutes:
            break
        last.write_bytes(data)
        faulthandler.dump_traceback_later(given.timeout, exit=True)
        try:
            target.check(data)
        except BaseException:
            found = given.keep / f"found-{given.subject}-{hashlib.sha256(data).hexdigest()[:12]}"
            found.write_bytes(data)
            print(f"{given.subject}: file {number} after {begun - start:.0f} s; kept as {found}", file=sys.stderr)
            raise
        slowest = max(slowest, time.monotonic() - begun)
    faulthandler.cancel_dump_traceback_later()
    last.unlink()
    minutes = (time.monotonic() - start) / 60
    print(f"{given.subject}: {number:,} files in {minutes:.1f} min, nothing found; slowest {slowest:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
