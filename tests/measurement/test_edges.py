"""Vessel maps that have little or nothing to measure: numbers or reasons, never NaN, never a crash."""

import math
from dataclasses import replace

import numpy as np
import pytest
from benchmarks.validation.shapes import drawn, straight, vessel_map

from venule.errors import MaskError, MeasurementError
from venule.measurement import MEASUREMENTS, REGIONS, Scale, measure, table_columns
from venule.measurement.landmark_measurements import knudtson


def disc(size, radius):
    rows, columns = np.ogrid[:size, :size]
    return np.hypot(rows - size / 2, columns - size / 2) < radius


def holes():
    punched = disc(300, 140)
    punched[::25, ::25] = False
    return punched


MAPS = {
    "empty": vessel_map(np.zeros((300, 300)), fov=disc(300, 145)),
    "full": vessel_map(np.ones((300, 300)), fov=disc(300, 145)),
    "one vessel": drawn([straight((150, 150), 30, 200)], 5, size=300),
    "one pixel": vessel_map(np.eye(300) * (np.arange(300) == 150)),
    "lone pixels": vessel_map(np.pad(np.ones((1, 1)), 9)[np.arange(300) % 19][:, np.arange(300) % 19]),
    "full, by a model that is sure": replace(vessel_map(np.ones((300, 300)), threshold=1.0), model="general"),
    "holes": vessel_map(holes(), fov=disc(300, 145)),
    "a field of view of three pixels": vessel_map(
        np.ones((80, 80)), fov=np.pad(np.ones((1, 3), bool), ((40, 39), (38, 39)))
    ),
    "noise": vessel_map(np.random.default_rng(0).random((200, 200)) > 0.5),
    "a vessel along the frame": drawn([straight((0, 150), 0, 290)], 6, size=300),
}


@pytest.mark.parametrize("name", MAPS)
def test_every_measurement_is_a_number_or_has_a_reason(name):
    measured = measure(MAPS[name])
    assert {value.name for value in measured.measurements} == {definition.name for definition in MEASUREMENTS}
    for value in measured.measurements:
        if value.value is None:
            assert value.reason, value.name
            assert value.lower is None
        else:
            assert not value.reason, value.name
            assert math.isfinite(value.value), value.name
            assert value.value >= 0, value.name


def test_an_empty_map_has_no_vessels_and_says_so():
    measured = measure(MAPS["empty"])
    assert measured["vessel_density"] == 0
    assert measured["vessel_length_px"] == 0
    assert measured["ends"] == 0
    reasons = {value.name: value.reason for value in measured.measurements if not value.region}
    assert reasons["calibre_mean"] == reasons["box_dimension"] == reasons["sparsity_mean"] == "no-vessels"
    assert reasons["disc_diameter"] == "no-disc"
    assert reasons["avr"] == "no-arteries-and-veins"
    with pytest.raises(KeyError, match="no value here: no-vessels"):
        measured["calibre_mean_px"]


def test_a_field_of_view_without_a_pixel_is_refused():
    nothing = vessel_map(np.zeros((100, 100)), fov=np.zeros((100, 100), bool))
    with pytest.raises(MeasurementError, match="empty: there is nothing to measure in"):
        measure(nothing)


def test_arteries_of_another_size_are_refused():
    with pytest.raises(MaskError, match="arteries is 10x10, its photograph 300x300"):
        measure(MAPS["one vessel"], arteries=np.zeros((10, 10), bool))


def test_a_row_has_the_columns_of_the_table_each_once():
    columns = table_columns(("um",))
    assert len(columns) == len(set(columns))
    assert set(measure(MAPS["one vessel"], scale=Scale(um_per_pixel=30)).row()) == set(columns)
    assert len([column for column in columns if column.startswith("calibre_mean")]) == 6 * (1 + len(REGIONS))


def test_lengths_are_in_micrometres_and_degrees_only_where_the_scale_is_known():
    found = MAPS["one vessel"]
    pixels = measure(found)["vessel_length_px"]
    assert measure(found).units == {}
    assert measure(found, scale=Scale(um_per_pixel=30))["vessel_length_um"] == pytest.approx(30 * pixels, rel=1e-5)
    assert measure(found, scale=Scale(field_degrees=45)).row()["vessel_length_deg"] == pytest.approx(
        pixels * 45 / 300, rel=1e-5
    )
    with pytest.raises(MeasurementError, match="give one scale, not um_per_pixel and field_degrees"):
        Scale(um_per_pixel=6, field_degrees=45)
    with pytest.raises(MeasurementError, match="must be a positive number; got -1"):
        Scale(disc_um=-1)
    with pytest.raises(MeasurementError, match="450 degrees is not the field of a camera"):
        Scale(field_degrees=450)


def test_knudtsons_worked_example():
    """Six equal vessels of width w: three of c sqrt(2) w, then one of c^2 2 w beside one that waits, then all."""
    w, c = 10.0, 0.88
    first = c * math.sqrt(2) * w
    second = c * math.hypot(first, first)
    assert knudtson([w] * 6, coefficient=c) == pytest.approx(c * math.hypot(second, first))
    assert knudtson([*[w] * 6, 3.0, 2.0], coefficient=c) == knudtson([w] * 6, coefficient=c)
    with pytest.raises(MeasurementError, match="need six vessels; 5 were found"):
        knudtson([w] * 5, coefficient=c)
