"""`venule validate` writes what it measured, and says what it did not."""

from typer.testing import CliRunner

from venule.cli.main import app
from venule.measurement import BY_NAME


def test_the_document_has_every_measurement_and_says_that_no_photographs_were_given(tmp_path):
    done = CliRunner().invoke(app, ["validate", "-o", str(tmp_path), "--phantoms", "3", "--jobs", "1"])
    assert done.exit_code == 0, done.output
    text = (tmp_path / "validation.md").read_text()
    for definition in BY_NAME.values():
        assert f"`{definition.column()}`" in text
    assert "Not run: no `--data` was given" in text
    assert "| calibre | straight lines | 90 |" in text
    assert (tmp_path / "validation" / "phantoms.png").stat().st_size > 10_000


def test_too_few_phantoms_are_refused(tmp_path):
    done = CliRunner().invoke(app, ["validate", "-o", str(tmp_path), "--phantoms", "1"])
    assert done.exit_code == 2
