"""`python -m venule.photograph.lossless_jpeg`: lossless JPEG of more than 8 bits, DICOM in, a NumPy array out.

Only gdcm decodes it, and gdcm ends the process that it runs in on some damaged files, so it gets one of its own.
"""

import io
import subprocess
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LONGEST = 120  # seconds


def decode_apart(data: bytes) -> NDArray[Any]:
    """The first frame of a DICOM file, decoded in another process.

    Raises:
        ValueError: it is damaged.
    """
    command = [sys.executable, "-m", "venule.photograph.lossless_jpeg"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=_LONGEST, check=False)
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode or said:  # where a part is missing it only says so, and makes that grey
        raise ValueError(said.splitlines()[-1] if said else f"its decoder ended with {done.returncode}")
    return np.asarray(np.load(io.BytesIO(done.stdout), allow_pickle=False))


def main() -> None:
    """Decode what comes in."""
    import warnings

    import pydicom
    from pydicom.pixels.utils import pixel_array

    warnings.simplefilter("ignore")
    dataset = pydicom.dcmread(io.BytesIO(sys.stdin.buffer.read()), force=True)
    np.save(sys.stdout.buffer, pixel_array(dataset, index=0, decoding_plugin="gdcm"))


if __name__ == "__main__":
    main()
