"""The documentation site: it builds without a warning, no link leads nowhere, and questions are answered."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

REPOSITORY = Path(__file__).parents[2]
LOADED = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src"}

# A newcomer's question, the link on the front page, and what its page must say for the question to be answered.
QUESTIONS = {
    "install": ("how-to/install.html", "pip install -c constraints.txt ."),
    "own image": ("how-to/photographs.html", "venule segment photographs/"),
    "own model": ("tutorials/own_model.html", "venule train --data"),
    "GPU": ("how-to/gpu.html", "you need none"),
    "units": ("how-to/units.html", "--um-per-pixel"),
    "batch": ("how-to/batches.html", "results.csv"),
    "cluster": ("how-to/scale.html", "--engine ray"),
    "DICOM": ("how-to/dicom.html", "--dicom-seg"),
    "cite": ("how-to/cite.html", "CITATION.cff"),
    "is it a medical device": ("explanations/medical_device.html", "It must not be used to diagnose"),
}


@dataclass
class Page(HTMLParser):
    """The links, the anchors, what a browser would load, and the words of a page."""

    links: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)
    loaded: list[str] = field(default_factory=list)
    words: str = ""

    def __post_init__(self):
        super().__init__()

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.anchors |= {given[key] for key in ("id", "name") if given.get(key)}
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag in LOADED and given.get(LOADED[tag]):
            self.loaded.append(given[LOADED[tag]])

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """The site, built without running the examples: test_gallery.py does that."""
    folder = tmp_path_factory.mktemp("site")
    options = ["-W", "--keep-going", "-n", "-q", "-D", "sphinx_gallery_conf.plot_gallery=False"]
    program = [
        sys.executable,
        "-m",
        "sphinx",
        *options,
        "-d",
        folder / "doctrees",
        REPOSITORY / "docs",
        folder / "html",
    ]
    built = subprocess.run(program, capture_output=True, text=True, check=False, timeout=600)
    assert built.returncode == 0, built.stderr
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site) -> dict[Path, Page]:
    read = {}
    for path in sorted(site.rglob("*.html")):
        read[path] = Page()
        read[path].feed(path.read_text())
    return read


def _inside(pages: dict[Path, Page], kind: str) -> Iterator[tuple[Path, str, Path, str]]:
    """Every link or loaded file of every page that is no address elsewhere: page, link, file, anchor."""
    for path, page in pages.items():
        for link in getattr(page, kind):
            parts = urlsplit(link)
            if not parts.scheme and not parts.netloc:
                target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
                yield path, link, target, unquote(parts.fragment)


def test_no_link_leads_nowhere(pages):
    broken = [
        f"{path.name}: {link}"
        for path, link, target, anchor in _inside(pages, "links")
        if not target.exists() or (anchor and target in pages and anchor not in pages[target].anchors)
    ]
    assert not broken
    assert sum(len(page.links) for page in pages.values()) > 1000


def test_a_page_loads_nothing_from_elsewhere(site, pages):
    outside = [link for page in pages.values() for link in page.loaded if urlsplit(link).netloc]
    assert not outside
    missing = [link for _, link, target, _ in _inside(pages, "loaded") if not target.exists()]
    assert not missing
    styles = "".join(path.read_text() for path in site.rglob("*.css"))
    assert not re.findall(r"(?:url\(|@import)\s*['\"]?(?:https?:)?//[^)\s]*", styles)


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_newcomers_question_is_answered_one_click_from_the_front_page(site, pages, question):
    link, answer = QUESTIONS[question]
    assert link in pages[site / "index.html"].links
    assert answer in " ".join(pages[site / link].words.split())


def test_every_page_can_be_reached_from_the_front_page(site, pages):
    seen, left = set(), {site / "index.html"}
    while left:
        page = left.pop()
        seen.add(page)
        left |= {target for path, _, target, _ in _inside({page: pages[page]}, "links") if target in pages} - seen
    made_by_sphinx = {"genindex.html", "search.html", "py-modindex.html", "_modules/index.html"}
    assert {path.relative_to(site).as_posix() for path in pages.keys() - seen} <= made_by_sphinx


def test_the_reference_has_every_command_option_column_and_field(site, pages):
    import typer

    from venule.cli.main import app
    from venule.measurement import MEASUREMENTS
    from venule.training import Recipe

    commands = pages[site / "generated/commands.html"].words
    program = typer.main.get_command(app)
    groups = [program, *(one for one in program.commands.values() if hasattr(one, "commands"))]
    for command in (one for group in groups for one in group.commands.values()):
        assert f"venule {command.name}" in commands or f"venule data {command.name}" in commands
        for option in command.params:
            assert not option.opts or max(option.opts, key=len) in commands or option.param_type_name == "argument"
    dictionary = pages[site / "generated/dictionary.html"].words
    assert [one.column() for one in MEASUREMENTS if one.column() not in dictionary] == []
    recipes = pages[site / "reference/recipes.html"].words
    assert [name for name in Recipe.model_fields if name not in recipes] == []


def test_every_reason_that_the_program_can_give_is_explained(site, pages):
    explained = pages[site / "reference/reasons.html"].words
    sources = "".join(path.read_text() for path in (REPOSITORY / "src/venule").rglob("*.py"))
    reasons = set(re.findall(r"\breason(?:: str)? ?= ?\"([a-z]+(?:-[a-z]+)+)\"", sources))
    codes = set(re.findall(r"Problem\(\s*\d+,\s*\"([a-z-]+)\"", sources))
    assert len(reasons) > 40
    assert len(codes) > 15
    assert sorted(reason for reason in reasons | codes if reason not in explained) == []
