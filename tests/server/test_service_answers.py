"""What the service answers: the same as the library, in every format, and described."""

import io
import json
import re

import numpy as np
import pandas as pd
import pytest

import venule
from venule.server import schemas
from venule.workflows.segment import decode_runs


@pytest.fixture(scope="module")
def found(phantom):
    return venule.segment(phantom.image)


def test_the_mask_of_the_service_is_that_of_the_library_in_every_format(client, photograph, found, as_pixels):
    picture = client.post("/v1/segment", content=photograph)
    assert picture.headers["content-type"] == "image/png"
    assert np.array_equal(as_pixels(picture.content) == 255, found.vessels)

    described = client.post(
        "/v1/segment", files={"photograph": ("ann.png", photograph)}, headers={"Accept": "application/json"}
    ).json()
    assert np.array_equal(decode_runs(json.dumps(described["vessels"])), found.vessels)
    assert (described["name"], described["model"]) == ("ann.png", "general")
    assert described["vessel_share"] == pytest.approx(found.vessel_share, abs=1e-6)

    table = pd.read_parquet(io.BytesIO(client.post("/v1/segment?format=parquet", content=photograph).content))
    assert np.array_equal(as_pixels(table.vessels_png[0]) == 255, found.vessels)


def test_pictures_of_probability_field_of_view_and_overlay(client, photograph, found, as_pixels):
    pictures = {
        name: as_pixels(client.post(f"/v1/segment?picture={name}", content=photograph).content)
        for name in ("probability", "fov", "overlay")
    }
    assert np.abs(pictures["probability"] / 255 - found.probability).max() <= 0.5 / 255 + 1e-6
    assert np.array_equal(pictures["fov"] == 255, found.fov)
    assert np.array_equal(pictures["overlay"], found.overlay())


def test_a_threshold_of_the_request_is_that_of_the_mask(client, photograph, found, as_pixels):
    mask = as_pixels(client.post("/v1/segment?threshold=0.75", content=photograph).content) == 255
    assert np.array_equal(mask, found.probability >= 0.75)


def test_measurements_are_those_of_the_library_with_intervals_and_reasons(client, phantom, photograph, as_png):
    ones = phantom.veins.astype(np.uint8)  # 0 and 1 mean what 0 and 255 do
    maps = {"arteries": as_png(phantom.arteries), "veins": as_png(ones)}
    row = client.post("/v1/measure?field=45&graph=true", files={"photograph": photograph, **maps}).json()
    found = venule.segment(phantom.image, av=None, field_degrees=45)
    expected = venule.measure(
        found, scale=venule.Scale(field_degrees=45), arteries=phantom.arteries, veins=phantom.veins
    ).row()
    assert row["reasons"] == expected.pop("reasons")
    assert {name: row[name] for name in expected} == pytest.approx(expected, nan_ok=True)
    assert row["calibre_p90_deg_lower"] <= row["calibre_p90_deg"] <= row["calibre_p90_deg_upper"]
    assert len(row["graph"]["segments"]) > 10
    assert "no-arteries-and-veins" not in row["reasons"]


def test_measurements_as_a_table(client, photograph):
    csv = pd.read_csv(
        io.BytesIO(client.post("/v1/measure", content=photograph, headers={"Accept": "text/csv"}).content)
    )
    parquet = pd.read_parquet(io.BytesIO(client.post("/v1/measure?format=parquet", content=photograph).content))
    assert list(csv.columns) == list(parquet.columns)
    assert csv.vessel_density[0] == pytest.approx(parquet.vessel_density[0])
    untold = client.post("/v1/measure?av=false", content=photograph).json()
    assert "avr: no-arteries-and-veins" in untold["reasons"]


def test_what_the_page_gets_gives_the_mask_of_any_threshold_and_the_numbers_of_the_row(
    client, photograph, found, as_pixels
):
    import base64

    look = client.post("/v1/look", content=photograph).json()
    pictures = {name: as_pixels(base64.b64decode(one)) for name, one in look["pictures"].items() if one}
    assert set(pictures) == {"photograph", "probability", "vessels", "fov", "arteries", "veins"}
    assert np.array_equal(pictures["vessels"] == 255, found.vessels)
    for level in (1, 64, 200, 255):
        assert np.array_equal(pictures["probability"] >= level, found.probability >= level / 256)
    for one in look["measurements"]:
        assert look["row"][one["column"]] == pytest.approx(one["value"])
        assert (one["value"] is None) == bool(one["reason"])


def test_a_report_of_several_names_them_as_they_were_given_and_nothing_of_the_server(client, photograph):
    files = [("photographs", (name, photograph)) for name in ("ann.png", "../../../etc/bob.csv")]
    html = client.post("/v1/report", files=files).text
    assert html.startswith("<!doctype html>")
    assert "ann" in html
    assert "bob.csv" in html
    assert "../" not in html
    assert "venule-serve" not in html
    assert "/tmp" not in html


def test_models_health_and_counters(client, photograph):
    models = {model["name"]: model for model in client.get("/v1/models").json()}
    assert models["general"]["threshold"] == venule.load_model("general").card.threshold
    client.post("/v1/segment", content=photograph)
    assert client.get("/healthz").json()["status"] == "ok"
    counters = client.get("/metrics").text
    assert re.search(r'venule_requests_total\{method="POST",route="/v1/segment",status="200"\} [1-9]', counters)
    assert re.search(r'venule_photographs_total\{work="segment"\} [1-9]', counters)


def test_answers_are_as_the_description_says(client, photograph):
    routes = {
        "segment?format=json": schemas.Segmented,
        "measure?graph=true": schemas.Measurements,
        "look": schemas.Look,
    }
    for route, model in routes.items():
        answer = client.post(f"/v1/{route}", content=photograph).json()
        model.model_validate(answer)
        if model is not schemas.Measurements:
            assert set(answer) == set(model.model_fields), route


def test_every_route_is_described_with_its_problems(client):
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) >= {"/v1/segment", "/v1/measure", "/v1/models", "/healthz"}
    for path, routes in paths.items():
        for method, route in routes.items():
            assert route["summary"], (method, path)
            assert route["description"], (method, path)
    body = paths["/v1/segment"]["post"]["requestBody"]["content"]
    assert {"image/jpeg", "multipart/form-data"} <= set(body)
    assert "application/problem+json" in paths["/v1/segment"]["post"]["responses"]["413"]["content"]
