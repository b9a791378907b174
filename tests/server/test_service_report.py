"""The report of the service: maps belong to their photographs, and one photograph that fails does not spoil it."""

import re

import numpy as np
import pytest

from venule.measurement import BY_NAME, REGIONS


@pytest.fixture
def maps(phantom, as_png):
    return {"arteries": as_png(phantom.arteries), "veins": as_png(phantom.veins)}


def cells_of(html, label):
    """What stands beside a label in the tables of a report, a photograph each."""
    return re.findall(f'<th scope="row">{label}</th>\\s*<td[^>]*>([^<]+)</td>', html)


def test_a_map_goes_with_the_photograph_that_it_is_called_after(client, photograph, as_png, phantom, maps):
    mirrored = as_png(np.ascontiguousarray(phantom.image[:, ::-1]))
    avr = client.post("/v1/measure", files={"photograph": photograph, **maps}).json()["avr"]
    files = [
        ("photographs", ("Ann.PNG", photograph)),
        ("photographs", ("bob.png", mirrored)),
        ("arteries", ("ann_arteries.png", maps["arteries"])),
        ("veins", ("ann.png", maps["veins"])),
    ]
    own = client.post("/v1/measure", content=mirrored).json()["avr"]
    assert own != avr
    assert cells_of(client.post("/v1/report", files=files).text, "AVR") == [f"{avr:.3f}", f"{own:.3f}"]


def test_maps_that_fit_no_photograph_are_refused(client, photograph, maps, as_png):
    files = [("photographs", ("ann.png", photograph)), ("veins", ("bob_veins.png", maps["veins"]))]
    answer = client.post("/v1/report", files=files)
    assert (answer.status_code, answer.json()["code"]) == (422, "unmatched-map")
    assert "bob_veins.png" in answer.json()["detail"]
    small = as_png(np.zeros((200, 200), bool))
    html = client.post("/v1/report", files=[files[0], ("veins", ("ann_veins.png", small))]).text
    assert "wrong-size" in html


def test_the_page_has_a_label_for_every_measurement_and_region(client):
    labels = client.get("/page/labels.json").json()
    assert set(labels["measurements"]) == set(BY_NAME)
    assert set(labels["regions"]) == set(REGIONS)
    assert set(labels["main"]) | set(labels["counts"]) <= set(BY_NAME)
