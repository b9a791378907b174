"""Copies, hangs, layouts, shards and status: what long lists need."""

import csv
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from shout import Shout

from venule.batch import Batch, Engine, Layout, Shard, merge, parts, read_status, run
from venule.cli.main import main
from venule.errors import OutputError, VenuleError


@pytest.fixture
def texts(tmp_path):
    def write(**contents):
        for name, content in contents.items():
            path = tmp_path / "texts" / f"{name}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        return tmp_path / "texts"

    return write


def shout(folder, output, *, jobs=None, time_limit=60.0, work=None, settings=None, **options):
    batch = Batch(Engine(jobs=jobs, time_limit=time_limit), **options)
    return run([folder], output, work=work or Shout(), suffixes=(".txt",), settings=settings or {}, batch=batch)


def rows(output):
    with (output / "results.csv").open(newline="") as file:
        return {Path(row["path"]).stem: row for row in csv.DictReader(file)}


@pytest.mark.parametrize("jobs", [None, 2])
def test_files_of_the_same_content_are_done_once_and_say_whose_results_they_have(texts, tmp_path, jobs):
    long = "x" * 10_000
    same_ends = {"e1": long + "1" + long, "e2": long + "2" + long}  # alike in size and at both ends, but not the same
    folder = texts(a="same", b="other", c="same", d="same", **same_ends, bad="refuse", worse="refuse")
    result = shout(folder, tmp_path / "out", jobs=jobs)
    table = rows(tmp_path / "out")
    original = "a.txt"
    assert {name: row["duplicate_of"] for name, row in table.items() if row["duplicate_of"]} == {
        "c": original, "d": original, "worse": "bad.txt"
    }  # fmt: skip
    assert (result.ok, result.failed, result.duplicates) == (6, 2, 3)
    assert table["d"]["outputs"] == "a_loud.txt;a_twice.txt"
    assert not (tmp_path / "out" / "d_loud.txt").exists()
    assert table["d"]["letters"] == "4"
    again = shout(folder, tmp_path / "out", jobs=jobs, resume=True)
    assert (again.skipped, again.duplicates) == (8, 3)
    texts(a="changed")
    shout(folder, tmp_path / "out", jobs=jobs, resume=True)
    assert rows(tmp_path / "out")["d"]["duplicate_of"] == "c.txt"
    assert (tmp_path / "out" / "c_loud.txt").read_text() == "SAME"


def test_file_that_hangs_is_recorded_and_takes_no_other_with_it(texts, tmp_path):
    folder = texts(stuck="hang", **{f"t{i}": f"text {i}" for i in range(8)})
    start = time.monotonic()
    result = shout(folder, tmp_path / "out", jobs=2, time_limit=1.5)
    assert (result.ok, dict(result.reasons)) == (8, {"timed-out": 1})
    assert "1.5 s" in rows(tmp_path / "out")["stuck"]["message"]
    assert time.monotonic() - start < 30


def test_file_that_kills_a_process_ends_neither_a_run_of_one_process_nor_one_that_is_resumed(texts, tmp_path):
    folder = texts(killer="die", a="one", z="two")
    assert dict(shout(folder, tmp_path / "out", jobs=1).reasons) == {"crashed": 1}
    assert dict(shout(folder, tmp_path / "out", resume=True).reasons) == {"crashed": 1}


@pytest.mark.parametrize("jobs", [None, 1, 2])
def test_the_time_limit_holds_for_a_single_file_which_waits_for_it_once(texts, tmp_path, jobs):
    start = time.monotonic()
    assert dict(shout(texts(stuck="hang"), tmp_path / "out", jobs=jobs, time_limit=8).reasons) == {"timed-out": 1}
    assert 8 < time.monotonic() - start < 16
    assert rows(tmp_path / "out")["stuck"]["message"] == "it took more than 8 s; --time-limit gives more"


def test_file_that_is_being_written_is_done_again_when_it_is_whole(texts, tmp_path, monkeypatch):
    folder = texts(a="one", growing="half")
    whole = threading.Event()

    def open_and_grow(path, *rest, **options):
        file = open(path, *rest, **options)  # noqa: SIM115
        if str(path).endswith("growing.txt") and not whole.is_set():
            whole.set()
            with open(path, "a") as more:
                more.write(" and the rest")
            os.utime(path, ns=(1, 1))
        return file

    monkeypatch.setattr(Engine, "processes", lambda engine, files: 0)  # in this process, where `open` is replaced
    monkeypatch.setattr("venule.batch.work.open", open_and_grow, raising=False)
    assert dict(shout(folder, tmp_path / "out").reasons) in ({"changing": 1}, {})
    shout(folder, tmp_path / "out", resume=True)
    assert rows(tmp_path / "out")["growing"]["text"] == "half and the rest"


def test_sharded_layout_spreads_outputs_over_folders(texts, tmp_path):
    folder = texts(**{f"t{i}": f"text {i}" for i in range(40)})
    shout(folder, tmp_path / "out", layout=Layout.SHARDED)
    found = {path.name: path for path in (tmp_path / "out").rglob("*_loud.txt")}
    assert len(found) == 40
    assert len({path.parent for path in found.values()}) > 10
    for name, row in rows(tmp_path / "out").items():
        assert (tmp_path / "out" / row["outputs"].split(";")[0]).read_text() == f"TEXT {name[1:]}"
    with pytest.raises(OutputError, match="has the layout sharded"):
        shout(folder, tmp_path / "out", resume=True)


def read_parts(output):
    return [row for part in sorted((output / "results").iterdir()) for row in pq.read_table(part).to_pylist()]


@pytest.mark.parametrize("jobs", [None, 2])
def test_table_layout_holds_rows_and_outputs_and_leaves_no_other_files(texts, tmp_path, monkeypatch, jobs):
    monkeypatch.setattr(parts, "FILES", 10)
    folder = texts(**{f"t{i:02}": f"text {i}" for i in range(24)}, u="refuse", v="text 3")
    output = tmp_path / "out"
    shout(folder, output, jobs=jobs, layout=Layout.PARQUET)
    assert sorted(path.name for path in output.iterdir() if not path.name.startswith(".")) == [
        "journal.sqlite", "manifest.json", "results"
    ]  # fmt: skip
    assert not list(output.rglob("*.txt"))
    assert len(list((output / "results").iterdir())) == 3
    found = {Path(row["path"]).stem: row for row in read_parts(output)}
    assert [found[f"t{i:02}"]["loud_txt"] for i in range(24)] == [f"TEXT {i}".encode() for i in range(24)]
    assert (found["u"]["reason"], found["u"]["loud_txt"]) == ("refused", None)
    assert (found["v"]["duplicate_of"], found["v"]["letters"]) == ("t03.txt", 6.0)
    before = {path: path.read_bytes() for path in (output / "results").iterdir()}
    assert shout(folder, output, jobs=jobs, layout=Layout.PARQUET, resume=True).skipped == 26
    assert {path: path.read_bytes() for path in (output / "results").iterdir()} == before
    texts(t12="new", w="added")
    again = shout(folder, output, jobs=jobs, layout=Layout.PARQUET, resume=True)
    assert again.skipped == 25
    found = {Path(row["path"]).stem: row for row in read_parts(output)}
    assert len(found) == 27
    assert (found["t12"]["loud_txt"], found["t11"]["loud_txt"], found["w"]["loud_txt"]) == (
        b"NEW",
        b"TEXT 11",
        b"ADDED",
    )


@pytest.mark.parametrize("layout", [Layout.MIRRORED, Layout.SHARDED])
def test_shards_merged_are_the_whole(texts, tmp_path, layout):
    folder = texts(**{f"t{i:02}": f"text {i}" for i in range(25)}, bad="refuse")
    shout(folder, tmp_path / "whole", layout=layout)
    for number in (1, 2, 3):
        result = shout(folder, tmp_path / f"shard-{number}", shard=Shard(number, 3), layout=layout)
        assert result.total in (8, 9)
    assert merge([tmp_path / f"shard-{number}" for number in (3, 1, 2)], tmp_path / "merged") == 26
    texts_of = [
        {path.relative_to(output): path.read_bytes() for path in output.rglob("*") if path.suffix in (".txt", ".csv")}
        for output in (tmp_path / "whole", tmp_path / "merged")
    ]
    assert texts_of[0] == texts_of[1]
    assert (
        merge([tmp_path / f"shard-{number}" for number in (1, 2, 3)], tmp_path / "merged") == 26
    )  # again does no harm


@pytest.mark.parametrize("layout", list(Layout))
def test_shards_with_their_journals_on_another_disk_are_merged_and_resumed_on_another_machine(texts, tmp_path, layout):
    folder = texts(**{f"t{i:02}": f"text {i}" for i in range(9)})
    outputs = [tmp_path / f"shard-{number}" for number in (1, 2)]
    for number, output in enumerate(outputs, 1):
        shout(folder, output, shard=Shard(number, 2), layout=layout, state=tmp_path / f"disk-{number}")
        assert read_status(output).done in (4, 5)
    assert merge(outputs, tmp_path / "merged") == 9
    again = shout(folder, outputs[0], shard=Shard(1, 2), layout=layout, state=tmp_path / "disk-3", resume=True)
    assert (again.skipped, again.total) == (again.total, read_status(outputs[0]).total)


def test_shards_of_the_table_layout_are_merged(texts, tmp_path):
    folder = texts(**{f"t{i:02}": f"text {i}" for i in range(25)})
    for number in (1, 2):
        shout(folder, tmp_path / f"shard-{number}", shard=Shard(number, 2), layout=Layout.PARQUET)
    merge([tmp_path / "shard-1", tmp_path / "shard-2"], tmp_path / "merged")
    assert {row["loud_txt"] for row in read_parts(tmp_path / "merged")} == {f"TEXT {i}".encode() for i in range(25)}


def test_what_cannot_be_merged_is_refused(texts, tmp_path):
    folder = texts(a="one", b="two")
    shout(folder, tmp_path / "out")
    shout(folder, tmp_path / "other", settings={"threshold": 1})
    other = tmp_path / "elsewhere"
    other.mkdir()
    (other / "a.txt").write_text("another")
    shout(other, tmp_path / "clash")
    for folders, said in [
        (["out", "other"], "have different"), (["out", "clash"], "under the name"), (["out", "texts"], "no journal"),
    ]:  # fmt: skip
        with pytest.raises(VenuleError, match=said):
            merge([tmp_path / name for name in folders], tmp_path / f"merged-{said[:5]}")
    with pytest.raises(OutputError, match="already has results"):
        merge([tmp_path / "out"], tmp_path / "other")
    assert set(rows(tmp_path / "out")) == {"a", "b"}


def test_status_of_a_running_of_a_dead_and_of_a_finished_batch(texts, tmp_path, capsys):
    folder, output = texts(**{f"t{i:02}": f"text {i}" for i in range(30)}, bad="refuse"), tmp_path / "out"
    program = (
        f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from shout import Shout\nfrom venule.batch import run\n"
        f"run([{str(folder)!r}], {str(output)!r}, work=Shout(seconds=0.2), suffixes=('.txt',), settings={{}})"
    )
    started = subprocess.Popen([sys.executable, "-c", program])
    deadline = time.monotonic() + 60
    running = None
    while running is None or not running.done:
        assert time.monotonic() < deadline
        time.sleep(0.05)
        with suppress(VenuleError):  # it is only just being made
            running = read_status(output)
    assert running.running
    assert (0 < running.done < 31, running.total) == (True, 31)
    assert "left" in str(running)
    started.kill()
    started.wait()
    dead = read_status(output)
    assert (dead.running, dead.total) == (False, 31)
    assert "continue with --resume" in str(dead)
    shout(folder, output, resume=True)
    sys.argv[1:] = ["status", str(output)]
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "31 of 31 done, finished" in said
    assert "30 ok, 1 failed (1 refused)" in said


def test_status_of_what_is_no_output_says_so(tmp_path):
    with pytest.raises(VenuleError, match="no journal"):
        read_status(tmp_path)


@pytest.mark.parametrize(
    "options",
    [{"kind": "slurm"}, {"address": "auto"}, {"jobs": 0}, {"time_limit": 0}, {"time_limit": float("nan")}],
)
def test_wrong_engine_is_said(options):
    with pytest.raises(VenuleError):
        Engine(**options)


@pytest.mark.parametrize("text", ["0/3", "4/3", "3", "a/b", "1/0", "-1/3"])
def test_wrong_shard_is_said(text):
    with pytest.raises(VenuleError, match="shard"):
        Shard.parse(text)
