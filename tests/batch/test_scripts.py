"""A script of a user's own is run once, however many processes work on the photographs."""

import subprocess
import sys

import cv2

from venule.datasets.phantoms import make_phantom

SCRIPT = """
from venule.workflows import SegmentPhotograph, segment_files
print("the script runs")
done = segment_files(["photographs"], "out", work=SegmentPhotograph())
print(done.ok, "of", done.total)
"""


def test_a_plain_script_without_a_main_guard_gets_its_results_and_is_run_once(tmp_path):
    (tmp_path / "photographs").mkdir()
    cv2.imwrite(str(tmp_path / "photographs" / "one.png"), make_phantom(1, size=400).image[..., ::-1])
    (tmp_path / "script.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True)
    assert done.stdout.splitlines() == ["the script runs", "1 of 1"], done.stderr
