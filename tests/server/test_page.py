"""The page, in a real Chromium: what a doctor does with it."""

import io
import json
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import venule

sys.path.extend([str(Path(__file__).parent), str(Path(__file__).parent.parent / "dicom")])
from browser import running_browser


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with running_browser(tmp_path_factory.mktemp("downloads")) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_amiss(browser, address):
    """No error in the console, and no request to anywhere but the page's own server, whatever a test does."""
    yield
    elsewhere = {url for url in browser.requests() if urlsplit(url).scheme in ("http", "https", "ws", "wss")}
    assert {url for url in elsewhere if not url.startswith(address + "/")} == set()
    severe = [said for said in browser.complaints() if "status of 4" not in said]  # a refused photograph
    assert severe == []


@pytest.fixture(scope="module")
def files(tmp_path_factory, photograph):
    folder = tmp_path_factory.mktemp("photographs")
    (folder / "ann.png").write_bytes(photograph)
    (folder / "broken.jpg").write_bytes(b"no photograph")
    return folder


def test_a_photograph_chosen_by_the_button_is_shown_with_its_vessels_and_saved_exactly(
    browser, address, files, phantom
):
    browser.open(address)
    browser["choose"].send_keys(str(files / "ann.png"))
    browser.finished(1)
    browser.painted()
    found = venule.segment(phantom.image)
    browser["layer-kinds"].click()
    assert browser.pixels() == 0  # under a layer of 75 % the photograph shines through
    browser.slide("opacity", 100)
    at_own = browser.pixels()
    assert at_own > 1000
    measured = browser["measured"].text
    assert "Vessel density" in measured
    assert "95 % interval" in measured

    browser["save-mask"].click()
    saved = np.asarray(Image.open(io.BytesIO(browser.saved("ann_vessels.png"))).convert("L"))
    assert np.array_equal(saved == 255, found.vessels)

    browser.slide("threshold", 230)
    assert 0 < browser.pixels() < at_own
    assert "0.90" in browser["threshold-value"].text
    share = ((found.probability >= 230 / 256) & found.fov).sum() / found.fov.sum()
    assert f"{100 * share:.1f} %" in browser["share"].text
    (browser.downloads / "ann_vessels.png").unlink()
    browser["save-mask"].click()
    saved = np.asarray(Image.open(io.BytesIO(browser.saved("ann_vessels.png"))).convert("L"))
    assert np.array_equal(saved == 255, found.probability >= 230 / 256)
    browser["threshold-own"].click()
    browser.painted()
    assert browser.pixels() == at_own

    browser["save-overlay"].click()
    overlay = np.asarray(Image.open(io.BytesIO(browser.saved("ann_overlay.png"))).convert("RGB"))
    assert overlay.shape == phantom.image.shape
    assert not overlay[~found.fov].any()
    browser["save-table"].click()
    table = pd.read_csv(io.BytesIO(browser.saved("measurements.csv")))
    assert table.name.tolist() == ["ann.png"]
    assert table.vessel_share[0] == pytest.approx(found.vessel_share, abs=1e-6)
    browser["save-report"].click()
    assert browser.saved("report.html").startswith(b"<!doctype html>")
    browser["layer-kinds"].click()


def test_several_are_dropped_one_of_them_broken_and_two_are_compared(browser, address, photograph, as_png, phantom):
    browser.open(address)
    mirrored = as_png(np.ascontiguousarray(phantom.image[:, ::-1]))
    maps = {"bob_arteries.png": as_png(phantom.arteries[:, ::-1]), "bob_veins.png": as_png(phantom.veins[:, ::-1])}
    browser.drop({"ann.png": photograph, "broken.jpg": b"no photograph", "bob.png": mirrored, **maps})
    browser.finished(3)
    items = {item.find_element("css selector", ".name").text: item for item in browser.all("#list li")}
    assert {name: item.get_attribute("data-state") for name, item in items.items()} == {
        "ann.png": "done", "broken.jpg": "failed", "bob.png": "done",
    }  # fmt: skip
    assert "not an image in a known format" in items["broken.jpg"].text

    items["ann.png"].find_element("css selector", ".entry").click()
    assert browser["layer-kinds"].is_enabled()
    browser["compare"].click()
    browser.painted()
    assert browser["canvas-2"].is_displayed()
    before = [browser.picture(f"canvas-{n}") for n in (1, 2)]
    browser["zoom-in"].click()
    browser.painted()
    after = [browser.picture(f"canvas-{n}") for n in (1, 2)]
    assert before[0] != after[0]  # zoomed together
    assert before[1] != after[1]
    assert browser["zoom"].text == "125 %"
    for layer in ("kinds", "landmarks", "skeleton", "calibre", "confidence", "fov", "vessels", "photograph"):
        before = browser.picture("canvas-1")
        browser[f"layer-{layer}"].click()
        browser.painted()
        assert browser.picture("canvas-1") != before, layer
    browser["compare"].click()
    assert not browser["canvas-2"].is_displayed()
    items["bob.png"].find_element("css selector", ".entry").click()
    assert browser["layer-kinds"].is_enabled()

    items["ann.png"].find_element("css selector", ".remove").click()
    assert len(browser.all("#list li")) == 2


def test_a_map_that_could_be_another_patients_is_given_to_no_photograph_and_a_scale_that_cannot_be_is_told(
    browser, address, photograph, as_png, phantom
):
    browser.open(address)
    browser.drop({"eye.jpg": photograph, "eye.png": photograph, "eye_veins.png": as_png(phantom.veins)})
    assert "eye_veins.png matches several photographs" in browser["refused-maps"].text
    browser.finished(2)
    choose_scale(browser, "um_per_pixel", -3)
    browser.until(lambda: len(browser.all("#list li[data-state=failed]")) == 2)
    assert "um_per_pixel: Input should be greater than 0; got '-3'" in browser.all("#list li")[0].text


def test_two_photographs_are_compared_each_with_its_own_figures_and_one_scale_of_calibres(
    browser, address, photograph, as_png, phantom
):
    from venule.datasets.phantoms import make_phantom
    from venule.report.tables import number_text

    other = make_phantom(5, size=700)
    given = {"ann.png": phantom.image, "bob.png": other.image}
    browser.open(address)
    browser.drop({name: as_png(image) for name, image in given.items()})
    browser.finished(2)
    browser["compare"].click()
    looks = {name: venule.segment(image) for name, image in given.items()}
    names = [browser[f"name-{side}"].text for side in (1, 2)]
    assert set(names) == set(given)
    for side, name in enumerate(names, start=1):
        assert f"{100 * looks[name].vessel_share:.1f} % vessels · quality 0." in browser[f"facts-{side}"].text
        assert f"{name}: Quality 0." in browser["quality"].text

    head, *rows = browser["measured"].find_elements("css selector", "table:first-of-type tr")
    assert [cell.text for cell in head.find_elements("css selector", "th")] == [
        "Measurement",
        *(f"{name}\n95 % interval" for name in names),
    ]
    shown = {row.find_element("css selector", "th").text: row.find_elements("css selector", "td") for row in rows}
    for cell, name in zip(shown["Calibre, median"], names, strict=True):
        row = venule.measure(looks[name]).row()
        value, lower, upper = (row[f"calibre_median_px{part}"] for part in ("", "_lower", "_upper"))
        value, lower, upper = map(number_text, (value, lower, upper))
        assert cell.text.replace("\xa0", " ") == f"{value} px\n{lower} – {upper}"
    assert "cannot be compared" in browser["unlike"].text  # 600 and 700 pixels

    browser["layer-calibre"].click()
    assert browser["legend-name"].text == "Calibre, both photographs"
    common = [float(browser[f"legend-{end}"].text.split()[0]) for end in ("low", "high")]
    alone = []
    browser["compare"].click()
    assert browser["legend-name"].text == "Calibre"
    for entry in browser.all("#list .entry"):
        entry.click()
        alone.append([float(browser[f"legend-{end}"].text.split()[0]) for end in ("low", "high")])
    assert common == [min(low for low, _ in alone), max(high for _, high in alone)]


def test_a_dicom_photograph_is_shown_in_its_own_units_and_saved_as_dicom(browser, address, phantom, photograph):
    hd = pytest.importorskip("highdicom", reason="needs the extra [dicom]")
    from dicom_files import as_file, photograph_dataset

    browser.open(address)
    browser.drop({"eye.dcm": as_file(photograph_dataset(phantom.image)), "ann.png": photograph})
    browser.finished(2)
    items = {item.find_element("css selector", ".name").text: item for item in browser.all("#list li")}
    items["eye.dcm"].find_element("css selector", ".entry").click()
    facts = browser["facts-1"].text.replace("\xa0", " ")
    assert "right eye · 7.50 µm per pixel (DICOM pixel spacing)" in facts
    assert "µm" in browser["measured"].text
    browser["layer-calibre"].click()
    assert "µm" in browser["legend-high"].text
    browser.slide("threshold", 200)
    browser["save-segmentation"].click()
    made = hd.seg.segread(io.BytesIO(browser.saved("eye_seg.dcm")))
    found = venule.segment(phantom.image)
    assert np.array_equal(made.pixel_array[0] > 0, found.probability >= 200 / 256)
    assert "saved" in browser["downloads-said"].text
    items["ann.png"].find_element("css selector", ".entry").click()
    assert not browser["save-segmentation"].is_displayed()
    assert "px" in browser["measured"].text


def test_page_report_and_table_give_the_same_numbers_in_the_same_units(browser, address, photograph):
    browser.open(address)
    browser.drop({"ann.png": photograph})
    browser.finished(1)
    choose_scale(browser, "um_per_pixel", 12.5)
    browser.until(lambda: "12.5 µm per pixel" in browser["facts-1"].text.replace("\xa0", " "))
    for name in ("report.html", "measurements.csv"):
        (browser.downloads / name).unlink(missing_ok=True)
    browser["save-report"].click()
    browser["save-table"].click()
    report = browser.saved("report.html").decode("utf-8")
    row = pd.read_csv(io.BytesIO(browser.saved("measurements.csv"))).iloc[0]
    in_report = dict(re.findall(r'<tr><th scope="row">([^<]+)</th><td>([^<]+)</td>', report))
    cells = (
        "return [...document.querySelectorAll('#measured details tbody tr')]"
        ".map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    on_page = {label: rest[0].replace("\xa0", " ") for label, *rest in browser.js(cells) if len(rest) == 2}
    assert len(on_page) > 30
    assert on_page.items() <= in_report.items()
    assert on_page["Vessel length, total"] == f"{row.vessel_length_um:,.0f} µm"
    assert row.vessel_length_um > 1000


def test_the_page_writes_numbers_as_the_report_does(browser, address):
    from venule.report import number_text

    values = [0, 1, 0.5, 1.5, 2.5, 9.996, 0.0712, 1234.5, 1235.5, 0.00002, 0.0001234, -3.456, 11.95, 999.96, 3147310.2]
    browser.open(address)
    for whole in (False, True):
        script = (
            "const [values, whole, done] = arguments;"
            "import('./page/numbers.js').then((n) => done(values.map((value) => n.numberText(value, whole))))"
        )
        assert browser.driver.execute_async_script(script, values, whole) == [
            number_text(value, whole=whole) for value in values
        ]


def test_maps_that_come_later_go_to_their_photograph_and_into_the_report(browser, address, photograph, as_png, phantom):
    browser.open(address)
    browser.drop({"late.png": photograph})
    browser.finished(1)
    before = browser.js("return document.getElementById('measured').textContent")
    browser.drop({f"late_{kind}.png": as_png(getattr(phantom, kind)) for kind in ("arteries", "veins")})
    browser.until(lambda: browser.js("return document.getElementById('measured').textContent") != before)
    (browser.downloads / "report.html").unlink(missing_ok=True)
    browser["save-report"].click()
    assert b"arteries and veins not known" not in browser.saved("report.html")


def test_everything_can_be_done_with_the_keyboard_alone(browser, address):
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    def press(*keys):
        ActionChains(browser.driver).send_keys(*keys).perform()

    def focused():
        return browser.js("return document.activeElement.id || document.activeElement.className")

    def tab_to(identity):
        for _ in range(60):
            if focused() == identity:
                return
            press(Keys.TAB)
        raise AssertionError(f"{identity} is not reached; the focus is on {focused()}")

    browser.open(address)
    press(Keys.TAB)
    assert focused() == "skip"
    tab_to("choose")  # a file input: Enter opens the system's own dialog
    tab_to("examples")
    press(Keys.ENTER)
    browser.finished(2)
    tab_to("compare")
    press(Keys.ENTER)
    tab_to("other")
    tab_to("canvas-2")
    before = [browser.picture(f"canvas-{side}") for side in (1, 2)]
    press("+")
    browser.painted()
    assert not {browser.picture(f"canvas-{side}") for side in (1, 2)} & set(before)  # one moves with the other
    press("0")
    for _ in range(3):
        ActionChains(browser.driver).key_down(Keys.SHIFT).send_keys(Keys.TAB).key_up(Keys.SHIFT).perform()
    assert focused() == "compare"
    press(Keys.ENTER)
    tab_to("canvas-1")
    before = browser.picture("canvas-1")
    press("++")
    browser.painted()
    assert browser["zoom"].text == "156 %"
    zoomed = browser.picture("canvas-1")
    press(Keys.ARROW_RIGHT)
    browser.painted()
    assert len({before, zoomed, browser.picture("canvas-1")}) == 3
    press("0")
    browser.painted()
    assert browser.picture("canvas-1") == before
    tab_to("layer-skeleton")
    press(Keys.SPACE)
    browser.painted()
    assert browser.picture("canvas-1") != before
    tab_to("threshold")
    press(Keys.ARROW_RIGHT)
    assert browser["again"].is_displayed()
    assert "%" in browser["canvas-1"].get_attribute("aria-label")
    tab_to("save-mask")


def test_axe_finds_nothing_serious_empty_full_dark_or_on_a_phone(browser, address):
    axe = pytest.importorskip("axe_core_python", reason="needs the extra [dev]")
    script = next(Path(axe.__file__).parent.rglob("axe*.js")).read_text(encoding="utf-8")

    def check(state):
        browser.js(script)
        found = browser.driver.execute_async_script("axe.run().then(arguments[0])")
        serious = [one for one in found["violations"] if one["impact"] in ("serious", "critical")]
        said = [(one["id"], [node["html"] for node in one["nodes"]]) for one in serious]
        assert not said, (state, json.dumps(said)[:2000])

    browser.open(address)
    check("empty")
    browser["examples"].click()
    browser.finished(2)
    browser["compare"].click()
    browser["layer-calibre"].click()
    browser.js("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    browser.slide("threshold", 90)
    check("light")
    browser["theme"].click()
    check("dark")
    browser.size(375, 812)
    check("phone")


def test_a_phone_of_375_pixels_shows_everything_without_scrolling_sideways(browser, address, photograph):
    browser.open(address, width=375, height=812)
    browser.drop({"a photograph with a very long name, as cameras and archives give them.png": photograph})
    browser.finished(1)
    browser["layer-calibre"].click()
    assert browser.js("return document.documentElement.scrollWidth") == 375
    assert browser["camera"].get_attribute("capture") == "environment"
    for identity in ("zoom-in", "compare", "save-mask", "theme"):
        box = browser[identity].rect
        assert box["height"] >= 32, identity
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 375, identity
    width = browser["canvas-1"].rect["width"]
    assert width > 330
    browser["examples"].click()
    browser.finished(3)
    browser["compare"].click()
    browser.js("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert browser.js("return document.documentElement.scrollWidth") == 375
    first, second = (browser[f"canvas-{side}"].rect for side in (1, 2))
    assert first["width"] == second["width"] > 330
    assert second["y"] > first["y"] + first["height"]  # one below the other
    choose_scale(browser, "um_per_pixel", 7.5)
    browser.until(lambda: all("µm" in browser[f"facts-{side}"].text for side in (1, 2)))
    assert browser.js("return document.documentElement.scrollWidth") == 375  # lengths in µm have six digits


def test_the_token_is_asked_for_and_then_used(browser, start, photograph):
    from venule.server import Settings

    with start(Settings(processes=1, token="a-secret-of-the-clinic")) as address:
        browser.size(1280, 900)
        browser.driver.get(address)
        browser.until(lambda: browser["token"].is_displayed())
        browser["token-value"].send_keys("a-secret-of-the-clinic\n")
        browser.until(lambda: len(browser.all("#model option")) > 0)
        browser.drop({"ann.png": photograph})
        browser.finished(1)
        assert all(url.startswith((address, "blob:", "data:")) for url in browser.requests())
        browser.driver.get("about:blank")
        browser.driver.get(f"{address}/#token=a-secret-of-the-clinic")
        browser.until(lambda: len(browser.all("#model option")) > 0)
        assert "token" not in browser.driver.current_url
        browser.requests()
        browser.driver.get("about:blank")


def choose_scale(browser, kind, value):
    script = "const e = arguments[0]; e.value = arguments[1]; e.dispatchEvent(new Event('change'))"
    browser.js(script, browser["scale"], kind)
    browser.js(script, browser["scale-value"], str(value))


def test_every_reason_has_a_text_on_the_page():
    from importlib.resources import files as package_files

    from venule.report.labels import page_labels

    texts = json.loads((package_files("venule.server") / "page" / "texts.json").read_text(encoding="utf-8"))
    reasons = (Path(__file__).parent.parent.parent / "docs" / "reference" / "reasons.md").read_text(encoding="utf-8")
    sections = dict(part.split("\n", 1) for part in reasons.split("\n## ")[1:])
    in_table = {
        name: {code for row in re.findall(r"^\| (`[^|]+`) \|", text, re.M) for code in re.findall(r"`([\w-]+)`", row)}
        for name, text in sections.items()
    }
    for_segments_alone = {"closed-vessel", "too-few"}  # in Python
    assert in_table["Of a photograph"] | in_table["Of the service"] <= set(texts["problems"])
    assert in_table["Of a measurement"] - for_segments_alone <= set(page_labels()["reasons"])


def test_every_word_of_the_page_is_in_the_file_of_texts():
    from importlib.resources import files as package_files

    from venule.report.labels import page_labels

    page = package_files("venule.server") / "page"
    texts = json.loads((page / "texts.json").read_text(encoding="utf-8"))
    html = (page / "index.html").read_text(encoding="utf-8")
    used = set(re.findall(r'data-(?:text|label)="([\w-]+)"', html))
    scripts = "".join(one.read_text(encoding="utf-8") for one in page.iterdir() if one.name.endswith(".js"))
    used |= set(re.findall(r'\bt\("([\w-]+)"', scripts))
    assert used <= set(texts["page"])
    assert set(re.findall(r'\bwords?\("([\w-]+)"', scripts)) <= {*texts, *page_labels()}
    assert not re.search(r"<script(?![^>]*src=)|<style|\bstyle=|\bon\w+=|https?://", html)
    assert not re.search(r"https?://", scripts)
