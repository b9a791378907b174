"""What a lab hands over: folders with files of many kinds, and lists with columns; nothing of it is lost in silence."""

import io

import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from venule.cli.main import app
from venule.datasets.phantoms import make_phantom


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def photograph():
    return Image.fromarray(make_phantom(2, size=400).image)


def test_a_folder_of_many_formats_is_read_and_the_rest_is_counted(photograph, tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    formats = {"one.png": "PNG", "two.jfif": "JPEG", "three.mpo": "MPO", "four.JFIF": "JPEG", "IM000006": "JPEG"}
    for number, (name, kind) in enumerate(formats.items()):
        content = io.BytesIO()
        photograph.crop((number, 0, 400, 400)).save(content, kind)
        (folder / name).write_bytes(content.getvalue())
    for name in ("five.heic", "six.HEIC", "seven.pdf", "README"):
        (folder / name).write_bytes(b"something else")
    done = run("segment", folder, "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "5 of 5 photographs done" in done.output
    assert "not looked at: 2 .heic, 1 .pdf, 1 without an ending" in done.output
    again = run("segment", folder, "-o", folder, "--overlay", "--probability")
    for _ in range(2):
        again = run("segment", folder, "-o", folder, "--overlay", "--probability", "--resume")
        assert "5 of 5 photographs done" in again.output
        assert "5 already done" in again.output


def test_columns_that_venule_could_use_and_does_not_are_named_and_each_visit_has_its_row_and_sheet(
    photograph, tmp_path
):
    photograph.save(tmp_path / "a.png")
    (tmp_path / "list.csv").write_text(
        "path,id,visit,Field,eye,um_per_pixel,age\na.png,ann-1,2019,45,R,9.1,60\na.png,ann-2,2021,30,L,9.1,62\n"
    )
    done = run("measure", tmp_path / "list.csv", "-o", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "copied from the list, and not used: Field, eye, um_per_pixel;" in " ".join(done.output.split())
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert list(zip(table.id, table.visit, table.Field, table.eye, strict=True)) == [
        ("ann-1", 2019, 45, "R"), ("ann-2", 2021, 30, "L")
    ]  # fmt: skip
    assert run("report", tmp_path / "out").exit_code == 0
    page = (tmp_path / "out" / "report.html").read_text()
    assert "ann-1" in page
    assert "ann-2" in page
