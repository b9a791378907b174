"""The validation document says what was measured, and what was not."""

import pytest
from benchmarks.validation.run import validate

from venule.errors import MeasurementError
from venule.measurement import BY_NAME


def test_the_document_has_every_measurement_and_says_that_no_photographs_were_given(tmp_path):
    text = validate(tmp_path, data=None, phantoms=3, jobs=1).read_text()
    for definition in BY_NAME.values():
        assert f"`{definition.column()}`" in text
    assert "Not run: no `--data` was given" in text
    assert "| calibre | straight lines | 90 |" in text
    assert (tmp_path / "validation" / "phantoms.png").stat().st_size > 10_000


def test_too_few_phantoms_are_refused(tmp_path):
    with pytest.raises(MeasurementError, match="3 or more"):
        validate(tmp_path, data=None, phantoms=1, jobs=1)
