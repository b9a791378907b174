"""Disc, fovea and what is measured about them, on phantoms, whose anatomy is known."""

import math

import numpy as np
import pytest
from benchmarks.validation.phantoms import compare_phantom
from benchmarks.validation.truth import drawn_map, exact_eye

from venule.datasets.phantoms import make_phantom
from venule.errors import MeasurementError
from venule.measurement import Scale, measure
from venule.measurement.eye import Eye
from venule.measurement.landmark_measurements import disc_fovea_distance
from venule.measurement.regions import Area, Section, regions
from venule.segmentation import segment

SEEDS = (11, 12, 13, 14, 15, 16)


@pytest.fixture(scope="module")
def eyes():
    phantoms = [make_phantom(seed) for seed in SEEDS]
    return [(p, measure(drawn_map(p), arteries=p.arteries, veins=p.veins)) for p in phantoms]


def test_the_disc_is_where_the_vessels_come_from(eyes):
    for phantom, measured in eyes:
        assert math.dist(measured.landmarks.disc.centre, phantom.disc_centre) < 0.25 * phantom.disc_diameter
        assert measured.landmarks.disc.diameter == pytest.approx(phantom.disc_diameter, rel=0.25)
        assert measured.landmarks.disc.confidence > 0.3


def test_the_fovea_is_where_no_vessel_goes(eyes):
    away = [
        math.dist(measured.landmarks.fovea.centre, phantom.fovea) / phantom.disc_diameter for phantom, measured in eyes
    ]
    assert np.median(away) < 0.3
    assert max(away) < 1


def test_arteries_are_narrower_than_veins_by_what_the_phantom_was_grown_with(eyes):
    found = [value for _, measured in eyes for value in measured.measurements if value.name == "avr"]
    assert {value.reason for value in found} <= {"", "fewer-than-six"}
    ratios = [value.value for value in found if value.value is not None]
    assert len(ratios) >= 3
    assert np.median(ratios) == pytest.approx(0.75 * 0.88 / 0.95, abs=0.1)


def test_without_arteries_and_veins_there_is_no_avr_and_the_reason_is_given(eyes):
    phantom, _ = eyes[0]
    reasons = {value.name: value.reason for value in measure(drawn_map(phantom)).measurements}
    assert reasons["crae"] == reasons["crve"] == reasons["avr"] == "no-arteries-and-veins"


def test_the_exact_graph_of_a_phantom_is_its_tree():
    phantom = make_phantom(21)
    eye = exact_eye(phantom)
    drawn_length = sum(float(np.linalg.norm(np.diff(s.centreline, axis=0), axis=1).sum()) for s in phantom.segments)
    assert eye.graph.length == pytest.approx(drawn_length, rel=0.002)
    parents = [s.parent for s in phantom.segments if s.parent >= 0]
    split = {parent for parent in parents if parents.count(parent) >= 2}
    assert sum(node.branchings for node in eye.graph.nodes) == len(split)
    roots = sum(s.parent < 0 for s in phantom.segments)
    leaves = len(phantom.segments) - len(set(parents))
    assert sum(node.kind == "end" for node in eye.graph.nodes) == roots + leaves


def test_length_and_calibre_of_a_drawn_phantom_are_those_it_was_drawn_with():
    errors = {
        one.value.name: one.error
        for one in compare_phantom(31)
        if one.kind == "drawn" and not one.value.region and one.error is not None
    }
    for name, within in {"vessel_length": 0.03, "calibre_median": 0.1, "box_dimension": 0.02, "crve": 0.05}.items():
        assert abs(errors[name]) < within, name


def test_on_real_photographs_the_disc_is_found_at_its_size_where_the_field_is_known(data):
    """CHASE_DB1 spans 30 degrees, with the disc near the middle: its cup is brighter, and must not be taken for it."""
    for name in ("01L", "07L", "10L", "12L"):
        found = segment(data / "CHASE_DB1" / f"Image_{name}.jpg", field_degrees=30, av=None)
        measured = measure(found, scale=Scale(field_degrees=30))
        assert 0.18 < measured.landmarks.disc.diameter / found.fov_diameter < 0.24, name
        middle = np.array(found.fov.shape) / 2
        assert math.dist(measured.landmarks.disc.centre, middle) < 0.2 * found.fov_diameter, name
        assert measured.row()["disc_diameter_deg"] == pytest.approx(6.2, abs=1)


def test_on_real_photographs_the_fovea_is_not_looked_for_in_the_wrong_eye(data):
    """In CHASE_DB1 the disc is in the middle, and the fovea of a left eye to its right, at the edge or beyond."""
    told = 0
    for name in ("11L", "11R", "12L", "12R", "13L", "13R", "14L", "14R"):
        eye = Eye.of(segment(data / "CHASE_DB1" / f"Image_{name}.jpg", field_degrees=30, av=None))
        if isinstance(eye.fovea, MeasurementError):
            assert eye.fovea.reason == "fovea-not-sure"
            continue
        told += 1
        assert (eye.fovea.centre[1] > eye.disc.centre[1]) == name.endswith("L"), name
        if eye.fovea.at_edge:
            parts = regions(eye)
            assert parts["temporal"].any()
            assert parts["etdrs_centre"].reason == "fovea-not-seen"
            with pytest.raises(MeasurementError, match="beyond the edge"):
                disc_fovea_distance(Section(eye, Area.of(eye.plane.fov)))
    assert told >= 6
