"""What a notebook shows, read as a browser would read it."""

import base64
import io
import re
import subprocess
import sys
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

import venule
from venule.measurement import Scale

VOID = {"img"}


class Page(HTMLParser):
    """Elements, attributes and text of a piece of HTML; fails where it is not well formed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.attributes, self.text = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def measured(found):
    return venule.measure(found, scale=Scale(micrometres_per_pixel=8.0))


@pytest.fixture(scope="module")
def everything(found, measured):
    """All that shows itself."""
    drawing = np.zeros_like(found.vessels)
    return [
        found,
        measured,
        venule.assess_quality(found),
        venule.assess_quality(replace(found, model="")),
        venule.evaluate(found, found.vessels),
        venule.evaluate(found.vessels, drawing, fov=found.fov),
    ]


def test_every_result_is_well_formed_without_scripts_and_in_the_pages_own_colours(everything):
    for result in everything:
        page = Page(result._repr_html_())
        assert not {"script", "style", "link", "iframe"} & set(page.tags)
        assert not [name for name, _ in page.attributes if name.startswith("on")]
        styles = ";".join(value for name, value in page.attributes if name == "style")
        colours = re.findall(r"(?<![-\w])(?:color|background):([^;]+)", styles)
        assert set(colours) <= {"inherit", "transparent"}


def test_plain_text_of_a_result_is_a_line(everything):
    for result in everything:
        assert "array" not in repr(result)
        assert len(repr(result)) < 400
        assert "\n" not in repr(result)


def pictures(html):
    return [Image.open(io.BytesIO(base64.b64decode(each))) for each in re.findall(r'src="data:[^,]+,([^"]+)"', html)]


@pytest.mark.parametrize("scale", [1, 3])
def test_the_picture_shows_the_vessels_at_500_pixels(found, scale):
    larger = {
        name: np.repeat(np.repeat(getattr(found, name), scale, 0), scale, 1)
        for name in ("probability", "vessels", "fov", "image")
    }
    shown = replace(found, **larger)
    for picture in (Image.open(io.BytesIO(shown._repr_png_())), *pictures(shown._repr_html_())):
        assert picture.size == (500, 469)
        red, _, blue = np.moveaxis(np.asarray(picture).astype(int), 2, 0)
        share = np.asarray(Image.fromarray(found.vessels.astype(np.float32)).resize(picture.size, Image.Resampling.BOX))
        assert (blue - red)[share > 0.95].mean() > 0 > (blue - red)[share < 0.05].mean()


def test_a_small_map_is_not_enlarged(found):
    small = replace(
        found, **{name: getattr(found, name)[::4, ::4].copy() for name in ("probability", "vessels", "fov", "image")}
    )
    assert Image.open(io.BytesIO(small._repr_png_())).size == (160, 150)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "a & b's", "é" * 300])
def test_a_hostile_name_of_a_model_is_text(found, name):
    page = Page(replace(found, model=name)._repr_html_())
    assert page.tags.count("img") == 1
    assert "script" not in page.tags
    assert name in page.text


def test_the_facts_of_a_map_are_those_of_the_map(found):
    text = " ".join(Page(found._repr_html_()).text)
    for fact in ("general", f"{found.threshold:g}", f"{100 * found.vessel_share:.1f} %", "640 × 600 px"):
        assert fact in text


def test_every_measurement_stands_there_with_its_number_or_its_reason(measured):
    html = measured._repr_html_()
    rows = {row[0]: row[1:] for row in rows_of(html)}
    for value in measured.values:
        if not value.region:
            cell = rows[value.name][0]
            assert cell == value.reason or float(cell.split()[0].replace(",", "")) == pytest.approx(
                value.value, rel=1e-3
            )
    density, length = rows["vessel_density"], rows["vessel_length"]
    assert float(length[2].split()[0].replace(",", "")) == pytest.approx(8 * measured["vessel_length"], rel=1e-3)
    assert length[2].endswith("µm")
    assert density[2] == ""
    assert "no-arteries-and-veins" in rows["crae"]
    assert len([row for row in rows if row.startswith("etdrs_")]) == 9


def rows_of(html):
    for row in re.findall(r"<tr>(.*?)</tr>", html):
        yield [" ".join(Page(cell).text) for cell in re.findall(r"<t[hd].*?</t[hd]>", row)]


def test_scores_and_reasons_stand_in_both_regions(everything):
    perfect, nothing_drawn = ({row[0]: row[1:] for row in rows_of(each._repr_html_())} for each in everything[-2:])
    assert perfect["dice"] == ["1.0000", "1.0000"]
    assert perfect["fp"] == ["0", "0"]
    assert nothing_drawn["auc_roc"] == ["no-probability", "no-probability"]
    assert nothing_drawn["sensitivity"][0] == "no-vessels-drawn"


def test_quality_says_what_is_wrong_and_where(found):
    dark = replace(found, image=found.image // 12)
    rows = {row[0]: row[1:] for row in rows_of(venule.assess_quality(dark)._repr_html_())}
    assert "too-dark" in rows["Wrong with it"][0]
    assert rows["brightness"][1:] == ["at least 0.06", "look at it"]
    assert rows["sharpness"][2] == ""


def test_import_and_segment_load_nothing_that_only_notebooks_or_other_libraries_need(tmp_path, photograph):
    np.save(tmp_path / "eye.npy", photograph)
    program = (
        "import sys, numpy, PIL.Image, venule;"
        f"eye = numpy.load({str(tmp_path / 'eye.npy')!r}); found = venule.segment(eye);"
        "venule.segment(PIL.Image.fromarray(eye)); venule.measure(found); repr(found);"
        "assert not [name for name in sys.modules if 'notebook' in name or name == 'venule.convert'];"
        "found._repr_html_(); venule.convert.to_pil(found);"
        "venule.convert.from_numpy(**venule.convert.to_numpy(found));"
        "heavy = ('torch', 'lightning', 'monai', 'xarray', 'IPython', 'onnx', 'matplotlib');"
        "print([name for name in sys.modules if name.split('.')[0] in heavy])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
