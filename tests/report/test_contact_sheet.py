"""The contact sheet."""

import numpy as np

from venule.report import contact_sheet

RED, GREEN, BLUE = (200, 30, 30), (30, 200, 30), (30, 30, 200)


def plain(colour, height, width):
    return np.full((height, width, 3), colour, np.uint8)


def test_pictures_of_any_shape_stand_whole_and_in_reading_order():
    pictures = [("wide", plain(RED, 100, 400)), ("high", plain(GREEN, 900, 300)), ("small", plain(BLUE, 20, 20))]
    sheet = contact_sheet(pictures, 2, cell=210)
    where = {}
    for name, colour, ratio in (("wide", RED, 4), ("high", GREEN, 1 / 3), ("small", BLUE, 1)):
        rows, columns = np.nonzero((sheet == colour).all(axis=2))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        assert max(height, width) == 210
        assert abs(width / height / ratio - 1) < 0.05  # not stretched
        assert len(rows) == height * width  # nothing lies over it
        where[name] = rows.mean(), columns.mean()
    assert where["wide"][1] < where["high"][1]
    assert where["wide"][0] < where["small"][0]


def test_a_long_title_does_not_run_into_the_next():
    pictures = [("a very long name of a photograph " * 5, plain(RED, 50, 50)), ("b", plain(RED, 50, 50))]
    sheet = contact_sheet(pictures, 2, cell=210)
    gap = 210 // 24
    assert (sheet[:, gap + 210 : 2 * gap + 210] == 255).all()
    assert (sheet[gap : gap + 20, gap : gap + 210] < 128).any()  # yet there is a title
