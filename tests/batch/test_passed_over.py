"""What lies in a folder is processed, or said to be left out; what venule wrote there itself is not taken for input."""

import io
import json
import shutil
import signal
import subprocess
import sys
import tarfile
import warnings
import zipfile
from pathlib import Path

import pytest

from venule.batch import Layout
from venule.errors import VenuleError


def write(folder, **contents):
    folder.mkdir(exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_text(content)
    return folder


FILES = {"a.txt": "one", "b.heic": "x", "c.HEIC": "x", "d.pdf": "x", "IM01": "word", "IM02": "x", "1.2.840.5": "word"}
LEFT_OUT = {".heic": 2, ".pdf": 1, "without an ending": 1}


def is_word(head):
    return head == b"word"


@pytest.mark.parametrize("kind", ["folder", "zip", "tar", "tar.gz", "memory"])
def test_files_that_are_not_looked_at_are_counted_by_ending_and_those_without_one_are_recognised(
    tmp_path, shout_here, kind
):
    import fsspec

    given = write(tmp_path / "in", **FILES)
    if kind == "memory":
        fsspec.filesystem("memory").put(str(given), "/many/in", recursive=True)
        given = "memory://many/in"
    elif kind != "folder":
        archive = tmp_path / f"in.{kind}"
        if kind == "zip":
            with zipfile.ZipFile(archive, "w") as file:
                for path in given.iterdir():
                    file.write(path, path.name)
        else:
            with tarfile.open(archive, f"w:{kind.partition('.')[2]}") as file:
                for path in sorted(given.iterdir()):
                    file.add(path, path.name)
        given = archive
    result = shout_here(given, output=tmp_path / "out", recognise=is_word)
    assert (result.ok, dict(result.passed_over)) == (3, LEFT_OUT)
    assert "not looked at: 2 .heic, 1 .pdf, 1 without an ending" in str(result)
    assert json.loads((tmp_path / "out" / "manifest.json").read_text())["passed_over"] == LEFT_OUT


def test_a_folder_with_none_that_can_be_read_says_what_is_there(tmp_path, shout_here):
    with pytest.raises(VenuleError, match=r"2 \.heic, 1 hidden"):
        shout_here(write(tmp_path / "in", **{"a.heic": "", "b.heic": "", ".c.txt": "x"}), output=tmp_path / "out")


@pytest.mark.parametrize("layout", list(Layout))
@pytest.mark.parametrize("given", ["folder", "pattern", "files"])
def test_results_in_the_folder_of_the_input_are_not_taken_for_input(tmp_path, shout_here, rows_of, layout, given):
    folder = write(tmp_path / "in", **{"a.txt": "one", "b.txt": "two"})
    for run in range(3):
        given_now = {
            "folder": [folder], "pattern": [f"{folder}/**/*.txt"], "files": sorted(folder.rglob("*.txt"))
        }[given]  # fmt: skip
        result = shout_here(*given_now, output=folder, layout=layout, resume=True)
        assert (result.total, result.ok, result.skipped) == (2, 2, 2 * (run > 0))
    if layout is Layout.MIRRORED:
        assert len(rows_of(folder)) == 2
        assert result.passed_over["output of venule"] == 4


@pytest.mark.parametrize("lost", ["", "journal.sqlite"])
def test_results_of_another_run_in_the_folder_of_the_input_are_not_taken_for_input(tmp_path, shout_here, lost):
    folder = write(tmp_path / "in", **{"a.txt": "one", "b.txt": "two"})
    shout_here(folder, output=folder / "first")
    if lost:
        (folder / "first" / lost).unlink()
    assert shout_here(folder, output=folder / "second").total == 2
    shutil.move(folder / "first", tmp_path / "first")
    (folder / "link").symlink_to(tmp_path / "first")
    assert shout_here(folder, output=tmp_path / "third").total == 2


def test_results_of_a_run_that_was_killed_before_it_recorded_them_are_not_taken_for_input(tmp_path, shout_here):
    folder = write(tmp_path / "in", **{"a.txt": "one", "b.txt": "die-here"})
    code = (
        f"import os, signal, sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from shout import Shout\nfrom venule.batch import Batch, Engine, run\nfrom venule.batch import journal\n"
        "Engine.processes = lambda engine, files: 0\n"
        "journal.Journal.append = lambda *record: os.kill(os.getpid(), signal.SIGKILL)\n"
        f"run([{str(folder)!r}], {str(folder)!r}, work=Shout(), suffixes=('.txt',), settings={{}})"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -signal.SIGKILL
    assert (folder / "a_loud.txt").exists()
    assert shout_here(folder, output=folder, resume=True).total == 2


@pytest.mark.parametrize("layout", [Layout.MIRRORED, Layout.SHARDED])
@pytest.mark.parametrize("name", ["a_twice.txt", "dictionary.csv", "segments.csv", "results.parquet"])
def test_a_drawing_or_table_of_ones_own_in_the_output_folder_is_not_overwritten(tmp_path, shout_here, layout, name):
    given = write(tmp_path / "in", **{"a.txt": "one"})
    mine = tmp_path / "out" / layout.path_of("a", "_twice.txt") if name == "a_twice.txt" else tmp_path / "out" / name
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    with pytest.raises(VenuleError, match=r"would be overwritten|already has results"):
        shout_here(given, output=tmp_path / "out", layout=layout)
    assert mine.read_text() == "mine"


def test_a_damaged_journal_above_the_input_does_no_harm(tmp_path, shout_here):
    given = write(tmp_path / "in", **{"a.txt": "one"})
    (tmp_path / "journal.sqlite").write_bytes(b"SQLite format 3\0" + bytes(5000))
    (tmp_path / "results.csv").write_bytes(b"\xff\xfe")
    assert shout_here(given, output=given / "out").total == 1


def test_results_in_the_bucket_of_the_input_are_not_taken_for_input_on_another_machine(
    tmp_path, shout_here, monkeypatch
):
    import fsspec

    memory = fsspec.filesystem("memory")
    for name in ("a", "b"):
        memory.pipe_file(f"/mixed/{name}.txt", name.encode())
    for machine in ("one", "two", "two"):
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / machine))
        result = shout_here("memory://mixed", output="memory://mixed", resume=True)
        assert (result.total, result.ok) == (2, 2)


def test_a_photograph_with_the_name_of_a_result_is_not_overwritten_by_it(tmp_path, shout_here):
    folder = write(tmp_path / "in", **{"a.txt": "one", "a_loud.txt": "mine"})
    with pytest.raises(VenuleError, match="would overwrite"):
        shout_here(folder, output=folder)
    assert (folder / "a_loud.txt").read_text() == "mine"
    assert shout_here(folder, output=tmp_path / "out").ok == 2


@pytest.mark.parametrize("kind", ["zip", "tar", "tar.gz"])
def test_the_second_of_two_files_of_one_name_in_an_archive_is_a_row_with_a_reason(tmp_path, shout_here, rows_of, kind):
    archive, texts = tmp_path / f"in.{kind}", ("first", "second")
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as file, warnings.catch_warnings(action="ignore"):
            for text in texts:
                file.writestr("a.txt", text)
    else:
        with tarfile.open(archive, f"w:{kind.partition('.')[2]}") as file:
            for text in texts:
                entry = tarfile.TarInfo("a.txt")
                entry.size = len(text)
                file.addfile(entry, io.BytesIO(text.encode()))
    shout_here(archive, archive, output=tmp_path / "out")
    assert [(row["reason"], row["text"]) for row in rows_of(tmp_path / "out")] == [
        ("", "first"),
        ("broken-archive", ""),
    ]
    assert "has two files 'a.txt'" in rows_of(tmp_path / "out")[1]["message"]


def test_a_link_to_a_folder_is_not_followed_and_said(tmp_path, shout_here):
    (tmp_path / "elsewhere").mkdir()
    (write(tmp_path / "in", **{"a.txt": "one"}) / "link").symlink_to(tmp_path / "elsewhere")
    assert "not looked at: 1 link to a folder" in str(shout_here(tmp_path / "in", output=tmp_path / "out"))


def test_an_empty_path_as_of_a_variable_that_is_not_set_is_not_this_folder(tmp_path, shout_here, monkeypatch):
    monkeypatch.chdir(write(tmp_path / "in", **{"a.txt": "one"}))
    with pytest.raises(VenuleError, match="is empty"):
        shout_here("", output=tmp_path / "out")
    with pytest.raises(VenuleError, match="is empty"):
        shout_here(tmp_path / "in", output="")
