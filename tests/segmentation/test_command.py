"""`venule segment` on folders of files, as a user runs it."""

import contextlib
import csv
import json
import os
import pty
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
from bad_files import write_bad_files

import venule
from venule.batch import read_journal
from venule.cli.main import main


@dataclass(frozen=True)
class Ended:
    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def venule_segment(monkeypatch, capfd):
    """Runs `venule segment` with the given arguments."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["venule", "segment", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        return Ended(ended.value.code, *capfd.readouterr())

    return run


def rows(output):
    with (output / "results.csv").open(newline="") as file:
        return {str(Path(row["path"]).name): row for row in csv.DictReader(file)}


def read_png(path):
    return cv2.imread(str(path), cv2.IMREAD_UNCHANGED)


@pytest.fixture
def folder(write_photograph, tmp_path):
    """Three good photographs of different sizes."""
    for seed, (height, width) in enumerate([(260, 300), (240, 240), (300, 280)]):
        write_photograph(tmp_path / "photographs" / f"p{seed}.png", seed=seed, height=height, width=width)
    return tmp_path / "photographs"


def test_thirty_bad_files_among_ten_good_ones_give_ten_results_and_thirty_reasons(
    venule_segment, small_model, write_photograph, drawn, tmp_path
):
    folder, output = tmp_path / "mixed", tmp_path / "out"
    for seed in range(10):
        write_photograph(folder / f"good{seed}.{('jpg', 'png', 'tif', 'bmp', 'ppm')[seed % 5]}", seed=seed)
    bad = write_bad_files(folder, drawn[0])
    (folder / "folder.jpg").mkdir()
    assert len(bad) == 30

    first = venule_segment(folder, "-o", output, "--model", small_model)
    table = rows(output)
    failed = {name: row["reason"] for name, row in table.items() if row["status"] == "failed"}
    assert first.returncode == 1, first.stderr
    assert set(failed) == {path.name for path in bad}
    assert all(failed.values())
    assert all(table[name]["message"] for name in failed)
    assert (
        failed
        | {
            "empty.jpg": "empty-file",
            "text.jpg": "not-an-image",
            "cut.png": "broken-image",
            "huge.png": "too-large",
            "tiny.png": "too-small",
            "black.png": "all-black",
            "plain.png": "not-a-fundus",
        }
        == failed
    )
    assert len(list(output.rglob("*_vessels.png"))) == 10
    assert "10 of 40 photographs done" in first.stdout
    assert "30 failed" in first.stdout
    assert "Traceback" not in first.stderr

    before = {path: path.stat().st_mtime_ns for path in output.rglob("*_vessels.png")}
    journal = list(read_journal(output))
    second = venule_segment(folder, "-o", output, "--model", small_model, "--resume")
    assert second.returncode == 1
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*_vessels.png")} == before
    assert list(read_journal(output)) == journal
    assert rows(output) == table


def test_results_are_what_python_gives_at_the_size_of_the_photograph(venule_segment, small_model, folder, tmp_path):
    output = tmp_path / "out"
    done = venule_segment(folder, "-o", output, "--model", small_model, "--probability", "--overlay", "--flips")
    assert done.returncode == 0, done.stderr
    for path in folder.iterdir():
        expected = venule.segment(path, model=small_model, flips=True)
        vessels = read_png(output / f"{path.stem}_vessels.png")
        probability = read_png(output / f"{path.stem}_probability.png")
        overlay = read_png(output / f"{path.stem}_overlay.png")
        assert np.array_equal(vessels, np.where(expected.vessels, 255, 0))
        assert np.abs(probability / 255 - expected.probability).max() <= 0.5 / 255 + 1e-6
        assert np.array_equal(overlay[..., ::-1], expected.overlay())
        row = rows(output)[path.name]
        assert float(row["vessel_share"]) == pytest.approx(expected.vessel_share, abs=1e-6)
        assert float(row["fov_diameter_px"]) == pytest.approx(expected.fov_diameter, abs=0.05)


def test_same_names_in_different_folders_keep_their_own_results(
    venule_segment, small_model, write_photograph, tmp_path
):
    for seed, place in enumerate(["left", "right", "right/again"]):
        write_photograph(tmp_path / "photographs" / place / "ann.png", seed=seed)
    write_photograph(tmp_path / "photographs" / "left" / "ann.bmp", seed=3)
    output = tmp_path / "out"
    assert venule_segment(tmp_path / "photographs", "-o", output, "--model", small_model).returncode == 0
    for name, source in {
        "left/ann.png": "left/ann.png",
        "left/ann.bmp": "left/ann.bmp",
        "right/ann": "right/ann.png",
        "right/again/ann": "right/again/ann.png",
    }.items():
        expected = venule.segment(tmp_path / "photographs" / source, model=small_model).vessels
        assert np.array_equal(read_png(output / f"{name}_vessels.png") > 0, expected)


def test_another_threshold_is_another_result(venule_segment, small_model, folder, tmp_path):
    output = tmp_path / "out"
    venule_segment(folder, "-o", output, "--model", small_model)
    shares = {name: float(row["vessel_share"]) for name, row in rows(output).items()}
    done = venule_segment(folder, "-o", output, "--model", small_model, "--resume", "--threshold", 0.2)
    assert done.returncode == 0
    assert all(float(row["vessel_share"]) > shares[name] for name, row in rows(output).items())
    assert json.loads((output / "manifest.json").read_text())["settings"]["threshold"] == 0.2


def test_two_processes_give_what_one_gives(venule_segment, small_model, folder, tmp_path):
    for jobs in (1, 2):
        done = venule_segment(folder, "-o", tmp_path / f"out{jobs}", "--model", small_model, "--jobs", jobs)
        assert done.returncode == 0, done.stderr
    for path in folder.iterdir():
        one, two = ((tmp_path / f"out{jobs}" / f"{path.stem}_vessels.png").read_bytes() for jobs in (1, 2))
        assert one == two


def test_manifest_names_the_model_by_its_content(venule_segment, small_model, folder, tmp_path):
    venule_segment(folder, "-o", tmp_path / "out", "--model", small_model)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    card = json.loads((small_model / "card.json").read_text())
    assert manifest["settings"]["model"]["sha256"] == card["sha256"]
    assert manifest["platform"]["libraries"]["onnxruntime"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "no-such-model"], "no-such-model"),
        (["--threshold", "1.5"], "1.5"),
        (["--jobs", "0"], "jobs"),
    ],
)
def test_wrong_option_is_said_in_a_line_before_any_work(venule_segment, small_model, folder, tmp_path, arguments, said):
    done = venule_segment(folder, "-o", tmp_path / "out", "--model", small_model, *arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_nothing_found_and_a_folder_in_use_are_usage_errors(venule_segment, small_model, folder, tmp_path):
    (tmp_path / "empty").mkdir()
    nothing = venule_segment(tmp_path / "empty", "-o", tmp_path / "out", "--model", small_model)
    assert (nothing.returncode, "nothing found" in nothing.stderr) == (2, True)
    assert venule_segment(folder, "-o", tmp_path / "out", "--model", small_model).returncode == 0
    again = venule_segment(folder, "-o", tmp_path / "out", "--model", small_model)
    assert (again.returncode, "--resume" in again.stderr) == (2, True)


def test_segmenting_a_folder_loads_no_torch(small_model, folder, tmp_path):
    program = (
        "import sys, venule.cli.main as m\n"
        f"sys.argv = ['venule', 'segment', {str(folder)!r}, '-o', {str(tmp_path / 'out')!r}, '--model', "
        f"{str(small_model)!r}]\n"
        "try: m.main()\n"
        "except SystemExit as ended: code = ended.code\n"
        "print(code, [n for n in ('torch', 'lightning', 'pandas', 'skimage') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("0 []")


def test_nothing_is_left_in_the_home_folder_or_the_temporary_folder(small_model, folder, tmp_path):
    """From 1.29 on, onnxruntime keeps a device id and a queue of reports there, unless it is told not to."""
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    home.mkdir()
    temporary.mkdir()
    others = ("CI", "GITHUB_ACTIONS", "XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY")  # the last is set by venule
    kept = {name: value for name, value in os.environ.items() if name not in others}
    command = [sys.executable, "-m", "venule", "segment", folder, "-o", tmp_path / "out", "--model", small_model]
    environment = kept | {"HOME": str(home), "TMPDIR": str(temporary)}
    subprocess.run([*command, "--jobs", "2"], env=environment, check=True, capture_output=True)
    assert [path for place in (home, temporary) for path in place.rglob("*") if path.is_file()] == []


def test_terminal_shows_a_bar_that_ends_full(small_model, folder, tmp_path):
    screen, terminal = pty.openpty()
    program = "from venule.cli.main import main; main()"
    command = [sys.executable, "-c", program, "segment", folder, "-o", tmp_path / "out", "--model", small_model]
    with subprocess.Popen(command, stderr=terminal, stdout=subprocess.DEVNULL, env=os.environ | {"TERM": "xterm"}):
        os.close(terminal)
        shown = b""
        with contextlib.suppress(OSError):  # how Linux says that the program has closed the terminal
            while more := os.read(screen, 4096):
                shown += more
    os.close(screen)
    assert b"3/3" in shown


def test_asking_for_help_loads_nothing_heavy():
    program = (
        "import sys, venule.cli.main as m\n"
        "try: m.app(['segment', '--help'])\n"
        "except SystemExit: pass\n"
        "print([n for n in ('numpy', 'onnxruntime', 'cv2', 'pandas', 'torch', 'PIL') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip().endswith("[]")
