"""The report of the service: maps go with their photographs, and what was just looked at is not measured again."""

import asyncio
import re
import time

import numpy as np
import pytest

from venule.server.seen import Seen
from venule.workflows.analyse import Result


@pytest.fixture
def maps(phantom, as_png):
    return {"arteries": as_png(phantom.arteries), "veins": as_png(phantom.veins)}


def without_date(html):
    return re.sub(r"\d{4}-\d\d-\d\d", "", html)


def cells_of(html, label):
    """What stands beside a label in the tables of a report, a photograph each."""
    return re.findall(f"<th scope='row'>{label}</th><td[^>]*>([^<]+)</td>", html)


def test_a_map_goes_with_the_photograph_that_it_is_called_after(client, photograph, as_png, phantom, maps):
    mirrored = as_png(np.ascontiguousarray(phantom.image[:, ::-1]))
    avr = client.post("/v1/measure", files={"photograph": photograph, **maps}).json()["avr"]
    files = [
        ("photographs", ("Ann.PNG", photograph)),
        ("photographs", ("bob.png", mirrored)),
        ("arteries", ("ann_arteries.png", maps["arteries"])),
        ("veins", ("ann.png", maps["veins"])),
    ]
    assert cells_of(client.post("/v1/report", files=files).text, "AVR") == [
        f"{avr:.3f}",
        "arteries and veins not given",
    ]


def test_maps_that_fit_no_photograph_are_refused(client, photograph, maps, as_png):
    files = [("photographs", ("ann.png", photograph)), ("veins", ("bob_veins.png", maps["veins"]))]
    answer = client.post("/v1/report", files=files)
    assert (answer.status_code, answer.json()["code"]) == (422, "unmatched-map")
    assert "bob_veins.png" in answer.json()["detail"]
    small = as_png(np.zeros((200, 200), bool))
    html = client.post("/v1/report", files=[files[0], ("veins", ("ann_veins.png", small))]).text
    assert "wrong-size" in html


def test_the_report_of_what_was_looked_at_is_the_same_and_comes_sooner(client, phantom, as_png, maps):
    image = phantom.image.copy()
    image[0, 0] = 1  # a photograph that no other test has sent
    content = as_png(image)
    files = [("photographs", ("ann.png", content)), *((kind, (f"ann_{kind}.png", one)) for kind, one in maps.items())]

    def report(**query):
        began = time.perf_counter()
        html = client.post("/v1/report", files=files, params=query).text
        return without_date(html), time.perf_counter() - began

    fresh, seconds = report()
    client.post("/v1/look", files={"photograph": ("ann.png", content), **maps})
    again, less = report()
    assert again == fresh
    assert less < seconds
    assert report(threshold=0.9)[0] != fresh  # other settings, other numbers
    other = [files[0]]
    assert without_date(client.post("/v1/report", files=other).text) != fresh  # and so without its maps


def test_what_was_seen_is_forgotten_when_it_is_old_or_too_much():
    async def scenario():
        seen = Seen(2000, 0.3)
        for name in "abc":
            seen.add(name, Result({}, bytes(900), b""))
            if name == "b":
                assert seen.get("a")  # is asked for, and therefore stays
        assert [bool(seen.get(name)) for name in "abc"] == [True, False, True]
        assert seen.bytes == 1800
        seen.add("large", Result({}, bytes(2001), b""))
        assert seen.bytes == 0
        seen.add("a", Result({"column": 1.0}, bytes(900), b""))
        await asyncio.sleep(0.5)
        assert seen.get("a") is None
        assert seen.bytes == 0

    asyncio.run(scenario())
