"""A batch does each file once, and keeps what is finished whatever ends it."""

import csv
import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from shout import Shout

from venule.batch import Batch, Engine, read_journal, run
from venule.errors import OutputError


@pytest.fixture
def texts(tmp_path):
    """Writes files of the given contents, by name, into the folder texts."""

    def write(**contents: str) -> Path:
        for name, content in contents.items():
            path = tmp_path / "texts" / f"{name}.txt"
            path.parent.mkdir(exist_ok=True)
            path.write_text(content)
        return tmp_path / "texts"

    return write


def shout(*paths, output=None, settings=None, work=None, jobs=None, time_limit=60.0, **options):
    return run(
        paths,
        output or paths[0].parent / "out",
        work=work or Shout(),
        suffixes=(".txt",),
        settings=settings or {"loud": True},
        batch=Batch(Engine(jobs=jobs, time_limit=time_limit), **options),
    )


def folder_of(result):
    return Path(result.output.address)


def rows(output):
    with (output / "results.csv").open(newline="") as file:
        return {Path(row["path"]).stem: row for row in csv.DictReader(file)}


def state(output):
    """Every output with its content and time, and the records of the journal."""
    skip = ("results.csv", "manifest.json", "journal.sqlite")
    records = {record.name: record for record in read_journal(output)}
    return records | {
        path: (path.read_bytes(), path.stat().st_mtime_ns)
        for path in output.rglob("*")
        if path.is_file() and path.name not in skip
    }


def without_seconds(output):
    return list(rows(output).values())


@pytest.mark.parametrize("jobs", [1, 2])
def test_each_file_has_its_outputs_and_its_row_and_the_bad_ones_a_reason(texts, jobs):
    result = shout(texts(good="hello", bad="refuse", broken="bug", strange="nan"), jobs=jobs)
    table = rows(folder_of(result))
    assert (folder_of(result) / "good_loud.txt").read_text() == "HELLO"
    assert {name: row["status"] for name, row in table.items()} == {
        "good": "ok", "bad": "failed", "broken": "failed", "strange": "failed"
    }  # fmt: skip
    assert (table["good"]["letters"], table["good"]["outputs"]) == ("5", "good_loud.txt;good_twice.txt")
    assert (table["bad"]["reason"], table["broken"]["reason"]) == ("refused", "unexpected-error")
    assert "a bug in the work" in table["broken"]["message"]
    assert not list(folder_of(result).glob("strange*"))
    assert (result.ok, result.failed, result.exit_code) == (1, 3, 1)


def test_two_processes_write_what_one_writes(texts, tmp_path):
    folder = texts(**{f"t{i}": f"text {i}" for i in range(12)}, bad="refuse")
    outputs = []
    for jobs in (1, 2):
        output = folder_of(shout(folder, jobs=jobs))
        outputs.append(({path.name: path.read_bytes() for path in output.glob("*.txt")}, without_seconds(output)))
        output.rename(tmp_path / f"out-{jobs}")
    assert outputs[0] == outputs[1]


def test_process_that_dies_takes_no_other_file_with_it(texts):
    result = shout(texts(killer="die", **{f"t{i}": f"text {i}" for i in range(8)}), jobs=2)
    assert {name: row["reason"] for name, row in rows(folder_of(result)).items() if row["reason"]} == {
        "killer": "crashed"
    }
    assert result.ok == 8


def test_file_whose_process_died_by_chance_is_tried_again(texts, tmp_path):
    result = shout(texts(unlucky=f"die-once {tmp_path / 'died'}", **{f"t{i}": f"text {i}" for i in range(8)}), jobs=2)
    assert (result.ok, result.failed) == (9, 0)
    assert (folder_of(result) / "unlucky_loud.txt").read_text().startswith("DIE-ONCE")


def test_second_run_does_no_work_again_and_the_failed_ones_keep_their_reasons(texts):
    folder = texts(a="one", b="refuse", c="three")
    first = shout(folder)
    before, table = state(folder_of(first)), rows(folder_of(first))
    again = shout(folder, resume=True)
    assert (again.skipped, again.ok, again.failed, again.exit_code) == (3, 2, 1, 1)
    assert state(folder_of(again)) == before
    assert rows(folder_of(again)) == table


@pytest.mark.parametrize("change", ["content", "settings", "output lost"])
def test_what_is_no_longer_true_is_done_again(texts, change):
    folder = texts(a="one", b="two")
    output = folder_of(shout(folder))
    if change == "content":
        texts(a="new")
    if change == "output lost":
        (output / "a_twice.txt").unlink()
    result = shout(folder, resume=True, settings={"loud": "very"} if change == "settings" else None)
    assert result.skipped == (0 if change == "settings" else 1)
    assert (output / "a_twice.txt").read_text() == ("newnew" if change == "content" else "oneone")


def test_photographs_added_later_join_those_of_the_first_run_in_the_table(texts):
    folder = texts(a="one")
    shout(folder)
    assert set(rows(folder_of(shout(texts(b="two"), resume=True)))) == {"a", "b"}
    (folder / "a.txt").unlink()
    assert set(rows(folder_of(shout(folder, resume=True)))) == {"a", "b"}


def test_results_of_another_file_of_the_same_name_are_not_overwritten(texts, tmp_path):
    output = folder_of(shout(texts(a="one")))
    other = tmp_path / "other" / "a.txt"
    other.parent.mkdir()
    other.write_text("another")
    before = without_seconds(output)
    with pytest.raises(OutputError, match="another folder"):
        shout(other.parent, resume=True)
    assert without_seconds(output) == before
    assert (output / "a_loud.txt").read_text() == "ONE"


def test_folder_that_was_moved_is_not_done_again(texts, tmp_path):
    texts(a="one").rename(tmp_path / "moved")
    (tmp_path / "moved").rename(tmp_path / "texts")
    shout(tmp_path / "texts")
    (tmp_path / "texts").rename(tmp_path / "moved")
    result = shout(tmp_path / "moved", resume=True)
    assert (result.skipped, result.ok) == (1, 1)


def test_folder_with_results_is_refused_without_resume(texts):
    folder = texts(a="one")
    shout(folder)
    with pytest.raises(OutputError, match="--resume"):
        shout(folder)


def test_output_that_is_a_file_is_refused(texts, tmp_path):
    (tmp_path / "out").write_text("mine")
    with pytest.raises(OutputError, match="is a file"):
        shout(texts(a="one"))


def test_missing_and_unreadable_files_are_rows(texts, tmp_path):
    folder = texts(a="one")
    (folder / "dangling.txt").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe.txt")
    result = shout(folder, tmp_path / "gone.txt")
    reasons = {name: row["reason"] for name, row in rows(folder_of(result)).items()}
    assert reasons == {"a": "", "dangling": "not-found", "gone": "not-found", "pipe": "not-a-file"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_file_without_permission_is_a_row(texts):
    folder = texts(a="one")
    (folder / "a.txt").chmod(0)
    assert rows(folder_of(shout(folder)))["a"]["reason"] == "unreadable"


def test_cells_that_a_spreadsheet_would_run_are_made_text_and_numbers_stay_numbers(texts):
    table = rows(folder_of(shout(texts(a="=1+1", b="-2", c="@x", d="plain"))))
    assert [table[name]["text"] for name in "abcd"] == ["'=1+1", "-2", "'@x", "plain"]


def test_manifest_says_what_made_the_results(texts):
    manifest = json.loads((folder_of(shout(texts(a="one", b="refuse"))) / "manifest.json").read_text())
    assert manifest["settings"] == {"loud": True}
    assert manifest["counts"] == {"total": 2, "ok": 1, "failed": 1, "skipped": 0, "duplicates": 0}
    assert manifest["complete"] is True
    assert {"venule", "started", "ended", "platform"} <= set(manifest)


def test_strange_names_come_through(texts, tmp_path):
    folder = texts(**{'a, "b"\n;c': "one", "ä": "two"})
    (folder / os.fsdecode(b"\xff.txt")).write_text("three")
    result = shout(folder)
    assert (result.ok, result.failed) == (3, 0)
    assert shout(folder, resume=True).skipped == 3


def test_name_too_long_for_an_output_is_a_row_not_the_end(texts):
    result = shout(texts(**{"n" * 250: "one", "a": "two"}))
    assert (result.ok, dict(result.reasons)) == (1, {"name-too-long": 1})


PROGRAM = """
import sys
from pathlib import Path
sys.path.insert(0, {here!r})
from shout import Shout
from venule.batch import Batch, Engine, run
if __name__ == "__main__":
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    batch = Batch(Engine(jobs={jobs}), resume=True)
    result = run([folder], output, work=Shout(seconds=0.02), suffixes=(".txt",), settings={{}}, batch=batch)
    sys.exit(result.exit_code)
"""


@pytest.fixture(params=[1, 2])
def program(request, tmp_path):
    """The command of a slow batch in a process of its own, with one worker and with two."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(here=str(Path(__file__).parent), jobs=request.param))
    return [sys.executable, str(script)]


def count_records(output):
    try:
        with closing(sqlite3.connect(f"file:{output}/journal.sqlite?mode=ro", uri=True)) as journal:
            return journal.execute("SELECT COUNT(*) FROM records").fetchone()[0]
    except sqlite3.OperationalError:  # it is not there yet
        return 0


def begin(command, output, *, finished=3):
    """Start it, and wait until so many files are finished."""
    # Where the tests run in the background, Ctrl-C is ignored, and what they start would inherit that.
    listen = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    started = subprocess.Popen(command, stderr=subprocess.PIPE, preexec_fn=listen)
    deadline = time.monotonic() + 60
    while count_records(output) < finished:
        assert time.monotonic() < deadline
        assert started.poll() is None, started.stderr.read().decode()
        time.sleep(0.01)
    return started


def test_killed_and_resumed_ends_as_an_undisturbed_run(program, texts, tmp_path):
    folder = texts(**{f"t{i:02}": f"text {i}" for i in range(40)}, bad="refuse")
    killed, undisturbed = tmp_path / "killed", tmp_path / "undisturbed"
    started = begin([*program, folder, killed], killed)
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert not (killed / "results.csv").exists()
    assert subprocess.run([*program, folder, killed]).returncode == 1
    assert subprocess.run([*program, folder, undisturbed]).returncode == 1
    assert without_seconds(killed) == without_seconds(undisturbed)
    written = [
        {path.name: path.read_bytes() for path in output.iterdir() if path.suffix == ".txt"}
        for output in (killed, undisturbed)
    ]
    assert written[0] == written[1]
    assert len(written[0]) == 80
    assert not list(killed.glob("*.partial"))


def test_second_run_into_a_folder_is_refused_while_the_first_is_running(program, texts, tmp_path):
    folder, output = (
        texts(**{f"t{i:02}": f"text {i}" for i in range(39)}, z=f"wait {tmp_path / 'go'}"),
        tmp_path / "out",
    )
    first = begin([*program, folder, output], output)
    second = subprocess.run([*program, folder, output], stderr=subprocess.PIPE, text=True)
    assert second.returncode == 1
    assert f"another run of venule is writing to {output}" in second.stderr
    (tmp_path / "go").touch()
    assert first.wait(timeout=60) == 0
    assert len(rows(output)) == 40
    assert count_records(output) == 40


def test_ctrl_c_keeps_what_is_finished_in_the_table(program, texts, tmp_path):
    folder, output = texts(**{f"t{i:02}": f"text {i}" for i in range(40)}), tmp_path / "out"
    started = begin([*program, folder, output], output)
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=60) == 130
    assert 3 <= len(rows(output)) < 40
    assert json.loads((output / "manifest.json").read_text())["complete"] is False
    for name in rows(output):
        assert (output / f"{name}_loud.txt").exists()


def test_ctrl_c_of_a_resumed_run_keeps_what_the_first_run_finished(program, texts, tmp_path):
    folder, output = texts(**{f"z{i:02}": f"text {i}" for i in range(10)}), tmp_path / "out"
    assert subprocess.run([*program, folder, output]).returncode == 0
    texts(**{f"a{i:02}": f"text {i}" for i in range(40)})
    started = begin([*program, folder, output], output, finished=12)
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=60) == 130
    assert {f"z{i:02}" for i in range(10)} < set(rows(output)) < {path.stem for path in folder.iterdir()}


def test_full_disk_ends_the_run_with_a_message_and_resume_does_the_rest(program, texts, tmp_path):
    folder, output = texts(**{f"t{i:02}": f"text {i}" for i in range(20)}), tmp_path / "out"
    ended = subprocess.run(
        [*program, folder, output],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (250_000, 250_000)),  # the journal gets longer
    )
    assert ended.returncode == 1
    assert "OutputError: cannot use" in ended.stderr
    assert 0 < count_records(output) < 20
    assert subprocess.run([*program, folder, output]).returncode == 0
    assert len(rows(output)) == 20


def test_ctrl_c_does_not_wait_for_photographs_that_would_be_retried(texts, tmp_path):
    folder, output = texts(a="die", **{f"t{i:02}": f"text {i}" for i in range(40)}), tmp_path / "out"
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(here=str(Path(__file__).parent), jobs=2))
    started = begin([sys.executable, str(script), folder, output], output)
    started.send_signal(signal.SIGINT)
    assert started.wait(timeout=60) == 130
    assert "a" not in rows(output)


@pytest.mark.parametrize("jobs", ["None", 2])
def test_sigterm_ends_a_run_at_once_with_what_is_finished_in_the_table(texts, tmp_path, jobs):
    folder, output = texts(**{f"t{i:02}": f"text {i}" for i in range(5)}, z="hang"), tmp_path / "out"
    script = tmp_path / "program.py"
    script.write_text(PROGRAM.format(here=str(Path(__file__).parent), jobs=jobs))
    started = begin([sys.executable, str(script), folder, output], output, finished=5)
    (output / "z_loud.txt").write_text("as a worker leaves it that is killed before it hands over the record")
    began = time.monotonic()
    started.send_signal(signal.SIGTERM)
    assert started.wait(timeout=60) == 130
    assert time.monotonic() - began < 10
    assert set(rows(output)) == {f"t{i:02}" for i in range(5)}
    assert not list(output.glob("z_*")), "no output is without its row"
    assert json.loads((output / "manifest.json").read_text())["complete"] is False
