"""Any file is read, or refused with a reason: a short run of each fuzzer, always with the same files."""

from itertools import islice

import numpy as np
import pytest

for library in ("pydicom", "onnx", "pyarrow", "torch"):  # of the extras that the subjects need
    pytest.importorskip(library)

from targets import TARGETS  # noqa: E402

from fuzz import made_files  # noqa: E402

FILES = {"networks": 40, "decoding": 300, "dicom": 150}


@pytest.mark.filterwarnings("ignore")  # of Pillow and pydicom on what is damaged
@pytest.mark.parametrize("subject", TARGETS)
def test_any_bytes_are_read_as_promised_or_refused_with_a_reason(subject):
    target = TARGETS[subject]
    for number, data in enumerate(islice(made_files(target, np.random.default_rng(2026)), FILES.get(subject, 200))):
        try:
            target.check(data)
        except Exception as error:
            pytest.fail(f"file {number} of {subject}: {type(error).__name__}: {error}")
