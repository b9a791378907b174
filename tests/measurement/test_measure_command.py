"""`venule measure` and `venule report`, as a user runs them, on phantoms."""

import csv
import json
import re
import shutil
import subprocess
import sys

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from benchmarks.validation.truth import drawn_map
from PIL import Image
from typer.testing import CliRunner

from venule.batch import Batch, Layout
from venule.cli.main import app
from venule.datasets.phantoms import make_phantom
from venule.measurement import BY_NAME, REGIONS, measure, table_columns
from venule.measurement.quality import LIMITS
from venule.report.labels import FLAWS, GROUPS, REGION_NAMES
from venule.workflows.measure import SEGMENT_COLUMNS, MeasurePhotograph, measure_files


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="module")
def phantoms(tmp_path_factory):
    folder = tmp_path_factory.mktemp("phantoms")
    for name, seed in (("ann", 3), ("bob", 4)):
        phantom = make_phantom(seed, size=560)
        masks = {"vessels": phantom.vessels, "arteries": phantom.arteries, "veins": phantom.veins}
        for kind, mask in masks.items():
            (folder / kind).mkdir(exist_ok=True)
            Image.fromarray(mask.astype(np.uint8) * 255).save(folder / kind / f"{name}.png")
        (folder / "images").mkdir(exist_ok=True)
        Image.fromarray(phantom.image).save(folder / "images" / f"{name}.png")
    (folder / "images" / "broken.jpg").write_bytes(b"no photograph")
    return folder


@pytest.fixture(scope="module")
def output(phantoms, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "measured"
    done = run("measure", phantoms / "images", "-o", out, "--segments", "--field", 45)
    assert done.exit_code == 1, done.output
    return out


def test_a_row_a_photograph_with_intervals_and_the_failure_with_its_reason(output):
    table = pd.read_csv(output / "results.csv")
    assert dict(zip(table.path.str.extract(r"(\w+)\.\w+$")[0], table.reason.fillna(""), strict=True)) == {
        "ann": "", "bob": "", "broken": "not-an-image",
    }  # fmt: skip
    assert set(table_columns(("deg",))) <= set(table.columns)
    good = table[table.status == "ok"]
    for name in ("vessel_density", "calibre_mean_px", "calibre_mean_deg", "box_dimension"):
        assert (good[name] > 0).all()
        assert (good[f"{name}_lower"] <= good[name]).all()
        assert (good[name] <= good[f"{name}_upper"]).all()
    copy = pd.read_parquet(output / "results.parquet")
    assert list(copy.columns) == list(table.columns)
    assert copy.vessel_density.tolist() == pytest.approx(table.vessel_density.tolist(), nan_ok=True)


def test_every_column_is_in_the_dictionary_and_the_report(output):
    with (output / "dictionary.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    known = {row["column"] for row in rows}
    columns = {re.sub("_(lower|upper)$", "", column) for column in table_columns(("deg",))}
    assert columns <= known
    assert ["path", *(row["column"] for row in rows if "segments.csv" in row["region"])] == list(SEGMENT_COLUMNS)
    assert {name for names in GROUPS.values() for name in names} == set(BY_NAME)
    assert set(REGION_NAMES) == set(REGIONS)
    assert set(FLAWS) == {*LIMITS, "fov-not-round", "preprocessed", "red-free", "angiogram", "ultra-wide-field"}


def test_the_segments_add_up_to_the_length_of_the_graph(output):
    segments = pd.read_csv(output / "segments.csv")
    for name in ("ann", "bob"):
        graph = json.loads((output / f"{name}_graph.json").read_text())
        mine = segments[segments.path.str.contains(name)]
        assert len(mine) == len(graph["segments"])
        drawn = sum(np.linalg.norm(np.diff(s["centreline"], axis=0), axis=1).sum() for s in graph["segments"])
        assert mine.length_px.sum() == pytest.approx(drawn, rel=0.01)


def test_given_maps_are_measured_in_place_of_venules_own(phantoms, tmp_path):
    out = tmp_path / "given"
    done = run(
        "measure", phantoms / "images" / "ann.png", "-o", out, "--vessels", phantoms / "vessels",
        "--arteries", phantoms / "arteries", "--veins", phantoms / "veins",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    row = pd.read_csv(out / "results.csv").iloc[0]
    phantom = make_phantom(3, size=560)
    assert row.vessel_density == pytest.approx(measure(drawn_map(phantom))["vessel_density"], rel=0.02)
    assert 0.4 < row.avr < 1


def test_a_photograph_without_its_map_fails_by_name(phantoms, tmp_path):
    (tmp_path / "maps").mkdir()
    done = run("measure", phantoms / "images" / "ann.png", "-o", tmp_path / "out", "--vessels", tmp_path / "maps")
    assert done.exit_code == 1
    row = pd.read_csv(tmp_path / "out" / "results.csv").iloc[0]
    assert row.reason == "no-vessel-map"
    assert "name it ann.png or ann_vessels.png" in row.message


def test_a_name_with_the_sign_between_names_is_measured_and_reported(phantoms, tmp_path):
    photograph = tmp_path / "a;b, c.png"
    shutil.copy(phantoms / "images" / "ann.png", photograph)
    assert run("measure", photograph, "-o", tmp_path / "out", "--segments").exit_code == 0
    assert len(pd.read_csv(tmp_path / "out" / "segments.csv")) > 20
    assert run("report", tmp_path / "out").exit_code == 0
    assert (tmp_path / "out" / "report.html").read_text().count("data:image/jpeg;base64,") == 6


@pytest.mark.parametrize("layout", Layout)
def test_the_results_of_a_batch_are_a_table_in_every_layout(phantoms, tmp_path, layout):
    photographs = [phantoms / "images" / f"{name}.png" for name in ("ann", "bob")]
    work = MeasurePhotograph(vessels=phantoms / "vessels")
    table = measure_files(photographs, tmp_path, work=work, batch=Batch(layout=layout)).to_pandas()
    assert table.status.tolist() == ["ok", "ok"]
    assert (table.calibre_median_px > 1).all()


def test_photographs_of_one_name_in_two_folders_have_each_its_own_map(phantoms, tmp_path):
    for site, name in (("site-a", "ann"), ("site-b", "bob")):
        for kind in ("images", "vessels"):
            (tmp_path / kind / site).mkdir(parents=True)
            shutil.copy(phantoms / kind / f"{name}.png", tmp_path / kind / site / "0001.png")
    done = run("measure", tmp_path / "images", "-o", tmp_path / "out", "--vessels", tmp_path / "vessels")
    assert done.exit_code == 0, done.output
    for site in ("site-a", "site-b"):
        given = np.asarray(Image.open(tmp_path / "vessels" / site / "0001.png")) > 0
        measured = np.asarray(Image.open(tmp_path / "out" / site / "0001_vessels.png")) > 0
        assert np.mean(given != measured) < 0.001, site


def test_maps_that_are_turned_empty_or_labelled_are_not_measured_as_they_are_not_meant(phantoms, tmp_path):
    """Read as photographs are: by their orientation; labels and empty maps are refused."""
    drawn = np.asarray(Image.open(phantoms / "vessels" / "ann.png"))
    turned = Image.Exif()
    turned[0x112] = 3
    maps = {
        "turned": drawn[::-1, ::-1],
        "labels": np.where(drawn > 0, np.where(np.arange(drawn.shape[1]) < 280, 100, 200), 0).astype(np.uint8),
        "empty": np.zeros_like(drawn),
        "inverted": 255 - drawn,
        "ones": drawn // 255,
    }
    (tmp_path / "images").mkdir()
    (tmp_path / "vessels").mkdir()
    for name, pixels in maps.items():
        shutil.copy(phantoms / "images" / "ann.png", tmp_path / "images" / f"{name}.png")
        exif = turned if name == "turned" else Image.Exif()
        Image.fromarray(pixels).save(tmp_path / "vessels" / f"{name}.png", exif=exif)
    run("measure", tmp_path / "images", "-o", tmp_path / "out", "--vessels", tmp_path / "vessels")
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    table.index = table.path.str.extract(r"(\w+)\.png$")[0]
    assert table.reason.dropna().to_dict() == {
        "labels": "bad-mask", "empty": "empty-mask", "inverted": "inverted-mask",
    }  # fmt: skip
    assert table.vessel_density["turned"] == table.vessel_density["ones"]


def test_a_map_of_another_size_is_named(phantoms, tmp_path):
    (tmp_path / "maps").mkdir()
    Image.new("L", (80, 60)).save(tmp_path / "maps" / "ann.png")
    run("measure", phantoms / "images" / "ann.png", "-o", tmp_path / "out", "--vessels", tmp_path / "maps")
    row = pd.read_csv(tmp_path / "out" / "results.csv").iloc[0]
    assert row.reason == "wrong-size"
    assert "ann.png is 80x60, its photograph ann.png 560x" in row.message


def test_resuming_measures_nothing_twice(phantoms, output):
    done = run("measure", phantoms / "images", "-o", output, "--segments", "--field", 45, "--resume")
    assert "3 already done" in done.output


def test_the_report_is_one_file_that_asks_no_network_and_shows_every_photograph(output):
    done = run("report", output, "--pdf")
    assert done.exit_code == 0, done.output
    page = (output / "report.html").read_text()
    assert not re.findall(r"(?:src|href)=['\"](?!data:|#)[^'\"]+", page), "only data and places on the page"
    assert page.count("data:image/jpeg;base64,") == 2 * 6
    for text in ("ann", "bob", "broken", "not-an-image", "Not a medical device"):
        assert text in page
    assert (output / "report.pdf").read_bytes().startswith(b"%PDF")


def test_without_matplotlib_there_is_a_report_and_the_pdf_says_how_to_get_it(output, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert run("report", output).exit_code == 0
    assert "'.[pdf]'" in str(run("report", output, "--pdf").exception)


def test_a_folder_that_is_no_output_of_measure_is_refused(tmp_path):
    done = run("report", tmp_path)
    assert done.exit_code != 0
    assert "give the output folder of venule measure" in str(done.exception)


def test_a_report_of_tables_says_which_layout_it_needs(phantoms, tmp_path):
    assert run("measure", phantoms / "images" / "ann.png", "-o", tmp_path, "--layout", "parquet").exit_code == 0
    assert "--layout mirrored" in str(run("report", tmp_path).exception)


def test_the_graph_can_be_written_for_other_programs(tmp_path):
    graph = measure(drawn_map(make_phantom(3, size=560))).graph
    nx.write_graphml(graph.to_networkx(), tmp_path / "vessels.graphml")
    read = nx.read_graphml(tmp_path / "vessels.graphml")
    assert read.number_of_nodes() == len(graph.nodes)
    assert sum(data["length"] for *_, data in read.edges(data=True)) == pytest.approx(graph.length, rel=1e-6)


BROWSER = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
COUNT = """<script>addEventListener("load", () => {
  const shown = [...document.images].filter((image) => image.getAttribute("src"));
  document.body.dataset.broken = shown.filter((image) => !image.naturalWidth).length;
  document.querySelector("#overview thead th:nth-child(3) button").click();
  document.body.dataset.sorted = document.querySelector("#overview thead th:nth-child(3)").getAttribute("aria-sort");
});</script>"""


@pytest.mark.skipif(BROWSER is None, reason="needs a Chromium or Chrome browser")
def test_a_browser_shows_every_picture_of_the_report_and_sorts_without_an_error(output, tmp_path):
    if not (output / "report.html").exists():
        run("report", output)
    page = (output / "report.html").read_text().replace('loading="lazy"', "")
    (tmp_path / "page.html").write_text(page.replace("</body>", COUNT + "</body>"))
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=9000"]
    place = [f"--user-data-dir={tmp_path / 'browser'}", "--dump-dom", f"file://{tmp_path / 'page.html'}"]
    shown = subprocess.run([BROWSER, *options, *place], capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in shown.stderr
    assert 'data-broken="0"' in shown.stdout
    assert 'data-sorted="ascending"' in shown.stdout
