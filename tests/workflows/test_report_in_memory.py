"""A report made in memory leaves nothing of a photograph on disk."""

import io
import os
import sys

from PIL import Image

from venule.datasets.phantoms import make_phantom
from venule.measurement import Scale
from venule.workflows import SegmentPhotograph
from venule.workflows.analyse import MemoryFile
from venule.workflows.report import report_in_memory


def test_a_report_in_memory_writes_no_file_and_keeps_the_photograph_that_fails():
    written = []

    def note_writing(event, arguments):
        if event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
            written.append(str(arguments[0]))

    file = io.BytesIO()
    Image.fromarray(make_phantom(3, size=560).image).save(file, "PNG")
    files = [MemoryFile("ann.png", file.getvalue()), MemoryFile("broken.jpg", b"no photograph")]
    sys.addaudithook(note_writing)  # cannot be removed again
    page = report_in_memory(files, [{}, {}], SegmentPhotograph(), max_pixels=10_000_000, scale=Scale(field_degrees=45))
    assert [name for name in written if "__pycache__" not in name] == []
    assert page.count("data:image/jpeg;base64,") == 6
    for text in ("ann.png", "broken.jpg", "not-an-image", "1 of 2"):
        assert text in page
