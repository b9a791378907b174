"""No file outside the output folder is read, overwritten or deleted, whoever wrote the journal, archive or list."""

import json
import os
import sqlite3
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from venule.batch import Layout, Shard, merge, read_journal
from venule.batch.journal import Journal
from venule.errors import VenuleError

OUTSIDE = [
    "../victim/thesis.txt", "a/../../victim/thesis.txt", "/{victim}", "..\\victim\\thesis.txt", "C:thesis.txt",
    "C:\\victim\\thesis.txt", "\\\\server\\share\\thesis.txt", "//server/share/thesis.txt", "..",
    "./../victim/thesis.txt",
]  # fmt: skip
LAYOUTS = pytest.mark.parametrize("layout", list(Layout))


@pytest.fixture
def victim(tmp_path):
    (tmp_path / "victim").mkdir()
    (tmp_path / "victim" / "thesis.txt").write_text("years of work")
    yield tmp_path / "victim" / "thesis.txt"
    assert (tmp_path / "victim" / "thesis.txt").read_text() == "years of work"
    assert [path.name for path in (tmp_path / "victim").iterdir()] == ["thesis.txt"]


@pytest.fixture
def given(tmp_path):
    (tmp_path / "in").mkdir()
    for name, content in {"a": "one", "b": "two"}.items():
        (tmp_path / "in" / f"{name}.txt").write_text(content)
    return tmp_path / "in"


def poison(output, outputs, *, name="a"):
    """Let the journal of an output name other files, as one received from somebody may."""
    with Journal(output) as journal:
        names = [record.name for record in journal.records() if record.name.endswith(name)]
        journal.append(replace(journal.record(names[0]), outputs=outputs))


@pytest.mark.parametrize("name", OUTSIDE)
def test_merging_a_shard_whose_journal_names_a_file_outside_overwrites_nothing(
    tmp_path, given, victim, shout_here, name
):
    name = name.format(victim=victim)
    shout_here(given, output=tmp_path / "shard")
    poison(tmp_path / "shard", {name: 13})
    with pytest.raises(VenuleError, match="outside"):
        merge([tmp_path / "shard"], tmp_path / "merged")
    with pytest.raises(VenuleError, match="outside"):
        list(read_journal(tmp_path / "shard"))


@LAYOUTS
@pytest.mark.parametrize("name", OUTSIDE)
def test_resuming_where_the_journal_names_a_file_outside_deletes_nothing(
    tmp_path, given, victim, shout_here, name, layout
):
    shout_here(given, output=tmp_path / "out", layout=layout)
    poison(tmp_path / "out", {name.format(victim=victim): 13})
    (given / "a.txt").write_text("changed")
    with pytest.raises(VenuleError, match="outside"):
        shout_here(given, output=tmp_path / "out", layout=layout, resume=True)


def test_a_shard_cannot_put_its_files_in_place_of_those_of_another(tmp_path, given, shout_here):
    for number in (1, 2):
        shout_here(given, output=tmp_path / f"{number}", shard=Shard(number, 2))
    (tmp_path / "2" / "a_loud.txt").write_text("another patient")
    poison(tmp_path / "2", {"a_loud.txt": 15}, name="b")
    with pytest.raises(VenuleError, match=r"a_loud.txt' cannot be an output of b"):
        merge([tmp_path / "1", tmp_path / "2"], tmp_path / "merged")


@pytest.mark.parametrize("what", ["folder", "file"])
def test_links_in_a_shard_or_an_output_lead_to_no_file_outside(tmp_path, given, victim, shout_here, what):
    shout_here(given, output=tmp_path / "out")
    if what == "folder":
        (tmp_path / "out" / "sub").symlink_to(victim.parent)
        poison(tmp_path / "out", {"sub/thesis.txt": 13})
    else:
        (tmp_path / "out" / "a_loud.txt").unlink()
        (tmp_path / "out" / "a_loud.txt").symlink_to(victim)
    with pytest.raises(VenuleError):
        merge([tmp_path / "out"], tmp_path / "merged")
    (given / "a.txt").write_text("changed")
    with pytest.raises(VenuleError, match="a link that leads out"):
        shout_here(given, output=tmp_path / "out", resume=True)


@pytest.mark.parametrize("name", ["journal.sqlite", ".lock", ".partial", "results"])
def test_links_in_place_of_what_venule_keeps_for_itself_are_refused(tmp_path, given, victim, shout_here, name):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).symlink_to(victim if "." in name[1:] or name == ".lock" else victim.parent)
    with pytest.raises(VenuleError, match="a link that leads out"):
        shout_here(given, output=tmp_path / "out", resume=True)


@pytest.mark.parametrize("name", ["../victim/thesis", "/{victim}", "..\\victim\\thesis", "C:thesis"])
def test_tables_that_a_journal_names_are_written_nowhere_else(tmp_path, given, victim, shout_here, name):
    shout_here(given, output=tmp_path / "out")
    with Journal(tmp_path / "out") as journal:
        about = {**journal.data("tables", {}), "joined": {"_loud.txt": [name.format(victim=victim)[:-4], {"x": "str"}]}}
        journal.set_about("tables", json.dumps(about))
    with pytest.raises(VenuleError, match="outside"):
        merge([tmp_path / "out"], tmp_path / "merged")


@pytest.mark.parametrize(
    ("key", "value"),
    [("tables", "[]"), ("tables", '{"columns": 1}'), ("tables", "{"), ("carried", "{"), ("layout", "../x")],
)
def test_a_journal_that_makes_no_sense_is_refused_in_words(tmp_path, given, shout_here, key, value):
    shout_here(given, output=tmp_path / "out")
    with Journal(tmp_path / "out") as journal:
        journal.set_about(key, value)
    with pytest.raises(VenuleError, match=r"damaged|cannot be understood"):
        merge([tmp_path / "out"], tmp_path / "merged")


@pytest.mark.parametrize("content", ["[]", "{}", '{"counts": 1}', '{"counts": {"ok": "x"}, "complete": 1}', "\xff"])
def test_a_manifest_that_makes_no_sense_is_refused_in_words(tmp_path, given, shout_here, content):
    shout_here(given, output=tmp_path / "out")
    (tmp_path / "out" / "manifest.json").write_text(content, encoding="latin-1")
    with pytest.raises(VenuleError, match=r"manifest\.json is damaged"):
        merge([tmp_path / "out"], tmp_path / "merged")


def test_a_record_of_another_kind_is_refused_in_words(tmp_path, given, shout_here):
    shout_here(given, output=tmp_path / "out")
    with closing(sqlite3.connect(tmp_path / "out" / "journal.sqlite")) as journal, journal:
        rows = journal.execute("SELECT * FROM records").fetchall()
        for row in rows:
            values = [*row[:13], zlib.compress(b"[1, 2]"), row[14]]
            check = zlib.crc32(repr(values).encode())
            journal.execute("UPDATE records SET outputs = ?, checksum = ? WHERE name = ?", (values[13], check, row[0]))
    with pytest.raises(VenuleError, match="cannot be understood"):
        list(read_journal(tmp_path / "out"))


IDS = [
    "../up", "/abs", "..\\up2", "C:\\win", "C:win", "\\\\server\\share\\x", "a/../../b", "//y", "results.csv/x",
    "Results.CSV/y", "results.csv./z", "manifest.json/z", "segments.csv/x.png", "dictionary.csv/x", "results/x",
    "results.parquet/x", "journal.sqlite/x", "journal.sqlite-wal/x", ".lock/x", ".partial/x", ".staged/x",
    "report.html/x", "report-001.pdf/x", "c_loud.txt/x", "c",
]  # fmt: skip


@LAYOUTS
@pytest.mark.parametrize("kind", ["list", "archive", "folder"])
def test_every_id_and_name_has_its_results_inside_and_no_table_is_lost(
    tmp_path, victim, shout_here, rows_of, layout, kind
):
    if kind == "list":
        (tmp_path / "texts").mkdir()
        lines = ["path,id"]
        for number, name in enumerate(IDS):
            (tmp_path / "texts" / f"{number}.txt").write_text(f"text {number}")
            lines.append(f"texts/{number}.txt,{name}")
        given = tmp_path / "list.csv"
        given.write_text("\n".join(lines) + "\n")
    elif kind == "archive":
        given = tmp_path / "texts.zip"
        with zipfile.ZipFile(given, "w") as archive:
            for number, name in enumerate(IDS):
                archive.writestr(f"{name}.txt", f"text {number}")
    else:
        given = tmp_path / "texts"
        for number, name in enumerate(IDS):
            if not name.startswith((".", "/")) and ".." not in name:
                (given / f"{name}.txt").parent.mkdir(parents=True, exist_ok=True)
                (given / f"{name}.txt").write_text(f"text {number}")
    before = {path for path in tmp_path.rglob("*") if path.is_file()}
    for resume in (False, True):
        result = shout_here(given, output=tmp_path / "deep" / "out", layout=layout, resume=resume)
        assert dict(result.reasons) == {}
        assert result.skipped == result.total * resume
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - before
    assert all(path.is_relative_to(tmp_path / "deep" / "out") for path in made)
    if layout is not Layout.PARQUET:
        rows = rows_of(tmp_path / "deep" / "out")
        files = [tmp_path / "deep" / "out" / row["outputs"].split(";")[0] for row in rows]
        assert [path.read_text() for path in files] == [row["text"].upper() for row in rows]
        assert len({str(path).casefold() for path in files}) == len(rows)


def test_a_name_that_is_two_files_on_a_mac_is_told_apart(tmp_path, shout_here, rows_of):
    (tmp_path / "in").mkdir()
    for name in ("caf\u00e9", "cafe\u0301"):  # one name in two spellings
        (tmp_path / "in" / f"{name}.txt").write_text(f"text {len(name)}")
    shout_here(tmp_path / "in", output=tmp_path / "out")
    outputs = [row["outputs"].split(";")[0] for row in rows_of(tmp_path / "out")]
    assert len({os.fsencode(name).replace(b"\xcc\x81", b"") for name in outputs}) == 2
    assert all(Path(tmp_path / "out" / name).exists() for name in outputs)
