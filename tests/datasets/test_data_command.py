import shutil

import pytest
from typer.testing import CliRunner

from venule.cli.data import app
from venule.datasets import open_dataset, read_record


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


def test_list_names_every_set_with_its_licence(run, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    printed = run("list").output
    for words in ("drive", "565x584", "research and education only", "chase_db1", "CC BY 4.0", "fives", "800"):
        assert words in printed


def test_check_exits_0_for_a_usable_copy_and_1_for_one_with_findings(run, make_copy):
    folder = make_copy("stare")
    clean = run("check", folder)
    assert (clean.exit_code, clean.output.splitlines()[-1]) == (
        0,
        f"{folder} is stare: 20 photographs, 20 drawings, 20 second drawings; nothing wrong",
    )
    shutil.rmtree(folder / "labels-vk")
    broken = run("check", folder)
    assert broken.exit_code == 1
    assert broken.output.startswith("missing: ")
    assert "1 wrong" in broken.output


def test_get_says_what_to_do_for_drive(run, tmp_path):
    said = run("get", "DRIVE", "-o", tmp_path / "DRIVE")
    assert said.exit_code == 1
    assert "drive.grand-challenge.org" in said.output


def test_get_downloads_and_checks(run, make_copy, tmp_path):
    """A copy that is there already is checked and left alone: no server is needed."""
    got = run("get", "chase_db1", "-o", make_copy("chase_db1"), "--base", "http://127.0.0.1:1/")
    assert got.exit_code == 0
    assert "28 photographs" in got.output


def test_phantoms_make_a_set_that_can_be_checked_and_read(run, tmp_path):
    folder = tmp_path / "phantoms"
    made = run("phantom", "--count", 2, "--seed", 7, "--size", 256, "-o", folder)
    assert made.exit_code == 0, made.output
    assert run("check", folder).exit_code == 0
    example = read_record(open_dataset(folder).records[1])
    assert example.photograph.image.shape == (256, 256, 3)
    assert example.reference is not None
    assert example.reference.any()
