"""Vessel maps that no model made, and maps at another threshold."""

import numpy as np
import pytest

import venule
from venule.datasets.phantoms import make_phantom
from venule.errors import MaskError, VenuleError

PHANTOM = make_phantom(8, size=400)


def test_a_drawing_becomes_a_map_that_can_be_measured():
    drawn = venule.VesselMap.from_mask(PHANTOM.vessels | ~PHANTOM.fov.mask, PHANTOM.photograph)
    assert np.array_equal(drawn.vessels, PHANTOM.vessels)
    assert drawn.fov_diameter == PHANTOM.fov.diameter
    assert drawn.model == ""
    assert venule.measure(drawn)["vessel_density"] > 0


@pytest.mark.parametrize(
    ("drawing", "said"),
    [
        (PHANTOM.vessels[1:], "the mask is 400x399, its photograph 400x400"),
        (~PHANTOM.vessels, "the mask is inverted"),
        (PHANTOM.image, "the mask is no mask: its .* values are"),
    ],
    ids=["other size", "inverted", "photograph"],
)
def test_a_drawing_that_does_not_fit_its_photograph_is_refused(drawing, said):
    with pytest.raises(MaskError, match=said):
        venule.VesselMap.from_mask(drawing, PHANTOM.photograph)


def test_a_mask_alone_is_measured_as_that_of_its_field_of_view():
    drawn = venule.VesselMap.from_mask(PHANTOM.vessels, fov=PHANTOM.fov)
    measured = venule.measure(PHANTOM.vessels.astype(np.uint8), fov=PHANTOM.fov.mask.astype(np.uint8) * 255)
    assert measured["vessel_density"] == venule.measure(drawn)["vessel_density"]
    whole = venule.measure(PHANTOM.vessels)
    assert whole["vessel_density"] < measured["vessel_density"]
    assert venule.VesselMap.from_mask(PHANTOM.vessels).fov_diameter == 400


def test_another_threshold_gives_what_segmenting_with_it_gives():
    found = venule.segment(PHANTOM.image)
    for threshold in (0.05, 0.5, 0.95):
        other, again = found.at_threshold(threshold), venule.segment(PHANTOM.image, threshold=threshold)
        assert np.array_equal(other.vessels, again.vessels)
        assert other.threshold == again.threshold
    assert np.array_equal(found.at_threshold(found.threshold).vessels, found.vessels)


@pytest.mark.parametrize("threshold", [0, 1, -0.1, float("nan")])
def test_a_threshold_that_is_no_probability_is_refused(threshold):
    with pytest.raises(VenuleError, match="is not between 0 and 1"):
        venule.segment(PHANTOM.image).at_threshold(threshold)


def test_a_measurement_is_found_with_its_interval_or_its_reason():
    measured = venule.measure(venule.segment(PHANTOM.image, av=None))
    density = measured.find("vessel_density_zone_b")
    assert density.value == measured["vessel_density_zone_b"]
    assert density.lower < density.value < density.upper
    assert measured.find("crae_px").reason == "no-arteries-and-veins"
    with pytest.raises(KeyError, match="no measurement 'calibre_median': did you mean 'calibre_median_px'"):
        measured.find("calibre_median")
    with pytest.raises(KeyError, match="crae_px has no value here: no-arteries-and-veins"):
        measured["crae_px"]
    with pytest.raises(KeyError, match="calibre_median_um needs a scale"):
        measured["calibre_median_um"]


def test_measurements_have_the_names_and_numbers_of_the_columns_of_results():
    measured = venule.measure(venule.segment(PHANTOM.image, av=None), scale=venule.Scale(um_per_pixel=19))
    row = measured.row()
    assert measured["calibre_p90_um"] == pytest.approx(19 * measured["calibre_p90_px"])
    assert {name: pytest.approx(value, rel=1e-5) for name, value in measured.items()} == {
        name: row[name] for name in measured
    }
    numbers = {name for name, value in row.items() if value is not None} - {"reasons"}
    assert {name for name in numbers if not name.endswith(("_lower", "_upper", "_confidence"))} == set(measured)
    table = measured.to_pandas().set_index("column")
    assert table.loc["calibre_p90_um", ["unit", "value"]].tolist() == ["um", measured["calibre_p90_um"]]
    assert table.loc["crae_px", "reason"] == "no-arteries-and-veins"
    assert dict(table.value.dropna()) == dict(measured)
