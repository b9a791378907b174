"""A photograph is measured and scored with its own map, or not at all."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from typer.testing import CliRunner

from venule import make_phantom
from venule.cli.main import app
from venule.errors import MaskError
from venule.workflows.given_maps import find_map, shared_maps

ENDINGS = (("", "_vessels"),)


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def touch(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def found(folder: Path, photograph: str, name: str = "") -> str:
    return find_map(folder, photograph, name=name, endings=ENDINGS).relative_to(folder).as_posix()


def save(path: Path, pixels: np.ndarray) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype(np.uint8) * 255 if pixels.dtype == bool else pixels).save(path)


@pytest.fixture(scope="module")
def eyes():
    return [make_phantom(seed, size=400) for seed in (3, 4)]


def test_two_patients_of_one_file_name_are_not_measured_with_one_map(eyes, tmp_path):
    for site, eye in zip(("site-a", "site-b"), eyes, strict=True):
        save(tmp_path / "photographs" / site / "0001.png", eye.image)
    save(tmp_path / "maps" / "0001.png", eyes[0].vessels)
    assert (
        run("measure", tmp_path / "photographs", "-o", tmp_path / "out", "--vessels", tmp_path / "maps").exit_code == 1
    )
    table = pd.read_csv(tmp_path / "out" / "results.csv")
    assert table.reason.tolist() == ["ambiguous-map", "ambiguous-map"]
    for message in table.message:  # it names both
        assert "site-a/0001.png" in message
        assert "site-b/0001.png" in message


def test_a_list_with_ids_is_measured_with_the_maps_of_these_ids(eyes, tmp_path):
    """Two readers drew one photograph: the results of `venule segment` carry the ids, too."""
    save(tmp_path / "a.png", eyes[0].image)
    for name, drawn in (("reader-1", eyes[0].vessels), ("reader-2", eyes[0].veins)):
        save(tmp_path / "maps" / f"{name}_vessels.png", drawn)
    for name, drawn in (("reader-1", eyes[0].vessels), ("reader-2", eyes[0].veins)):
        (tmp_path / "list.csv").write_text(f"path,id\na.png,{name}\n")
        out = tmp_path / name
        assert run("measure", tmp_path / "list.csv", "-o", out, "--vessels", tmp_path / "maps").exit_code == 0
        measured = np.asarray(Image.open(out / f"{name}_vessels.png")) > 0
        assert np.mean(measured != drawn) < 0.001


def test_a_corrected_map_is_measured_again_by_resume_and_a_missing_one_once_it_is_there(eyes, tmp_path):
    for name, eye in zip(("a", "b", "c"), (*eyes, eyes[0]), strict=True):
        save(tmp_path / "photographs" / f"{name}.png", eye.image)
        if name != "b":
            save(tmp_path / "maps" / f"{name}.png", eye.veins)
    options = ("measure", tmp_path / "photographs", "-o", tmp_path / "out", "--vessels", tmp_path / "maps")
    run(*options)
    before = pd.read_csv(tmp_path / "out" / "results.csv")
    assert before.reason.fillna("").tolist() == ["", "no-vessel-map", ""]
    save(tmp_path / "maps" / "a.png", eyes[0].vessels)
    save(tmp_path / "maps" / "b.png", eyes[1].vessels)
    done = run(*options, "--resume")
    after = pd.read_csv(tmp_path / "out" / "results.csv")
    assert after.status.tolist() == ["ok", "ok", "ok"]
    assert after.vessel_density[0] > 1.2 * before.vessel_density[0]
    assert after.vessel_density[2] == before.vessel_density[2]
    assert "1 already done" in done.output


def test_one_map_is_not_taken_for_arteries_and_for_veins(eyes, tmp_path):
    save(tmp_path / "a.png", eyes[0].image)
    save(tmp_path / "maps" / "a.png", eyes[0].arteries)
    maps = tmp_path / "maps"
    run("measure", tmp_path / "a.png", "-o", tmp_path / "out", "--arteries", maps, "--veins", maps)
    row = pd.read_csv(tmp_path / "out" / "results.csv").iloc[0]
    assert (row.reason, row.message[-32:]) == ("ambiguous-map", "the map of arteries and of veins")


def test_the_map_beside_its_photograph_counts_before_a_nearer_name(tmp_path):
    touch(tmp_path, "0001.png", "site-a/0001_vessels.png", "study/site-a/0001.png")
    assert found(tmp_path, "/data/study/site-a/0001.jpg") == "study/site-a/0001.png"
    assert found(tmp_path, "/data/other/site-a/0001.jpg") == "site-a/0001_vessels.png"
    assert found(tmp_path, "/data/other/site-b/0001.jpg") == "0001.png"


@pytest.mark.parametrize(
    ("maps", "photograph", "expected"),
    [
        (("a.jpg_vessels.png", "a.png_vessels.png"), "a.png", "a.png_vessels.png"),  # as `venule segment` names them
        (("a.jpg", "a.png"), "a.png", "a.png"),
        (("IMG.png", "img.png"), "img.jpg", "img.png"),
        (("IMG.png",), "img.jpg", "IMG.png"),
        (("a.b_vessels.png", "a.png"), "a.b.jpg", "a.b_vessels.png"),
        (("eye.ppm.gz",), "eye.ppm.gz", "eye.ppm.gz"),
        (("p.1_vessels.png", "p.png"), "a.png", "p.1_vessels.png"),
    ],
)
def test_names_that_differ_by_case_or_ending_alone_get_their_own_maps(tmp_path, maps, photograph, expected):
    name = "p.1" if "p.png" in maps else ""
    assert found(touch(tmp_path, *maps), f"/data/{photograph}", name) == expected


@pytest.mark.parametrize(
    "maps", [("a.png", "a.tif"), ("a.png", "a_vessels.png"), ("a.tif", "a_vessels.png"), ("A.tif", "A.png")]
)
def test_two_maps_of_one_photograph_are_both_named(tmp_path, maps):
    with pytest.raises(MaskError, match="has two maps") as error:
        found(touch(tmp_path, *maps), "/data/a.jpg")
    assert error.value.reason == "ambiguous-map"
    assert all(name in str(error.value) for name in maps)


def test_a_map_by_its_id_and_another_by_its_path_are_both_named(tmp_path):
    with pytest.raises(MaskError, match=r"has two maps, .*b\.png and .*a\.png"):
        found(touch(tmp_path, "a.png", "b.png"), "/data/a.png", "b")


@pytest.mark.parametrize("other", ["a_manual1.png", "a_mask.png", "a_probability.png", "a.txt", "ab.png", ".a.png"])
def test_other_files_are_no_maps(tmp_path, other):
    with pytest.raises(MaskError, match=r"no map for a\.jpg: name it a\.png or a_vessels\.png"):
        found(touch(tmp_path, other), "/data/a.jpg")


def test_a_photograph_is_not_its_own_map(tmp_path):
    touch(tmp_path, "a.png", "a_vessels.png")
    assert found(tmp_path, str(tmp_path / "a.png")) == "a_vessels.png"


@pytest.mark.parametrize(
    "photographs", [("/d/a.jpg", "/d/a.png"), ("/d/A.jpg", "/d/a.jpg"), ("/d/x/a.jpg", "/d/y/a.jpg")]
)
def test_a_map_that_would_be_that_of_two_photographs_is_refused_for_both(tmp_path, photographs):
    touch(tmp_path, "a_vessels.png")
    shared = shared_maps(tmp_path, ((path, "") for path in photographs), endings=ENDINGS)
    assert shared == {photographs[0]: photographs[1], photographs[1]: photographs[0]}
    with pytest.raises(MaskError, match=f"the map of {photographs[0]} and of {photographs[1]}"):
        find_map(tmp_path, photographs[0], endings=ENDINGS, shared=shared)
