"""Lists, archives and URLs are read as folders are."""

import csv
import io
import json
import tarfile
import zipfile
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from shout import Shout

from venule.batch import Batch, Engine, read_path, run
from venule.errors import VenuleError

TEXTS = {"a.txt": b"one", "deep/er/b.txt": b"two", "c.txt": b"refuse"}


def shout(*paths, output, jobs=None, **options):
    batch = Batch(Engine(jobs=jobs), **options)
    return run(paths, output, work=Shout(), suffixes=(".txt",), settings={}, batch=batch)


def rows(output):
    with (Path(output) / "results.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def table(output):
    """What came of each file, by name."""
    return {Path(row["path"]).name: (row["status"], row["reason"], row["text"]) for row in rows(output)}


def contents(output):
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in Path(output).rglob("*.txt")}


def write_folder(place, texts=TEXTS):
    for name, content in texts.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(content)
    return place


def write_zip(place, texts=TEXTS):
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in texts.items():
            archive.writestr(name, content)
    return place


def write_tar(place, texts=TEXTS):
    mode = {".gz": "w:gz", ".xz": "w:xz", ".bz2": "w:bz2"}.get(place.suffix, "w")
    with tarfile.open(place, mode) as archive:
        for name, content in texts.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return place


@pytest.mark.parametrize("name", ["texts.zip", "texts.tar", "texts.tar.gz", "texts.tar.xz"])
@pytest.mark.parametrize("jobs", [None, 2])
def test_archive_gives_what_its_folder_gives_and_is_not_done_again(tmp_path, name, jobs):
    folder = write_folder(tmp_path / "folder")
    archive = (write_zip if name.endswith(".zip") else write_tar)(tmp_path / name)
    shout(folder, output=tmp_path / "of-folder")
    result = shout(archive, output=tmp_path / "of-archive", jobs=jobs)
    assert (result.ok, result.failed) == (2, 1)
    assert contents(tmp_path / "of-archive") == contents(tmp_path / "of-folder")
    assert table(tmp_path / "of-archive") == table(tmp_path / "of-folder")
    assert {read_path(str(tmp_path / row["path"])) for row in rows(tmp_path / "of-archive")} == set(TEXTS.values())
    again = shout(archive, output=tmp_path / "of-archive", jobs=jobs, resume=True)
    assert (again.skipped, again.ok) == (3, 2)


def test_archives_keep_their_names_apart_and_are_not_searched_for_in_folders(tmp_path):
    (tmp_path / "texts").mkdir()
    write_zip(tmp_path / "texts" / "left.zip", {"a.txt": b"left"})
    write_tar(tmp_path / "texts" / "right.tar.gz", {"a.txt": b"right", "read.me": b"no"})
    (tmp_path / "texts" / "z.txt").write_text("z")
    assert shout(tmp_path / "texts", output=tmp_path / "folder").total == 1
    shout(f"{tmp_path}/texts/*.zip", f"{tmp_path}/texts/*.gz", output=tmp_path / "out")
    assert contents(tmp_path / "out") == {
        "left/a_loud.txt": b"LEFT", "left/a_twice.txt": b"leftleft",
        "right/a_loud.txt": b"RIGHT", "right/a_twice.txt": b"rightright",
    }  # fmt: skip


@pytest.mark.parametrize("write", [write_zip, write_tar])
def test_names_in_an_archive_cannot_lead_out_of_the_output(tmp_path, write):
    evil = ["../../up.txt", "/abs.txt", "C:\\win.txt", "a/../../b.txt", "..", "n" * 300 + ".txt", "x/\n\"'ü.txt"]
    archive = write(
        tmp_path / f"evil{'.zip' if write is write_zip else '.tar'}", {name: name[:8].encode() for name in evil}
    )
    before = set(tmp_path.rglob("*"))
    shout(archive, output=tmp_path / "deep" / "er" / "out", jobs=1)
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert all((tmp_path / "deep" / "er" / "out") in path.parents for path in made)
    reasons = {row["path"].rpartition(archive.name)[2]: row["reason"] for row in rows(tmp_path / "deep" / "er" / "out")}
    assert list(reasons.values()).count("name-too-long") == 1
    assert list(reasons.values()).count("") == 5


@pytest.mark.parametrize("name", ["cut.zip", "cut.tar", "cut.tar.gz", "text.zip", "text.tar"])
def test_damaged_archive_is_a_row_and_what_comes_before_the_damage_is_done(tmp_path, name):
    place = tmp_path / "texts" / name
    place.parent.mkdir()
    big = {f"{i}.txt": bytes(range(97, 122)) * 2000 for i in range(10)}
    whole = (write_zip if name.endswith("zip") else write_tar)(place, big).read_bytes()
    place.write_bytes(b"no archive at all" if name.startswith("text") else whole[: len(whole) * 3 // 5])
    (place.parent / "good.txt").write_text("good")
    shout(place, place.parent, output=tmp_path / "out", jobs=1)
    found = {row["path"]: row["reason"] for row in rows(tmp_path / "out")}
    assert found[name] == "broken-archive"
    assert found["good.txt"] == ""
    if name == "cut.tar":
        assert list(found.values()).count("") >= 5


def test_file_in_a_zip_that_unpacks_to_more_than_it_says_or_is_damaged_or_encrypted_is_a_row(tmp_path):
    archive = write_zip(tmp_path / "texts.zip", {"good.txt": b"good", "lies.txt": b"x" * 1000, "secret.txt": b"abc"})
    content = bytearray(archive.read_bytes())
    with zipfile.ZipFile(archive) as opened:
        infos = {info.filename: info for info in opened.infolist()}
    directory = opened.start_dir
    for name in ("lies.txt", "secret.txt"):
        entry = content.index(name.encode(), directory) - 46  # its record in the table of contents
        if name == "lies.txt":
            content[entry + 24 : entry + 28] = (10).to_bytes(4, "little")
        else:
            content[entry + 8] |= 1
            content[infos[name].header_offset + 6] |= 1
    archive.write_bytes(content)
    shout(archive, output=tmp_path / "out", jobs=1)
    assert {name: reason for name, (_, reason, _) in table(tmp_path / "out").items()} == {
        "good.txt": "", "lies.txt": "broken-archive", "secret.txt": "encrypted"
    }  # fmt: skip


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_list_gives_names_and_columns_to_carry_along(tmp_path, ending):
    write_folder(tmp_path)
    listed = [
        {"path": "a.txt", "id": "p1/left", "eye": "L", "status": "seen"},
        {"path": str(tmp_path / "deep/er/b.txt"), "id": "p1/right", "eye": "R", "status": ""},
        {"path": "gone.txt", "id": "p2", "eye": "", "status": ""},
    ]
    place = tmp_path / f"list{ending}"
    if ending == ".csv":
        with place.open("w", newline="", encoding="utf-8-sig") as file:  # as Excel writes it
            writer = csv.DictWriter(file, listed[0])
            writer.writeheader()
            writer.writerows(listed)
    else:
        pq.write_table(pa.Table.from_pylist(listed), place)
    shout(place, output=tmp_path / "out", jobs=1)
    found = {row["id"]: row for row in rows(tmp_path / "out")}
    assert {key: (row["eye"], row["list_status"], row["reason"]) for key, row in found.items()} == {
        "p1/left": ("L", "seen", ""), "p1/right": ("R", "", ""), "p2": ("", "", "not-found")
    }  # fmt: skip
    assert (tmp_path / "out" / "p1" / "left_loud.txt").read_text() == "ONE"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("picture\na.txt\n", "needs a column 'path'"),
        ("path,id\na.txt,x\n,y\n", "row 2 has no path"),
        ("path,id\na.txt,x\nb.txt,x\n", "the id 'x'"),
        (b"path\n\xff\xfe\n", "cannot be read as a list"),
    ],
)
def test_wrong_list_says_what_is_wrong_in_it(tmp_path, content, said):
    (tmp_path / "list.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    (tmp_path / "a.txt").write_text("a")
    with pytest.raises(VenuleError, match=said):
        shout(tmp_path / "list.csv", output=tmp_path / "out")


def test_urls_are_read_and_written_and_a_second_machine_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "first"))
    monkeypatch.setattr(Engine, "processes", lambda engine, files: 0)  # in this process, which alone has the memory
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    for name, content in TEXTS.items():
        memory.pipe_file(f"/bucket/in/{name}", content)
    memory.pipe_file("/bucket/in/more.zip", write_zip(tmp_path / "more.zip", {"d.txt": b"four"}).read_bytes())
    inputs = ("memory://bucket/in", "memory://bucket/in/more.zip")
    result = shout(*inputs, output="memory://bucket/out", jobs=2)
    assert (result.ok, result.failed) == (3, 1)
    assert memory.cat_file("/bucket/out/deep/er/b_loud.txt") == b"TWO"
    assert memory.cat_file("/bucket/out/more/d_loud.txt") == b"FOUR"
    written = csv.DictReader(io.StringIO(memory.cat_file("/bucket/out/results.csv").decode()))
    assert {row["path"]: row["reason"] for row in written} == {
        "memory://bucket/in/a.txt": "", "memory://bucket/in/c.txt": "refused",
        "memory://bucket/in/deep/er/b.txt": "", "memory://bucket/in/more.zip/d.txt": "",
    }  # fmt: skip
    assert json.loads(memory.cat_file("/bucket/out/manifest.json"))["complete"]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "second"))
    memory.pipe_file("/bucket/in/e.txt", b"five")
    again = shout(*inputs, output="memory://bucket/out", resume=True)
    assert (again.skipped, again.ok) == (4, 4)


def test_unknown_protocol_is_said(tmp_path):
    with pytest.raises(VenuleError, match="nosuch://"):
        shout("nosuch://bucket/x", output=tmp_path / "out")
