"""Archives, lists and folders that mean harm end in rows with reasons or in an error that says why; never outside."""

import csv
import gzip
import io
import os
import re
import resource
import string
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from shout import Shout

from venule.batch import Batch, Engine, Layout, run
from venule.errors import VenuleError

TEXTS = {"a.txt": b"one", "deep/er/b.txt": b"two" * 3000, "c.txt": b"refuse", "d.txt": bytes(range(97, 122)) * 40}
FEW = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
FORMULA = tuple("=+-@\t\r\n")


@pytest.fixture
def shout(tmp_path_factory, monkeypatch):
    """Runs the batch on files in a fresh folder; gives the rows, or None where it was refused for a reason."""
    monkeypatch.setattr(Engine, "processes", lambda engine, files: 0)  # in this process, for speed
    place = tmp_path_factory.mktemp("hostile")
    number = 0

    def shout(write, *, layout=Layout.MIRRORED):
        nonlocal number
        number += 1
        inside = place / str(number)
        (inside / "in").mkdir(parents=True)
        path = write(inside / "in")
        before = set(inside.rglob("*"))
        try:
            run([path], inside / "out", work=Shout(), suffixes=(".txt",), settings={}, batch=Batch(layout=layout))
        except VenuleError:
            return None
        finally:
            made = {made for made in inside.rglob("*") if not made.is_relative_to(inside / "out")}
            assert made == before, "a file outside the output folder"
            assert {made.name for made in place.iterdir()} <= {str(n) for n in range(number + 1)}
        with (inside / "out" / "results.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for row in rows:
            assert row["status"] == "ok" or (row["reason"] and row["message"])
            assert not any(cell.startswith(FORMULA) and not is_number(cell) for cell in row.values())
        named = [name for row in rows if not row["duplicate_of"] for name in row["outputs"].split(";") if name]
        files = [made for made in (inside / "out").rglob("*_*.txt") if made.is_file()]
        assert len(files) == len(named) or any(";" in str(file) for file in files)  # which is what stands between two
        return rows

    return shout


def a_zip(method=zipfile.ZIP_DEFLATED, texts=TEXTS) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in texts.items():
            archive.writestr(name, content)
    return file.getvalue()


def a_tar(mode="", texts=TEXTS, **about) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{mode}") as archive:
        for name, content in texts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            for key, value in about.items():
                setattr(entry, key, value)
            archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


WHOLE = {
    "deflated.zip": a_zip(), "stored.zip": a_zip(zipfile.ZIP_STORED), "lzma.zip": a_zip(zipfile.ZIP_LZMA),
    "bzip.zip": a_zip(zipfile.ZIP_BZIP2), "plain.tar": a_tar(), "packed.tar.gz": a_tar("gz"),
    "packed.tar.xz": a_tar("xz"), "packed.tar.bz2": a_tar("bz2"),
}  # fmt: skip


@FEW
@given(name=st.sampled_from(sorted(WHOLE)), content=st.binary(max_size=3000))
def test_random_bytes_are_refused_or_rows(shout, name, content):
    def write(folder):
        (folder / name).write_bytes(content)
        return folder / name

    shout(write)


@settings(FEW, max_examples=150)
@given(data=st.data(), name=st.sampled_from(sorted(WHOLE)))
def test_flipped_cut_and_repeated_bytes_are_refused_or_rows(shout, data, name):
    content = bytearray(WHOLE[name])
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=6)):
        content[place] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))] * data.draw(st.integers(1, 2))

    def write(folder):
        (folder / name).write_bytes(content)
        return folder / name

    shout(write)


def true(header: bytearray) -> bytes:
    """The header of an entry in a tar archive with a checksum that agrees with its lies."""
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header)


HEADER = {"size": (124, 12), "mode": (100, 8), "kind": (156, 1), "name": (0, 100), "link": (157, 100), "pax": (345, 12)}


@settings(FEW, max_examples=100)
@given(
    field=st.sampled_from(sorted(HEADER)),
    value=st.binary(max_size=12) | st.sampled_from([b"\x80" + b"\xff" * 11, b"\xff" * 12, b"77777777777", b"L", b"x"]),
    packed=st.booleans(),
)
def test_headers_of_tars_that_lie_are_refused_or_rows(shout, field, value, packed):
    content = bytearray(WHOLE["plain.tar"])
    start, length = HEADER[field]
    content[start : start + length] = value[:length].ljust(length, b"\0")
    content[:512] = true(content[:512])

    def write(folder):
        path = folder / f"lies.tar{'.gz' * packed}"
        path.write_bytes(gzip.compress(content, 1) if packed else content)
        return path

    shout(write)


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.XHDTYPE, tarfile.GNUTYPE_SPARSE])
def test_bombs_in_packed_tars_take_no_memory(tmp_path, kind):
    entry = tarfile.TarInfo("bomb.txt")
    entry.size, entry.type = 8 * 1024**3, kind
    header = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    if kind == tarfile.GNUTYPE_SPARSE:  # a hole of 8 GB
        header[124:136], header[483:495] = b"00000000000\0", b"100000000000"
    with gzip.open(tmp_path / "bomb.tar.gz", "wb", compresslevel=1) as file:
        file.write(true(header))
        for _ in range(200):  # the claim is 8 GB, and more than the memory that it may take is there
            file.write(bytes(1024**2))
    reasons = reasons_within_memory(tmp_path / "bomb.tar.gz", tmp_path / "out")
    assert reasons <= {"broken-archive", "file-too-large"}


def test_bombs_in_zips_take_no_memory(tmp_path):
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("bomb.txt", "w", force_zip64=True) as file:
            for _ in range(2200):
                file.write(bytes(1024**2))
        archive.writestr("good.txt", "good")
    assert reasons_within_memory(tmp_path / "bomb.zip", tmp_path / "out") == {"file-too-large", ""}


PROGRAM = """
import sys
sys.path.insert(0, {here!r})
from shout import Shout
from venule.batch import run
run([sys.argv[1]], sys.argv[2], work=Shout(), suffixes=(".txt",), settings={{}})
"""


def reasons_within_memory(archive: Path, output: Path, *, mebibytes: int = 400) -> set[str]:
    """The reasons of the rows, of a run that dies if it wants more memory."""
    limit = mebibytes * 1024**2
    subprocess.run(
        [sys.executable, "-c", PROGRAM.format(here=str(Path(__file__).parent)), archive, output],
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (limit, limit)),
    )
    with (output / "results.csv").open(newline="") as file:
        return {row["reason"] for row in csv.DictReader(file)}


@pytest.mark.parametrize("layout", [Layout.MIRRORED, Layout.SHARDED])
@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_links_and_devices_in_tars_are_left_out(shout, layout, ending):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=f"w:{ending.partition('.')[2]}") as archive:
        for number, kind in enumerate([tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE]):
            entry = tarfile.TarInfo(f"{number}.txt")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("real.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"real"))

    def write(folder):
        (folder / f"links.{ending}").write_bytes(file.getvalue())
        return folder / f"links.{ending}"

    assert [row["text"] for row in shout(write, layout=layout)] == ["real"]


LETTERS = [*"/.\\:=+-@\n\r\t\"';,% ~$", *string.ascii_lowercase[:3], "ü", "눈", "\u202e"]
NAMES = st.text(st.sampled_from(LETTERS), max_size=30)
HOSTILE = [
    ".partial/x", "../../../../tmp/x", "/etc/passwd", ".staged/00/a", "results", "a_loud.txt/b", "C:\\windows\\x",
    "a" * 5000, "x/" * 3000 + "y", "=cmd|' /C calc'!A0", "journal.sqlite", "..", "a\nb", '"', "CON", "a_twice.txt/../c",
]  # fmt: skip


@settings(FEW, max_examples=80)
@given(
    names=st.lists(NAMES | st.sampled_from(HOSTILE), min_size=1, max_size=6, unique=True),
    kind=st.sampled_from(["zip", "tar"]),
)
@example(names=[".partial/x", "a", "a_loud.txt/b"], kind="zip")
@example(names=HOSTILE, kind="tar")
@example(names=["a", "../a", "/a", "a.txt-1", "A"], kind="zip")
def test_hostile_names_in_archives_stay_inside_and_lose_nothing(shout, names, kind):
    texts = {f"{name}.txt": f"text {number}".encode() for number, name in enumerate(names)}
    content = a_zip(texts=texts) if kind == "zip" else a_tar(texts=texts)

    def write(folder):
        (folder / f"names.{kind}").write_bytes(content)
        return folder / f"names.{kind}"

    rows = shout(write)
    seen = [name for name in texts if not name.rpartition("/")[2].startswith(".")]
    assert rows is None if not seen else len(rows) == len(seen)


def is_number(cell):
    """Whether a program for tables reads a number, such as -1, and no formula."""
    return re.fullmatch(r"[-+]?\d+([.,]\d+)?([eE][-+]?\d+)?", cell) is not None


CELLS = st.text(st.sampled_from([*"=+-@\t\r\n\0\"';,|!()1aA ", "ü", "\u202e", "＝"]), max_size=20)


@settings(FEW, max_examples=80)
@given(rows=st.lists(st.tuples(CELLS, CELLS, CELLS), min_size=1, max_size=5), header=CELLS, raw=st.binary(max_size=60))
@example(rows=[("=1+1", "=cmd|' /C calc'!A0", "@SUM(1)")], header="=1", raw=b"")
@example(rows=[("a.txt", "x" * 200_000, "")], header="eye", raw=b"")
@example(rows=[("a.txt", "../../../up", "\0"), ("../in/a.txt", ".partial/x", "-1")], header="status", raw=b"")
def test_hostile_lists_are_refused_or_rows_without_formulas(shout, rows, header, raw):
    def write(folder):
        (folder / "a.txt").write_text("text")
        with (folder / "list.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([("path", "id", header), *rows])
        with (folder / "list.csv").open("ab") as file:
            file.write(raw)
        return folder / "list.csv"

    shout(write)


@FEW
@given(names=st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=5, unique=True))
@example(names=[b"\xff\xfe", b"a\nb", b"=1+1", b'"', b"\xc3\xa4", b".hidden", b"n" * 250])
def test_any_bytes_in_names_of_files_come_through(shout, names):
    names = {name.replace(b"/", b"_").replace(b"\0", b"_")[:200] + b".txt" for name in names}

    def write(folder):
        for name in names:
            Path(os.fsdecode(os.fsencode(folder) + b"/" + name)).write_bytes(b"text " + name.hex().encode())
        return folder

    rows = shout(write)
    visible = [name for name in names if not name.startswith(b".")]
    assert rows is None if not visible else len(rows) == len(visible)


def test_loops_of_links_end(shout):
    def write(folder):
        (folder / "a.txt").write_text("text")
        (folder / "deep").mkdir()
        (folder / "deep" / "up").symlink_to(folder)
        (folder / "ring.txt").symlink_to(folder / "gnir.txt")
        (folder / "gnir.txt").symlink_to(folder / "ring.txt")
        return folder

    reasons = sorted(row["reason"] for row in shout(write))
    assert reasons == ["", "unreadable", "unreadable"]
