"""The first thing that a new user sees works on any machine, and shows good vessels."""

import csv

import pytest
from PIL import Image
from typer.testing import CliRunner

from venule.cli.main import app
from venule.errors import OutputError
from venule.workflows.demo import make_demo


def test_the_demo_makes_segments_scores_and_shows_phantoms(tmp_path):
    out = tmp_path / "demo"
    done = CliRunner().invoke(app, ["demo", "-o", str(out), "--count", "2", "--seed", "3"])
    assert done.exit_code == 0, done.output
    assert str(out / "contact_sheet.png") in done.output
    rows = list(csv.DictReader((out / "vessels" / "results.csv").open()))
    assert [row["status"] for row in rows] == ["ok", "ok"]
    scores = list(csv.DictReader((out / "scores" / "scores.csv").open()))
    assert len(scores) == 2
    with Image.open(out / "contact_sheet.png") as sheet:
        assert sheet.width > 1500, "four pictures a row that can be made out"


def test_the_demo_does_not_mix_with_what_is_there(tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(OutputError, match="is not empty"):
        make_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
