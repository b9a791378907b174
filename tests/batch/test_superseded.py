"""What is no longer true leaves the output: no row and no file of a content, a name or a place that was."""

import csv
import zipfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from shout import Shout

from venule.batch import Batch, Engine, Layout, Shard, merge, run
from venule.errors import VenuleError

LAYOUTS = pytest.mark.parametrize("layout", list(Layout))


def shout(output, *paths, suffixes=(".txt",), **options):
    options = {"resume": True, **options}
    return run(paths, output, work=Shout(), suffixes=suffixes, settings={}, batch=Batch(Engine(), **options))


def rows(output):
    """Reason and loud text of each row, by name; that no file is there that no row names."""
    if (output / "results").is_dir():
        table = [row for part in sorted((output / "results").iterdir()) for row in pq.read_table(part).to_pylist()]
        assert not list(output.rglob("*.txt"))
        return sorted((Path(row["path"]).name, row["reason"], (row["loud_txt"] or b"").decode()) for row in table)
    with (output / "results.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    named = {name for row in table for name in row["outputs"].split(";") if name}
    assert named == {path.relative_to(output).as_posix() for path in output.rglob("*.txt")}
    return sorted((Path(row["path"]).name, row["reason"], loud(output, row["outputs"])) for row in table)


def loud(output, outputs):
    return (output / outputs.split(";")[0]).read_text() if outputs else ""


def write(folder, **contents):
    for name, content in contents.items():
        (folder / "in").mkdir(parents=True, exist_ok=True)
        (folder / "in" / f"{name}.txt").write_text(content)
    return folder / "in"


@LAYOUTS
def test_file_that_is_replaced_by_one_that_fails_keeps_no_output(tmp_path, layout):
    shout(tmp_path / "out", write(tmp_path, a="one", b="two"), layout=layout)
    shout(tmp_path / "out", write(tmp_path, a="refuse"), layout=layout)
    assert rows(tmp_path / "out") == [("a.txt", "refused", ""), ("b.txt", "", "TWO")]


@LAYOUTS
def test_file_that_becomes_a_copy_of_another_keeps_no_output_of_its_own(tmp_path, layout):
    shout(tmp_path / "out", write(tmp_path, a="one", b="two"), layout=layout)
    shout(tmp_path / "out", write(tmp_path, b="one"), layout=layout)
    has = "" if layout is Layout.PARQUET else "ONE"
    assert rows(tmp_path / "out") == [("a.txt", "", "ONE"), ("b.txt", "", has)]


@LAYOUTS
def test_file_that_gets_another_name_because_of_a_new_neighbour_has_one_row(tmp_path, layout):
    folder = write(tmp_path, a="one")
    shout(tmp_path / "out", folder, layout=layout, suffixes=(".txt", ".text"))
    (folder / "a.text").write_text("two")
    shout(tmp_path / "out", folder, layout=layout, suffixes=(".txt", ".text"))
    assert rows(tmp_path / "out") == [("a.text", "", "TWO"), ("a.txt", "", "ONE")]


@LAYOUTS
def test_copy_that_is_not_listed_does_not_get_the_new_results_of_its_original(tmp_path, layout):
    folder = write(tmp_path, a="one", b="one")
    shout(tmp_path / "out", folder, layout=layout)
    write(tmp_path, a="new")
    shout(tmp_path / "out", folder / "a.txt", layout=layout)
    assert rows(tmp_path / "out") == [("a.txt", "", "NEW")]
    shout(tmp_path / "out", folder, layout=layout)
    assert rows(tmp_path / "out") == [("a.txt", "", "NEW"), ("b.txt", "", "ONE")]


@LAYOUTS
def test_archive_that_could_not_be_read_has_no_row_when_it_can(tmp_path, layout):
    archive = tmp_path / "in.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("a.txt", "one")
    whole = archive.read_bytes()
    archive.write_bytes(whole[:40])
    shout(tmp_path / "out", archive, layout=layout)
    assert [reason for _, reason, _ in rows(tmp_path / "out")] == ["broken-archive"]
    archive.write_bytes(whole)
    shout(tmp_path / "out", archive, layout=layout)
    assert rows(tmp_path / "out") == [("a.txt", "", "ONE")]


def test_tables_of_a_folder_that_was_moved_name_the_same_files(tmp_path):
    folder = write(tmp_path, a="one", b="two")
    shout(tmp_path / "out", folder, layout=Layout.PARQUET)
    folder.rename(tmp_path / "moved")
    shout(tmp_path / "out", tmp_path / "moved", layout=Layout.PARQUET)
    table = pq.read_table(tmp_path / "out" / "results").to_pylist()
    assert sorted(row["path"] for row in table) == ["a.txt", "b.txt"]


def test_shard_whose_run_has_not_ended_is_not_merged(tmp_path):
    folder = write(tmp_path, a="one", b="two")
    for number in (1, 2):
        shout(tmp_path / f"{number}", folder, shard=Shard(number, 2))
    (tmp_path / "2" / "manifest.json").unlink()
    with pytest.raises(VenuleError, match="--resume"):
        merge([tmp_path / "1", tmp_path / "2"], tmp_path / "merged")
