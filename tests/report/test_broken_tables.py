"""A table that another program has changed: the report shows the cell, or says which line and column is wrong."""

import csv
import json
import re
import shutil

import pytest
from PIL import Image
from typer.testing import CliRunner

from venule.cli.main import app
from venule.datasets.phantoms import make_phantom
from venule.errors import VenuleError

LONG = "x" * 3000


def report(folder, *options):
    return CliRunner().invoke(app, ["report", str(folder), *options])


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Two photographs, measured on their drawings; one more that failed."""
    folder = tmp_path_factory.mktemp("eyes")
    for place in ("in", "drawn"):
        (folder / place).mkdir()
    for name, seed in (("ann", 1), ("bob", 2)):
        phantom = make_phantom(seed, size=300)
        Image.fromarray(phantom.image).save(folder / "in" / f"{name}.png")
        Image.fromarray(phantom.vessels).save(folder / "drawn" / f"{name}.png")
    (folder / "in" / "broken.png").write_bytes(b"no image")
    words = ["measure", folder / "in", "-o", folder / "out", "--vessels", folder / "drawn", "--jobs", "1"]
    assert CliRunner().invoke(app, [str(word) for word in words]).exit_code == 1
    return folder / "out"


@pytest.fixture
def output(measured, tmp_path):
    """The results in a copy of their own, the photographs beside them."""
    return shutil.copytree(measured.parent, tmp_path / "eyes") / "out"


def rows_of(output):
    with (output / "results.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def write(output, rows, delimiter=",", encoding="utf-8"):
    with (output / "results.csv").open("w", newline="", encoding=encoding) as file:
        csv.writer(file, delimiter=delimiter).writerows(rows)


def column(rows, name):
    return rows[0].index(name)


CELLS = ["nan", "inf", "-inf", "1e999999", "1e308", "5,31", "05. Dez", "#WERT!", "1_000", "=1+1", " ", "<b>x</b>", LONG]


def test_a_bad_cell_is_shown_as_it_is_and_does_not_cost_the_report(output):
    heading, row, *rest = rows_of(output)
    bad = ("calibre_median_px", "vessel_density_lower", "fov_diameter_px", "disc_confidence", "calibre_mean_nasal_px")
    rows = [heading, row, *rest]
    for number, cell in enumerate(CELLS):
        rows.append([cell if name in bad else old for name, old in zip(heading, row, strict=True)])
        rows[-1][column(rows, "path")] = f"/in/{number}.png"
    write(output, rows)
    done = report(output)
    assert done.exit_code == 0, done.output
    page = (output / "report.html").read_text(encoding="utf-8")
    sheets = {sheet[: sheet.index("<")]: sheet for sheet in page.split("<h2><bdi>")[1:]}
    assert "not a number" not in sheets["ann"] + sheets["bob"]
    for number, cell in enumerate(CELLS):
        escaped = cell.replace("<", "&lt;").replace(">", "&gt;")
        assert sheets[f"{number}.png"].count(f"not a number in results.csv: {escaped}") >= 4
        assert "These cells of its row in results.csv hold no numbers" in sheets[f"{number}.png"]
    assert not re.search(r'>(nan|inf)<|="(nan|inf)"', page)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda rows: rows[2].append("5"), "line 3: it has more cells than the heading"),
        (lambda rows: rows[2].pop(), "line 3: it has fewer cells than the heading"),
        (lambda rows: rows[2].__setitem__(slice(1, 2), ["a", "b"]), "line 3: it has more cells"),
        (lambda rows: [row.pop(0) for row in rows], "no column"),
        (lambda rows: rows[0].__setitem__(column(rows, "message"), "note"), "no column 'message'"),
        (lambda rows: rows[0].__setitem__(column(rows, "message"), "reason"), "no column 'message'"),
        (lambda rows: rows[0].__setitem__(-1, "path"), "two columns 'path'"),
        (lambda rows: rows[1].__setitem__(column(rows, "status"), "WAHR"), "line 2: the status 'WAHR' is neither"),
        (lambda rows: rows.__delitem__(slice(1, None)), "holds no measurements"),
        (lambda rows: rows.clear(), "holds no measurements"),
    ],
)
def test_a_table_of_another_form_is_refused_with_its_line(output, change, said):
    rows = rows_of(output)
    change(rows)
    write(output, rows)
    done = report(output)
    assert isinstance(done.exception, VenuleError)
    assert said in str(done.exception)
    assert str(output / "results.csv") in str(done.exception)


@pytest.mark.parametrize(
    ("delimiter", "encoding", "said"),
    [
        (";", "utf-8", "semicolons between its columns"),
        (";", "utf-8-sig", "semicolons between its columns"),
        ("\t", "utf-8", "tabs between its columns"),
        ("\t", "utf-16", "is not in UTF-8"),
        (",", "utf-16", "is not in UTF-8"),
        (";", "cp1252", "semicolons"),
    ],
)
def test_a_table_that_a_spreadsheet_saved_its_own_way_is_refused_in_words(output, delimiter, encoding, said):
    write(output, rows_of(output), delimiter, encoding)
    assert said in str(report(output).exception)


def test_a_name_in_another_encoding_is_refused_in_words(output):
    content = (output / "results.csv").read_bytes().replace(b"ann.png", b"\xe4nn.png", 1)
    (output / "results.csv").write_bytes(content)
    assert "is not in UTF-8" in str(report(output).exception)


def test_a_byte_order_mark_and_blank_lines_do_no_harm(output):
    rows = rows_of(output)
    write(output, [rows[0], [], *rows[1:], []], encoding="utf-8-sig")
    assert report(output).exit_code == 0


def test_a_quote_that_does_not_end_is_refused_with_its_line(output):
    content = (output / "results.csv").read_text(encoding="utf-8")
    (output / "results.csv").write_text(content + '"', encoding="utf-8")
    assert "line 4: unexpected end of data" in str(report(output).exception)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"venule": 1}', b'{"venule": "0", "ended": null, "settings": {}}', b"\xff\xfe{",
     b'{"venule": "0", "ended": "2027", "settings": {"model": "x"}}',
     b'{"venule": "0", "ended": "2027", "settings": {"model": {"name": "x"}, "threshold": "high"}}',
     b'{"venule": "0", "ended": "2027", "settings": []}'],
)  # fmt: skip
def test_a_manifest_of_another_form_is_refused_in_words(output, content):
    (output / "manifest.json").write_bytes(content)
    done = report(output)
    assert isinstance(done.exception, VenuleError)
    assert "manifest.json" in str(done.exception)


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b'{"disc": 3, "fovea": "x", "segments": [1], "nodes": 2}'])
@pytest.mark.parametrize("ending", ["_graph.json", "_vessels.png"])
def test_a_damaged_file_of_one_photograph_costs_its_pictures_only(output, ending, content):
    (output / f"ann{ending}").write_bytes(content)
    assert report(output).exit_code == 0
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "The photograph cannot be shown: its files" in page
    assert page.count("data:image/jpeg;base64,") == 6, "those of the other"


def test_the_vessels_of_a_photograph_of_another_size_are_not_shown_over_it(output):
    Image.new("L", (30, 20), 255).save(output / "ann_vessels.png")
    assert report(output).exit_code == 0
    assert "The photograph cannot be shown" in (output / "report.html").read_text(encoding="utf-8")


NAMES = [
    "<img src=x onerror=alert(1)>", '"><script>alert(1)</script>', "{{ 7 * 7 }}", "=cmd|' /C calc'!A0", "$\\frac{$",
    LONG, "\u202egnp.eye", "\x1b[31mred\x07", "عين", "眼", "\N{GRINNING FACE}", "a\nb",
]  # fmt: skip


def test_no_name_writes_into_the_page_or_ends_the_report(output):
    heading, ok, _, failed = rows_of(output)
    rows = [heading]
    for name in NAMES:
        for row in (ok, failed):
            rows.append(list(row))
            rows[-1][column(rows, "path")] = f"/in/{name}.png"
            rows[-1][column(rows, "message")] = name
    write(output, rows)
    done = report(output, "--pdf")
    assert done.exit_code == 0
    assert "Warning" not in done.output
    page = (output / "report.html").read_text(encoding="utf-8")
    for written in ("<img src=x", "<script>alert", ">49<"):
        assert written not in page
    assert "<bdi>\u202egnp.eye.png</bdi>" in page, "what reverses the direction ends with the name"
    assert len(re.findall(rb"/Type /Page\b", (output / "report.pdf").read_bytes())) == len(rows) - 1


def test_the_manifest_that_venule_writes_is_read(output):
    manifest = json.loads((output / "manifest.json").read_text())
    assert report(output).exit_code == 0
    assert f"venule {manifest['venule']}, {manifest['ended'][:10]}" in (output / "report.html").read_text()


def test_the_vessels_of_one_photograph_are_not_drawn_over_another_that_took_its_name(output):
    Image.fromarray(make_phantom(3, size=300).image).save(output.parent / "in" / "ann.png")
    assert report(output).exit_code == 0
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "ann.png has changed since it was measured" in page
    assert page.count("data:image/jpeg;base64,") == 6, "those of the other"
