"""Whole eyes of exactly known geometry: every measurement that `measure` gives against its value by pencil."""

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from benchmarks.validation.shapes import curve, drawn, graph_of, ray, straight

from venule.measurement.all_measurements import measure, measure_eye
from venule.measurement.eye import Eye
from venule.measurement.landmark_measurements import knudtson
from venule.measurement.plane import Plane
from venule.vessel_map import Disc, Fovea, Landmarks

SIZE = 800
DISC = Disc((400.0, 250.0), 100.0, 1.0)
FOVEA = Fovea((400.0, 500.0), 1.0)
WIDTHS = (4, 5, 6, 7, 8, 9, 10, 11, 12, 13)


def spokes(widths_at):
    """Straight vessels that leave the disc at some degrees below the temporal direction."""
    lines = [
        ray(degrees, start=(400 + 60 * math.sin(math.radians(degrees)), 250 + 60 * math.cos(math.radians(degrees))))
        for degrees in widths_at
    ]
    return drawn(lines, list(widths_at.values()), size=SIZE)


def told(arteries, veins):
    """An eye with such spokes, and with what they are."""
    both = spokes({**arteries, **veins})
    found = replace(both, landmarks=Landmarks(DISC, FOVEA))
    return Eye.of(found.with_kinds(spokes(arteries).vessels, spokes(veins).vessels if veins else ~both.fov))


def known(eye):
    return {(one.name, one.region): one.value if one.value is not None else one.reason for one in measure_eye(eye)}


@pytest.fixture(scope="module")
def wheel():
    arteries = {40: 5, -40: 5, 95: 6, -95: 6, 150: 7, -150: 8}
    veins = {62: 11, -68: 10, 120: 7, -120: 7, 170: 6, -172: 9}
    return known(told(arteries, veins)), list(arteries.values()), list(veins.values())


def test_a_wheel_of_twelve_vessels_about_the_disc(wheel):
    values, _, _ = wheel
    assert values["vessels_at_disc", ""] == 12
    assert values["segments", ""] == 12
    assert values["disc_diameter", ""] == 100
    assert values["disc_fovea_distance", ""] == 250
    assert values["arcade_angle", ""] == pytest.approx(62 + 68, abs=1)


def test_equivalents_of_six_arteries_and_six_veins_of_known_width(wheel):
    values, arteries, veins = wheel
    crae, crve = knudtson(arteries, coefficient=0.88), knudtson(veins, coefficient=0.95)
    assert values["crae", ""] == pytest.approx(crae, rel=0.02)
    assert values["crve", ""] == pytest.approx(crve, rel=0.02)
    assert values["avr", ""] == pytest.approx(crae / crve, rel=0.02)


def test_five_arteries_have_no_equivalent():
    widths = {40: 5, -40: 5, 95: 6, -95: 6, 150: 7}
    assert known(told(widths, {}))["crae", ""] == "fewer-than-six"
    untold = Eye(Plane.of(spokes(widths)), graph_of(spokes(widths)), DISC, FOVEA)
    assert known(untold)["crve", ""] == known(untold)["segments", "veins"] == "no-arteries-and-veins"


def test_arteries_and_veins_are_measured_alone(wheel):
    values, arteries, veins = wheel
    for kind, widths in (("arteries", arteries), ("veins", veins)):
        assert values["segments", kind] == values["vessels_at_disc", kind] == 6
        assert values["calibre_mean", kind] == pytest.approx(np.mean(widths), abs=0.3)
        assert values["calibre_mean", f"{kind}_zone_b"] == pytest.approx(np.mean(widths), abs=0.3)
    for name in ("vessel_length", "vessel_density", "segments"):
        assert values[name, "arteries"] + values[name, "veins"] == pytest.approx(values[name, ""])
    assert values["arcade_angle", "arteries"] == pytest.approx(95 + 95, abs=1)
    assert values["arcade_angle", "veins"] == pytest.approx(62 + 68, abs=1)


def test_an_artery_that_veins_cross_is_one_segment():
    across = [straight((200.0 + 100 * place, 400.0), 0, 300) for place in range(3)]
    along = straight((300.0, 400.0), 90, 500)
    both, artery, veins = (drawn(lines, [8] * len(lines), size=SIZE) for lines in ([along, *across], [along], across))
    graph = Eye.of(both.with_kinds(artery.vessels, veins.vessels)).graph
    assert sorted(node.kind for node in graph.nodes) == ["crossing"] * 3 + ["end"] * 8
    kinds = [segment.kind for segment in graph.segments]
    assert kinds.count("artery") == 4
    assert kinds.count("vein") == 6
    alone = graph.part([kind == "artery" for kind in kinds])
    (segment,) = alone.segments
    assert segment.length == pytest.approx(500, abs=6)
    assert {node.kind for node in alone.nodes} == {"end"}
    assert len(graph.part([kind == "vein" for kind in kinds]).segments) == 3
    ring = drawn(
        [
            curve(lambda t: (400 + 90 * np.sin(t), 400 + 90 * np.cos(t)), 0, 2 * math.pi),
            straight((400.0, 400.0), 0, 300),
        ],
        [6, 6],
        size=SIZE,
    )
    pieces = graph_of(ring)
    bent = [segment.length > 1.2 * segment.chord for segment in pieces.segments]
    assert sum(bent) == 2
    (closed,) = pieces.part(bent).segments
    assert closed.start == closed.end
    assert closed.length == pytest.approx(2 * math.pi * 90, rel=0.02)
    assert pieces.part(bent).nodes[0].kind == "ring"


def test_regions_hold_the_vessels_that_run_in_them():
    """One spoke below and temporal of the disc: 90 of its 150 pixels in zone C, 50 in zone B."""
    one = spokes({45: 8})
    values = known(Eye(Plane.of(one), graph_of(one), DISC, FOVEA))
    area = math.pi * 100**2 * (1.5**2 - 1)
    assert values["length_density", "zone_b"] * area == pytest.approx(50, abs=1.5)
    assert values["calibre_mean", "zone_b"] == pytest.approx(8, abs=0.3)
    assert values["calibre_mean", "inferior"] == pytest.approx(8, abs=0.3)
    assert values["calibre_mean", "temporal"] == pytest.approx(8, abs=0.3)
    assert values["vessel_density", "superior"] == values["vessel_density", "nasal"] == 0
    assert values["calibre_mean", "superior"] == "no-vessels"


def test_a_ring_about_the_fovea_bounds_the_avascular_area():
    ring = drawn([curve(lambda t: (400 + 90 * np.sin(t), 500 + 90 * np.cos(t)), 0, 2 * math.pi)], 8, size=SIZE)
    values = known(Eye(Plane.of(ring), graph_of(ring), DISC, FOVEA))
    assert values["avascular_radius", ""] == pytest.approx(86, abs=0.7)
    assert values["avascular_area", ""] == pytest.approx(math.pi * 86**2, rel=0.02)


@pytest.fixture(scope="module")
def ladder():
    """Ten parallel vessels from edge to edge, 80 pixels apart, each of another width."""
    lines = [straight((399.5, 39.7 + 80 * place), 90, 900) for place in range(10)]
    return measure(drawn(lines, WIDTHS, size=SIZE))


def test_parallel_vessels_have_their_lengths_and_areas(ladder):
    assert ladder["segments"] == 10
    assert ladder["ends"] == 20
    assert ladder["branchings"] == ladder["crossings"] == 0
    assert ladder["vessel_length_px"] == pytest.approx(10 * 800, rel=0.02)
    assert ladder["length_density_per_px"] == pytest.approx(1 / 80, rel=0.02)
    assert ladder["vessel_density"] == pytest.approx(sum(WIDTHS) / 800, rel=0.03)
    assert ladder["vessel_perimeter_px"] == pytest.approx(20 * 800, rel=0.05)


def test_parallel_vessels_have_their_calibres(ladder):
    assert ladder["calibre_mean_px"] == pytest.approx(np.mean(WIDTHS), abs=0.1)
    assert ladder["calibre_sd_px"] == pytest.approx(np.std(WIDTHS), abs=0.1)
    assert 8 - 0.3 < ladder["calibre_median_px"] < 9 + 0.3
    for tenth in (1, 2, 3, 4, 6, 7, 8, 9):
        low, high = WIDTHS[tenth - 1], WIDTHS[min(tenth, 9)]
        assert low - 0.3 < ladder[f"calibre_p{tenth}0_px"] < high + 0.3, tenth


def test_parallel_vessels_have_known_gaps(ladder):
    """Between walls g apart the mean distance to the nearest is g / 4, the largest g / 2; at an edge g / 2 and g."""
    gaps = [80 - (a + b) / 2 for a, b in pairwise(WIDTHS)]
    edges = [40 - WIDTHS[0] / 2, 40 - WIDTHS[-1] / 2]
    mean = (sum(g * g / 4 for g in gaps) + sum(e * e / 2 for e in edges)) / (sum(gaps) + sum(edges))
    assert ladder["sparsity_mean_px"] == pytest.approx(mean, abs=0.6)
    assert ladder["sparsity_largest_px"] == pytest.approx(max(max(gaps) / 2, *edges), abs=1)


def test_vessels_that_are_straight_wind_not_at_all(ladder):
    assert ladder["tortuosity_distance"] == pytest.approx(1, abs=0.003)
    assert ladder["tortuosity_distance_median"] == pytest.approx(1, abs=0.003)
    assert ladder["tortuosity_inflection"] == pytest.approx(1, abs=0.003)
    assert ladder["tortuosity_curvature"] < 0.05 * SIZE / 100  # a twentieth of an arc of 100 pixels


def test_a_grid_crosses_as_often_as_its_lines():
    across = [straight((160 + 160 * place, 400), 0, 700) for place in range(3)]
    down = [straight((400, 160 + 160 * place), 90, 700) for place in range(4)]
    found = measure(drawn([*across, *down], 6, size=SIZE))
    assert found["crossings"] == 12
    assert found["branchings"] == 0
    assert found["ends"] == 14


@pytest.mark.parametrize("radius", [80, 150, 250])
def test_arcs_have_the_tortuosity_and_the_curvature_of_their_radius(radius):
    half = curve(lambda t: (400 + radius * np.sin(t), 400 + radius * np.cos(t)), 0, math.pi)
    found = measure(drawn([half], 7, size=SIZE))
    assert found["tortuosity_distance"] == pytest.approx(math.pi / 2, rel=0.03)
    assert found["tortuosity_distance_median"] == pytest.approx(math.pi / 2, rel=0.03)
    assert found["tortuosity_inflection"] == pytest.approx(math.pi / 2, rel=0.03)
    assert found["tortuosity_curvature"] == pytest.approx(SIZE / radius, rel=0.06)
    assert found["tortuosity_squared_curvature"] == pytest.approx((SIZE / radius) ** 2, rel=0.12)


def test_a_branching_has_its_angle_ratios_and_exponent():
    """A parent of 12, branches of 10 and 8 by a cube law in between, 70 degrees apart."""
    parent, wide = 12.0, 10.0
    narrow = (parent**3 - wide**3) ** (1 / 3)
    lines = [ray(180, length=250, start=(400, 400)), *(ray(d, length=250, start=(400, 400)) for d in (25, -45))]
    found = measure(drawn(lines, [parent, wide, narrow], size=SIZE))
    assert found["branchings"] == 1
    assert found["branching_angle_deg"] == pytest.approx(70, abs=5)
    assert found["junction_exponent"] == pytest.approx(3, abs=0.3)
    assert found["branch_asymmetry"] == pytest.approx(narrow / wide, rel=0.05)
    assert found["branch_area_ratio"] == pytest.approx((wide**2 + narrow**2) / parent**2, rel=0.06)
