"""DICOM through the service: its scale and eye are used, and its vessels and measurements come back as DICOM."""

import io
import sys
from pathlib import Path

import httpx
import numpy as np
import pytest

import venule
from venule.server import Settings

pydicom = pytest.importorskip("pydicom", reason="needs the extra [dicom]")
hd = pytest.importorskip("highdicom", reason="needs the extra [dicom]")
sys.path.insert(0, str(Path(__file__).parent.parent / "dicom"))
from dicom_files import as_file, photograph_dataset, without_meta  # noqa: E402


@pytest.fixture(scope="module")
def dataset(phantom):
    return photograph_dataset(phantom.image)


def sent(client, route, content, name="eye.dcm", **query):
    return client.post(f"/v1/{route}", files={"photograph": (name, content)}, params=query)


def test_the_scale_and_the_eye_of_a_dicom_file_are_those_of_its_measurements(client, dataset, phantom):
    row = sent(client, "measure", as_file(dataset)).json()
    assert (row["laterality"], row["scale_from"]) == ("R", "dicom pixel spacing")
    in_pixels = venule.measure(venule.segment(phantom.image))["calibre_p90_px"]
    assert row["calibre_p90_um"] == pytest.approx(7.5 * in_pixels, rel=1e-4)  # its pixels are 0.0075 mm

    degrees = sent(client, "measure", as_file(photograph_dataset(phantom.image, PixelSpacing=None))).json()
    assert degrees["scale_from"] == "dicom field of view"
    across = degrees["fov_diameter_px"]
    assert degrees["calibre_p90_deg"] == pytest.approx(45 / across * in_pixels, rel=1e-3)

    given = sent(client, "measure", as_file(dataset), um_per_pixel=10).json()
    assert given["scale_from"] == "given"
    assert given["calibre_p90_um"] == pytest.approx(10 * in_pixels, rel=1e-4)

    look = sent(client, "look", as_file(dataset)).json()
    assert (look["dicom"], look["units"], look["laterality"]) == (True, {"um": 7.5}, "R")


def test_an_old_file_without_the_mark_of_dicom_is_known_by_its_media_type(client, dataset):
    old = without_meta(dataset)
    row = client.post("/v1/measure", content=old, headers={"Content-Type": "application/dicom"}).json()
    assert row["scale_from"] == "dicom pixel spacing"


@pytest.mark.parametrize("asked", [{"params": {"format": "dicom-seg"}}, {"headers": {"Accept": "application/dicom"}}])
def test_vessels_come_back_as_a_segmentation_of_the_same_study(client, dataset, phantom, asked):
    answer = client.post("/v1/segment", content=as_file(dataset), **asked)
    assert answer.headers["content-type"] == "application/dicom"
    made = hd.seg.segread(io.BytesIO(answer.content))
    found = venule.segment(phantom.image)
    assert np.array_equal(made.pixel_array[0] > 0, found.vessels)
    assert (made.StudyInstanceUID, made.PatientID) == (dataset.StudyInstanceUID, dataset.PatientID)


def test_measurements_come_back_as_a_structured_report_with_those_of_arteries_and_veins(client, as_png):
    phantom = venule.make_phantom(seed=3, size=640)
    dataset = photograph_dataset(phantom.image)
    maps = {"arteries": as_png(phantom.arteries), "veins": as_png(phantom.veins)}
    files = {"photograph": ("eye.dcm", as_file(dataset)), **maps}
    row = client.post("/v1/measure", files=files).json()
    answer = client.post("/v1/measure?format=dicom-sr", files=files)
    assert answer.headers["content-type"] == "application/dicom"
    made = hd.sr.srread(io.BytesIO(answer.content))
    assert made.StudyInstanceUID == dataset.StudyInstanceUID
    values = {
        one.ConceptNameCodeSequence[0].CodeMeaning: float(one.MeasuredValueSequence[0].NumericValue)
        for one in reversed(list(_numbers(made)))  # the whole field of view comes first, and stays
    }
    assert values["Fractal Dimension"] == pytest.approx(row["box_dimension"], rel=1e-4)
    assert values["Avr"] == pytest.approx(row["avr"], rel=1e-4)


def _numbers(item):
    for one in item.get("ContentSequence", []):
        if one.ValueType == "NUM":
            yield one
        yield from _numbers(one)


def test_dicom_is_asked_for_of_dicom_alone(client, photograph, phantom):
    for route, form in (("segment", "dicom-seg"), ("measure", "dicom-sr")):
        answer = client.post(f"/v1/{route}?format={form}", content=photograph)
        assert (answer.status_code, answer.json()["code"]) == (422, "not-dicom")
    nameless = as_file(photograph_dataset(phantom.image, StudyInstanceUID=None))
    answer = sent(client, "segment", nameless, format="dicom-seg")
    assert (answer.status_code, answer.json()["code"]) == (422, "no-identifier")


def test_a_report_has_the_units_of_a_dicom_file_whatever_it_is_called(client, dataset, photograph):
    files = [("photographs", ("IM0001", as_file(dataset))), ("photographs", ("ann.png", photograph))]
    assert "µm" in client.post("/v1/report", files=files).text


def test_without_the_extra_the_message_says_what_to_install(start, dataset, tmp_path, monkeypatch):
    (tmp_path / "pydicom.py").write_text("raise ImportError('no pydicom')")
    monkeypatch.syspath_prepend(tmp_path)  # which the processes of the service take over
    with start(Settings(processes=1)) as address:
        answer = httpx.post(f"{address}/v1/segment", content=as_file(dataset), timeout=120)
    assert (answer.status_code, answer.json()["code"]) == (415, "missing-extra")
    assert "'.[dicom]'" in answer.json()["detail"]
