"""The page of many photographs."""

import io
import re

import numpy as np
import pytest

from venule.errors import VenuleError
from venule.report import number_text
from venule.report.html import make_report, percentile_rank
from venule.report.pdf import make_pdf
from venule.report.sheet import ReportedValue, Sheet

BROKEN = Sheet({"reason": "not-an-image", "message": "cannot be read"}, "broken", "/in/broken.png")


def sheet(name, width, draw=tuple):
    return Sheet({"calibre_median_px": str(width)}, name, f"/in/{name}.png", draw)


def page_of(sheets):
    return "".join(make_report(sheets, {"model": {"name": "general"}}, made="venule 0", most=10))


def picture():
    return [("Photograph", np.full((20, 30, 3), 90, np.uint8))]


def test_the_most_unusual_photographs_come_first_and_failures_before_them():
    widths = [5.0, 5.1, 4.9, 5.2, 4.8, 9.0]
    page = page_of([*(sheet(f"eye{number}", width) for number, width in enumerate(widths)), BROKEN])
    table = page[page.index('<table id="overview"') : page.index("</table>")]
    assert re.findall(r">(eye\d|broken)<", table)[:2] == ["broken", "eye5"]
    assert 'class="far">9.00' in table
    assert "not-an-image" in table


def test_of_many_photographs_all_are_listed_and_only_the_most_unusual_are_drawn():
    drawn = []

    def draw(number):
        drawn.append(number)
        return picture()

    sheets = [sheet(f"eye{n}", 5 + n / 1000, draw=lambda n=n: draw(n)) for n in range(300)]
    page = page_of(sheets)
    assert len(re.findall(r">eye\d+<", page[page.index('<table id="overview"') :])) == 300 + 10
    assert sorted(drawn) == [0, 1, 2, 3, 4, 295, 296, 297, 298, 299]
    assert page.count("data:image/jpeg;base64,") == 10
    assert "Only the 10 most unusual photographs are shown below" in page
    assert "<circle" not in page, "300 dots would hide one another"
    assert "<rect" in page


def test_a_photograph_that_is_gone_leaves_its_numbers_and_a_note():
    def gone():
        raise VenuleError("it was moved away")

    page = page_of([sheet("eye", 5.0, draw=gone)])
    assert "cannot be shown: it was moved away" in page
    assert "5.00 px" in page


def test_names_of_files_cannot_write_into_the_page():
    page = page_of([sheet("<script>alert(1)</script>", 5.0)])
    assert "<script>alert" not in page


def test_every_photograph_is_a_page_of_the_pdf():
    content = io.BytesIO()
    make_pdf(content, [sheet("one", 5.0, draw=picture), sheet("two", 6.0, draw=picture), BROKEN], title="Eyes")
    assert len(re.findall(rb"/Type /Page\b", content.getvalue())) == 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"), (1.0, "1.00"), (9.996, "10.0"), (0.0712, "0.0712"), (1234.5, "1,234"), (0.00002, "2.00e-05"),
        (3147310.0, "3,147,310"),
        (-3.456, "-3.46"),
    ],
)  # fmt: skip
def test_numbers_have_three_significant_digits(value, text):
    assert number_text(value) == text


def test_the_interval_of_a_count_is_in_whole_numbers():
    assert ReportedValue("ends", "Ends", "", 39.0, 14.9, 53.1, whole=True).interval == "14 to 54"
    assert ReportedValue("width", "Width", "px", 5.0, 4.5, 6.0).interval == "4.50 to 6.00"


def test_the_median_has_the_percentile_rank_one_half():
    assert percentile_rank(3, [1, 2, 3, 4, 5]) == 0.5
    assert percentile_rank(1, [1, 1, 1, 1]) == 0.5
