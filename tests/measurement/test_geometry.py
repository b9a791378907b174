"""Shapes whose length, width, winding and angles are known exactly, drawn at several sizes, turns and offsets."""

import math

import numpy as np
import pytest
from benchmarks.validation.shapes import SIZE, curve, drawn, graph_of, length_of, ray, straight
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import find_peaks

from venule.measurement.all_measurements import measure
from venule.measurement.eye import Eye
from venule.measurement.junctions import junctions
from venule.measurement.tortuosity import Winding, count_turns, curvature_tortuosity, inflections


@pytest.mark.parametrize("offset", [0, 0.25, 0.5])
@pytest.mark.parametrize("degrees", [0, 10, 45, 71, 90])
@pytest.mark.parametrize("width", [3, 4, 5.3, 9, 16])
def test_a_straight_vessel_has_its_width_and_length(width, degrees, offset):
    graph = graph_of(drawn([straight((200 + offset, 200 + offset), degrees, 300)], width))
    (segment,) = graph.segments
    assert segment.mean_calibre == pytest.approx(width, abs=0.3)
    assert segment.length == pytest.approx(300, rel=0.02)
    assert segment.length / segment.chord == pytest.approx(1, abs=0.01)


def test_a_drawing_in_yes_and_no_keeps_widths_on_average_over_turns_and_offsets():
    errors = [
        graph_of(drawn([straight((200 + offset, 200), degrees, 300)], width, binary=True)).segments[0].mean_calibre
        - width
        for width in (3, 4.4, 7)
        for degrees in (8, 22, 36, 52, 68, 81)
        for offset in (0.1, 0.4)
    ]
    assert abs(np.mean(errors)) < 0.1
    assert np.max(np.abs(errors)) < 0.3


@pytest.mark.parametrize("degrees", [0, 10, 30, 45])
@pytest.mark.parametrize("width", [4, 8])
def test_the_walls_of_a_straight_vessel_are_as_long_as_its_outline(width, degrees):
    """The perimeter is that of the formula of Crofton in four directions: right on average, not in each of them."""
    vessel = drawn([straight((200, 200), degrees, 300)], width)
    outline = 2 * 300 + math.pi * width  # the ends are round
    assert measure(vessel)["vessel_perimeter_px"] == pytest.approx(outline, rel=0.06)


@pytest.mark.parametrize("radius", [20, 60, 150])
@pytest.mark.parametrize("width", [3, 6, 10])
def test_a_circle_is_one_ring_with_its_circumference_and_curvature(radius, width):
    circle = curve(lambda t: (200.4 + radius * np.sin(t), 199.8 + radius * np.cos(t)), 0, 2 * math.pi)
    graph = graph_of(drawn([circle], width))
    (segment,) = graph.segments
    assert [node.kind for node in graph.nodes] == ["ring"]
    assert segment.length == pytest.approx(2 * math.pi * radius, rel=0.02)
    assert segment.mean_calibre == pytest.approx(width, abs=0.3)
    assert curvature_tortuosity(segment.centreline) == pytest.approx(1 / radius, rel=0.08)


@pytest.mark.parametrize("turns", [0.5, 1, 2])
@pytest.mark.parametrize("width", [3, 5, 9])
@pytest.mark.parametrize("height", [12, 30])
def test_tortuosity_of_a_sinusoid_is_its_arc_length_over_its_span(turns, width, height):
    line = curve(lambda t: (200 + height * np.sin(2 * math.pi * turns * t), 40 + 320 * t), 0, 1)
    (segment,) = graph_of(drawn([line], width)).segments
    chord = np.linalg.norm(line[-1] - line[0])
    assert segment.length / segment.chord == pytest.approx(length_of(line) / chord, rel=0.03)
    assert segment.mean_calibre == pytest.approx(width, abs=0.3)
    assert inflections(segment.centreline) == round(2 * turns) - 1


@pytest.mark.parametrize("width", [3, 7])
def test_curvature_of_a_sinusoid_is_that_of_its_formula(width):
    height, turns = 25, 2
    k = 2 * math.pi * turns / 320
    line = curve(lambda t: (200 + height * np.sin(k * 320 * t), 40 + 320 * t), 0, 1)
    x = np.linspace(0, 320, 4000)
    speed = np.sqrt(1 + (height * k * np.cos(k * x)) ** 2)
    bends = np.abs(height * k**2 * np.sin(k * x)) / speed**3
    (segment,) = graph_of(drawn([line], width)).segments
    assert curvature_tortuosity(segment.centreline) == pytest.approx(np.average(bends, weights=speed), rel=0.08)
    squared = Winding(segment.centreline, diameter=270).squared  # curvature is taken at a sigma of 3 pixels there
    assert squared == pytest.approx(np.average(bends**2, weights=speed), rel=0.15)


def test_a_spiral_keeps_its_length_however_it_winds():
    line = curve(lambda t: (200 + (40 + 20 * t) * np.sin(t), 200 + (40 + 20 * t) * np.cos(t)), 0, 2.2 * math.pi)
    (segment,) = graph_of(drawn([line], 6)).segments
    assert segment.length == pytest.approx(length_of(line), rel=0.02)
    assert segment.mean_calibre == pytest.approx(6, abs=0.3)


@pytest.mark.parametrize("tilt", [0, 20, 50])
@pytest.mark.parametrize("angle", [40, 70, 100, 180])
@pytest.mark.parametrize("width", [3, 6, 10])
def test_a_branching_has_its_angle_and_its_calibres(width, angle, tilt):
    arms = [ray(180 + tilt), ray(tilt + angle / 2), ray(tilt - angle / 2)]
    graph = graph_of(drawn(arms, [width, 0.8 * width, 0.8 * width]))
    (junction,) = junctions(graph)
    assert len(graph.segments) == 3
    assert junction.angle == pytest.approx(angle, abs=5)
    assert junction.parent == pytest.approx(width, abs=0.3)
    assert junction.wide == pytest.approx(0.8 * width, abs=0.3)


def test_a_branching_by_murrays_law_has_an_exponent_of_three():
    arms = [ray(180), ray(37), ray(-37)]
    (junction,) = junctions(graph_of(drawn(arms, [12, 12 / 2 ** (1 / 3), 12 / 2 ** (1 / 3)])))
    assert junction.exponent == pytest.approx(3, abs=0.2)
    assert junction.area_ratio == pytest.approx(2 ** (1 / 3), abs=0.03)


@pytest.mark.parametrize("angle", [30, 60, 90])
@pytest.mark.parametrize("width", [3, 6, 10])
def test_two_vessels_that_cross_are_a_crossing_and_no_branching(width, angle):
    graph = graph_of(drawn([straight((200, 200), 10, 300), straight((200, 200), 10 + angle, 300)], width))
    assert [node.kind for node in graph.nodes if node.kind != "end"] == ["crossing"]
    assert len(graph.segments) == 4
    assert graph.length == pytest.approx(600, rel=0.02)


def test_a_bump_on_a_wall_is_no_branch_and_a_speck_no_vessel():
    rough = drawn([straight((200, 200), 0, 300), straight((194, 200), 90, 4), straight((60, 60), 0, 4)], [10, 3, 4])
    graph = graph_of(rough)
    assert len(graph.segments) == 1
    assert len(graph.nodes) == 2


def test_lengths_widths_and_areas_of_a_large_photograph_are_in_its_own_pixels():
    found = drawn([straight((1500, 1500), 20, 2400)], 24, size=3000)
    measured = measure(found)
    assert measured["vessel_length_px"] == pytest.approx(2400, rel=0.02)
    assert measured["calibre_mean_px"] == pytest.approx(24, abs=0.3)
    assert measured["vessel_density"] == pytest.approx(2400 * 24 / 3000**2, rel=0.03)


def test_the_same_eye_at_half_resolution_has_the_same_scale_free_measurements():
    lines = [
        curve(lambda t, row=row: (row + 14 * np.sin(9 * t + row), 40 + 720 * t), 0, 1) for row in (150, 300, 480, 640)
    ]
    whole = measure(drawn(lines, [8, 10, 12, 9], size=800))
    half = measure(drawn([(line + 0.5) / 2 - 0.5 for line in lines], [4, 5, 6, 4.5], size=400))
    for name, within in (("vessel_density", 0.02), ("tortuosity_distance", 0.01), ("box_dimension", 0.05)):
        assert half[name] == pytest.approx(whole[name], rel=within), name
    assert 2 * half["calibre_mean_px"] == pytest.approx(whole["calibre_mean_px"], abs=0.3)
    assert half["tortuosity_inflection"] == pytest.approx(whole["tortuosity_inflection"], rel=0.05)


def test_the_frame_is_measured_whole():
    assert Eye.of(drawn([straight((200, 200), 0, 100)], 5)).plane.fov.shape == (SIZE, SIZE)


@given(st.lists(st.floats(-3, 3), min_size=1, max_size=60, unique=True), st.floats(0.05, 1))
def test_turns_of_a_curve_are_its_prominent_peaks_and_troughs(values, least):
    curve = np.array(values)
    expected = sum(len(find_peaks(sign * curve, prominence=least)[0]) for sign in (1, -1))
    assert count_turns(curve, least=least) == expected
