"""The drawings that lie beside the photographs of a data set are not taken for photographs."""

import io

import cv2
import numpy as np
import pytest
from PIL import Image

from venule.errors import PhotographError
from venule.photograph import read_photograph


def _drawing():
    drawing = np.zeros((400, 420), np.uint8)
    for angle in np.linspace(0, 6, 9):
        cv2.line(drawing, (210, 200), (int(210 + 190 * np.cos(angle)), int(200 + 190 * np.sin(angle))), 255, 5)
    return drawing


@pytest.mark.parametrize("form", ["PNG", "JPEG", "GIF"])
@pytest.mark.parametrize("what", ["drawing", "inverted", "mask"])
def test_a_drawing_is_refused_with_its_name(form, what):
    drawing = _drawing()
    if what == "inverted":
        drawing = 255 - drawing
    if what == "mask":
        drawing = cv2.circle(np.zeros_like(drawing), (210, 200), 190, 255, -1)
    content = io.BytesIO()
    Image.fromarray(drawing).save(content, form)
    with pytest.raises(PhotographError, match=r"21_manual1.*two grey levels") as caught:
        read_photograph(content.getvalue(), name="21_manual1")
    assert caught.value.reason == "not-a-fundus"


def test_no_drawing_of_a_real_set_is_taken_for_a_photograph(data):
    drawings = sorted((data / "CHASE_DB1").glob("*HO.png"))[::8] + sorted((data / "DRIVE").glob("**/*.gif"))[::9]
    drawings += sorted((data / "HRF" / "manual1").iterdir())[::15]
    assert len(drawings) > 14
    for path in drawings:
        with pytest.raises(PhotographError):
            read_photograph(path)
