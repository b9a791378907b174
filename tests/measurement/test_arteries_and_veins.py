"""What is known of arteries and veins is measured: kinds of segments, and the equivalents of Knudtson."""

from dataclasses import replace

import numpy as np
import pytest

import venule
from venule.datasets.phantoms import make_phantom
from venule.errors import VenuleError


@pytest.fixture(scope="module")
def phantom():
    return make_phantom(13)


@pytest.fixture(scope="module")
def told(phantom):
    """A vessel map that knows its arteries and veins, as sure as 0.9."""
    drawn = venule.VesselMap.from_mask(phantom.vessels, phantom.photograph)
    artery, vein = (np.where(kind, 0.9, 0.1).astype(np.float32) for kind in (phantom.arteries, phantom.veins))
    return replace(drawn, artery_probability=artery, vein_probability=vein)


def test_arteries_and_veins_of_a_map_are_measured_as_masks_of_them_are(phantom, told):
    plain = venule.VesselMap.from_mask(phantom.vessels, phantom.photograph)
    given = venule.measure(plain, arteries=phantom.arteries, veins=phantom.veins)
    known = venule.measure(told)
    assert known["crae_px"] == pytest.approx(given["crae_px"], rel=1e-6)
    assert known["avr"] == pytest.approx(given["avr"], rel=1e-6)
    assert known["vessel_density"] == given["vessel_density"], "what all vessels measure does not change"
    assert set(given.graph.to_pandas()["vessel_kind"]) == {"artery", "vein", "unsure"}
    others = venule.measure(told, arteries=phantom.veins, veins=phantom.arteries)
    assert known["avr"] < 0.9 < others["avr"], "given masks come before what the map knows"


def test_each_segment_says_what_it_is(phantom, told):
    table = venule.measure(told).graph.to_pandas()
    assert set(table["vessel_kind"]) <= {"artery", "vein", "unsure"}
    rows, columns = table[["row_px", "column_px"]].round().astype(int).to_numpy().T
    on_artery = phantom.arteries[rows, columns] & ~phantom.veins[rows, columns]
    on_vein = phantom.veins[rows, columns] & ~phantom.arteries[rows, columns]
    assert (table["vessel_kind"][on_artery] == "artery").mean() > 0.95
    assert (table["vessel_kind"][on_vein] == "vein").mean() > 0.95


def test_what_is_not_sure_counts_for_neither(told):
    half = np.full(told.vessels.shape, 0.5, np.float32)
    open_map = replace(told, artery_probability=half, vein_probability=half)
    assert not open_map.arteries.any()
    assert not open_map.veins.any()
    measured = venule.measure(open_map)
    assert measured.find("crae_px").reason == "fewer-than-six"
    assert set(measured.graph.to_pandas()["vessel_kind"]) == {"unsure"}


def test_a_map_without_kinds_has_none(phantom):
    plain = venule.VesselMap.from_mask(phantom.vessels, phantom.photograph)
    assert plain.arteries is None
    assert plain.veins is None
    with pytest.raises(VenuleError, match="are not known"):
        plain.of_kind("vein")
    assert set(venule.measure(plain).graph.to_pandas()["vessel_kind"]) == {""}
