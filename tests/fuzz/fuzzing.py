"""What the targets share. Each is run by hand, with `pip install atheris`, on a folder that keeps what it found:

python tests/fuzz/fuzz_decode.py /tmp/corpus -max_total_time=600 -timeout=20 -rss_limit_mb=2048

An error that may not come out ends the run and leaves the bytes that caused it as crash-*, timeout-* or oom-*; the same
target with that file as its only argument shows the error again. Options are libFuzzer's.

atheris 3.0 never frees the results of comparisons of arrays that it watches: fuzz_read_photograph grows by 30 kB a
picture and ends after some minutes with an oom-* of no meaning (PYTHONWARNINGS=ignore keeps Pillow quiet meanwhile).
"""

import sys
from collections.abc import Callable
from pathlib import Path

import atheris

for part in ("photograph", "models"):  # where the seeds are, which tests share
    sys.path.append(str(Path(__file__).parents[1] / part))


def fuzz(target: Callable[[bytes], None], seeds: dict[str, bytes]) -> None:
    """Run a target on its seeds and on what libFuzzer makes of them.

    Args:
        target: raises, or fails an assertion, on what must not be.
        seeds: valid files, put into the folder of the corpus, the first argument, where that is a folder.
    """
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path()
    if folder.is_file():
        target(folder.read_bytes())
        return
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (folder / name).write_bytes(content)
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
