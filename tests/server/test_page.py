"""The page, in a real Chromium: what a doctor does with it."""

import io
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import venule

sys.path.insert(0, str(Path(__file__).parent))
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
    assert "no image in a known format" in items["broken.jpg"].text

    items["ann.png"].find_element("css selector", ".entry").click()
    assert browser["layer-kinds"].is_enabled() is False
    browser["compare"].click()
    browser.painted()
    assert browser["canvas-2"].is_displayed()
    assert "bob.png" in browser["measured"].text
    before = [browser.picture(f"canvas-{n}") for n in (1, 2)]
    browser["zoom-in"].click()
    browser.painted()
    after = [browser.picture(f"canvas-{n}") for n in (1, 2)]
    assert before[0] != after[0]  # zoomed together
    assert before[1] != after[1]
    assert browser["zoom"].text == "125 %"
    for layer in ("skeleton", "calibre", "confidence", "fov", "vessels", "photograph"):
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


def test_every_word_of_the_page_is_in_the_file_of_texts():
    import re
    from importlib.resources import files as package_files

    from venule.jobs.wording import FLAWS, LABELS, REASONS, REGION_NAMES

    page = package_files("venule.server") / "page"
    texts = json.loads((page / "texts.json").read_text(encoding="utf-8"))
    html = (page / "index.html").read_text(encoding="utf-8")
    used = set(re.findall(r'data-(?:text|label)="([\w-]+)"', html))
    scripts = "".join(one.read_text(encoding="utf-8") for one in page.iterdir() if one.name.endswith(".js"))
    used |= set(re.findall(r'\bt\("([\w-]+)"', scripts))
    assert used <= set(texts["page"])
    assert texts["measurements"] == LABELS
    assert texts["regions"] == REGION_NAMES
    assert texts["reasons"] == REASONS
    assert set(texts["flaws"]) == set(FLAWS)
    assert not re.search(r"<script(?![^>]*src=)|<style|\bstyle=|\bon\w+=|https?://", html)
    assert not re.search(r"https?://", scripts)
