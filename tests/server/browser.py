"""A real Chromium without a window, for tests of the page."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
DRIVER = shutil.which("chromedriver")
QUIET = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def skip_without() -> None:
    """Skip where there is no browser to be driven."""
    pytest.importorskip("selenium", reason="needs the extra [dev]")
    if not CHROMIUM or not DRIVER:
        pytest.skip("needs Chromium and its driver: apt install chromium chromium-driver")


class Browser:
    """A browser with one page.

    Args:
        driver: selenium's.
        downloads: where it saves what the page gives.
    """

    def __init__(self, driver, downloads: Path) -> None:
        self.driver, self.downloads = driver, downloads

    def open(self, address: str, *, width: int = 1280, height: int = 900) -> None:
        """Open a page in a window of a size, and wait until it has its words and its models."""
        self.size(width, height)
        self.requests()  # those of earlier pages
        self.driver.get(address)
        self.until(lambda: self.js("return document.querySelectorAll('#model option').length") > 0)

    def size(self, width: int, height: int) -> None:
        """The size of the window, as of a phone where it is small."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)

    def __getitem__(self, identity: str):
        return self.driver.find_element("id", identity)

    def all(self, selector: str):
        return self.driver.find_elements("css selector", selector)

    def js(self, script: str, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, true: Callable[[], object], *, seconds: float = 120) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "it did not come to be"
            time.sleep(0.05)

    def finished(self, count: int) -> None:
        """Wait until so many photographs have a result or a reason why there is none."""
        self.until(lambda: len(self.all("#list li[data-state=done], #list li[data-state=failed]")) == count)

    def slide(self, identity: str, value: float) -> None:
        """Move a slider, as a hand does."""
        script = "const e = arguments[0]; e.value = arguments[1]; e.dispatchEvent(new Event('input'))"
        self.js(script, self[identity], value)
        self.painted()

    def painted(self) -> None:
        """Wait for two frames, after which what was changed is seen."""
        script = "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(done))"
        self.driver.execute_async_script(script)

    def pixels(self, identity: str = "canvas-1") -> int:
        """How many pixels of a canvas are in the light blue of vessels, opaque."""
        return self.js(
            "const c = arguments[0]; const copy = new OffscreenCanvas(c.width, c.height);"
            "const context = copy.getContext('2d', { willReadFrequently: true }); context.drawImage(c, 0, 0);"
            "const d = context.getImageData(0, 0, c.width, c.height).data;"
            "let n = 0; for (let i = 0; i < d.length; i += 4) n += d[i] < 90 && d[i + 1] > 190 && d[i + 2] > 220;"
            "return n",
            self[identity],
        )

    def picture(self, identity: str) -> str:
        """What a canvas shows, as text that can be compared."""
        return self.js("return arguments[0].toDataURL()", self[identity])

    def drop(self, files: dict[str, bytes]) -> None:
        """Drop files onto the page, as a file manager does."""
        import base64

        given = [[name, base64.b64encode(content).decode()] for name, content in files.items()]
        self.js(
            "const data = new DataTransfer();"
            "for (const [name, text] of arguments[0])"
            "  data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name));"
            "for (const kind of ['dragenter', 'dragover', 'drop'])"
            "  document.getElementById('drop').dispatchEvent("
            "    new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer: data }))",
            given,
        )

    def saved(self, name: str) -> bytes:
        """The content of a file that the page has given."""
        self.until(lambda: (self.downloads / name).is_file(), seconds=180)
        return (self.downloads / name).read_bytes()

    def requests(self) -> list[str]:
        """The addresses that were asked for since this was last asked."""
        import json

        entries = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [
            entry["params"]["request"]["url"] for entry in entries if entry["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """What the console has said of errors and warnings."""
        return [entry["message"] for entry in self.driver.get_log("browser")]


@contextmanager
def running_browser(downloads: Path) -> Iterator[Browser]:
    """A browser, until the block ends."""
    skip_without()
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for argument in QUIET:
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(DRIVER))
    try:
        allowed = {"behavior": "allow", "downloadPath": str(downloads)}
        driver.execute_cdp_cmd("Browser.setDownloadBehavior", allowed)
        driver.set_script_timeout(60)
        yield Browser(driver, downloads)
    finally:
        driver.quit()
