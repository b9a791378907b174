"""What a person corrects counts from then on, and only that; what is taken back is as it was."""

import csv
import json

import cv2
import numpy as np
import pytest

import venule
from venule.datasets.phantoms import make_phantom
from venule.errors import MaskError
from venule.workflows import SegmentPhotograph
from venule.workflows.corrections import Circle, Corrections, Place, apply_corrections, encode_vessel_corrections
from venule.workflows.measure import MeasurePhotograph, measure_files


@pytest.fixture
def photographs(tmp_path):
    (tmp_path / "in").mkdir()
    for number in (1, 2):
        cv2.imwrite(str(tmp_path / "in" / f"eye{number}.png"), make_phantom(number, size=500).image[..., ::-1])
    return tmp_path / "in"


def rows(photographs, output, **options):
    """The rows of results.csv by the name of the photograph, without what names files and times."""
    from venule.batch import Batch

    resume = (output / "manifest.json").exists()
    measure_files([photographs], output, work=MeasurePhotograph(**options), batch=Batch(resume=resume))
    with (output / "results.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["path"]: row for row in csv.DictReader(file)}


def changed(before, after):
    return {name for name in before if before[name] != after[name]}


def test_a_disc_a_fovea_and_a_segment_are_corrected_and_taken_back(photographs, tmp_path):
    output = tmp_path / "out"
    found = rows(photographs, output)
    graph = json.loads((output / "eye1_graph.json").read_text())
    longest = max(graph["segments"], key=lambda segment: len(segment["centreline"]))
    opposite = "vein" if longest["artery_probability"] >= 0.5 else "artery"
    middle = longest["centreline"][len(longest["centreline"]) // 2]
    file = output / "eye1_corrections.json"
    segment = {"kind": opposite, "width": np.mean(longest["calibre"]), "centreline": longest["centreline"]}
    file.write_text(json.dumps({"segments": [segment]}))
    turned = rows(photographs, output)
    assert turned["eye2.png"] == found["eye2.png"]
    assert turned["eye1.png"]["corrected"] == "1 segment"
    moved = changed(found["eye1.png"], turned["eye1.png"]) - {"corrected", "reasons"}
    assert f"vessel_density_{'arteries' if opposite == 'artery' else 'veins'}" in moved
    assert all(any(word in name for word in ("arteries", "veins", "crae", "crve", "avr")) for name in moved)
    coloured = cv2.imread(str(output / "eye1_av.png"))[..., ::-1]
    row, column = (round(value) for value in middle)
    assert coloured[row, column].tolist() == list(
        {"artery": venule.vessel_map.ARTERY, "vein": venule.vessel_map.VEIN}[opposite]
    )

    corrections = Corrections(disc=Circle(row=250, column=130, diameter=60), fovea=Place(row=260, column=290))
    file.write_text(corrections.model_dump_json(exclude_unset=True))
    placed = rows(photographs, output)["eye1.png"]
    assert placed["corrected"] == "disc, fovea"
    assert float(placed["disc_diameter_px"]) == pytest.approx(60, rel=1e-4)
    assert float(placed["disc_fovea_distance_px"]) == pytest.approx(np.hypot(10, 160), rel=1e-4)
    assert placed["disc_confidence"] == placed["fovea_confidence"] == "1.0"

    file.write_text('{"disc": null}')
    assert "disc_diameter: no-disc" in rows(photographs, output)["eye1.png"]["reasons"]
    file.unlink()
    assert rows(photographs, output) == found


def test_vessels_that_a_person_adds_and_removes_are_measured_and_the_others_keep_their_probabilities(
    photographs, tmp_path
):
    output = tmp_path / "out"
    found = rows(photographs, output)
    vessels = cv2.imread(str(output / "eye1_vessels.png"), cv2.IMREAD_GRAYSCALE) > 127
    assert encode_vessel_corrections(vessels, vessels) is None
    drawn = vessels.copy()
    drawn[:, 240:260] = False
    file = output / "eye1_corrections.png"
    file.write_bytes(encode_vessel_corrections(vessels, drawn))
    removed = rows(photographs, output)["eye1.png"]
    assert removed["corrected"] == "vessels"
    assert float(removed["vessel_density"]) < float(found["eye1.png"]["vessel_density"])
    assert float(removed["calibre_p90_px"]) == pytest.approx(float(found["eye1.png"]["calibre_p90_px"]), rel=0.05)
    now = cv2.imread(str(output / "eye1_vessels.png"), cv2.IMREAD_GRAYSCALE) > 127
    np.testing.assert_array_equal(now, drawn)
    file.unlink()
    assert rows(photographs, output) == found


def test_masks_that_change_nothing_change_no_number(photographs, tmp_path):
    found = rows(photographs, tmp_path / "out")
    (tmp_path / "masks").mkdir()
    for number in (1, 2):
        content = (tmp_path / "out" / f"eye{number}_vessels.png").read_bytes()
        (tmp_path / "masks" / f"eye{number}.png").write_bytes(content)
    assert rows(photographs, tmp_path / "again", vessels=tmp_path / "masks") == found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{}", "corrects nothing"),
        ('{"fovae": {"row": 1, "column": 2}}', "fovae"),
        ('{"disc": {"row": 1, "column": 2, "diameter": -3}}', "greater than 0"),
        ("not json", "Invalid JSON"),
    ],
)
def test_a_file_that_is_not_understood_is_named(content, said, tmp_path, phantom_map):
    file = tmp_path / "eye_corrections.json"
    file.write_text(content)
    with pytest.raises(MaskError, match=rf"eye_corrections\.json.*{said}.*delete it"):
        apply_corrections(phantom_map, [file])


def test_a_picture_of_corrections_with_other_levels_is_refused(tmp_path, phantom_map):
    file = tmp_path / "eye_corrections.png"
    cv2.imwrite(str(file), np.full(phantom_map.fov.shape, 3, np.uint8))
    with pytest.raises(MaskError, match="level 3: 255 adds a vessel, 127 removes one"):
        apply_corrections(phantom_map, [file])


@pytest.fixture(scope="module")
def phantom_map():
    phantom = make_phantom(1, size=300)
    return venule.VesselMap.from_mask(phantom.vessels, phantom.photograph)


def test_nothing_is_told_apart_without_the_model(photographs, tmp_path):
    row = rows(photographs, tmp_path / "out", segmentation=SegmentPhotograph(av=None))["eye1.png"]
    assert row["vessel_density_arteries"] == row["crae_px"] == ""
    assert "avr: no-arteries-and-veins" in row["reasons"]
    assert not list((tmp_path / "out").glob("*_av.png"))
