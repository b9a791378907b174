"""`python -m venule.photograph.lossless_jpeg`: decode DICOM with lossless JPEG of more than 8 bits to a NumPy array.

Only gdcm can decode it. Some damaged files crash gdcm, so it runs in a separate process.
"""

import io
import subprocess
import sys
from typing import Any

import numpy as np
from numpy.typing import NDArray

_LONGEST = 120  # seconds


def decode_apart(data: bytes) -> NDArray[Any]:
    """The first frame of a DICOM file, decoded in a separate process.

    Raises:
        ValueError: the file is damaged.
    """
    command = [sys.executable, "-m", "venule.photograph.lossless_jpeg"]
    done = subprocess.run(command, input=data, capture_output=True, timeout=_LONGEST, check=False)
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode or said:  # if a part is missing, gdcm only prints a message and fills it with grey
        raise ValueError(said.splitlines()[-1] if said else f"its decoder ended with {done.returncode}")
    return np.asarray(np.load(io.BytesIO(done.stdout), allow_pickle=False))


def main() -> None:
    """Decode standard input."""
    import warnings

    import pydicom
    from pydicom.pixels.utils import pixel_array

    warnings.simplefilter("ignore")
    dataset = pydicom.dcmread(io.BytesIO(sys.stdin.buffer.read()), force=True)
    np.save(sys.stdout.buffer, pixel_array(dataset, index=0, decoding_plugin="gdcm"))


if __name__ == "__main__":
    main()
