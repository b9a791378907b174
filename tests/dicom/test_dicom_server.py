"""A round trip through a real archive: received, segmented, sent back, retrieved, equal."""

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
import uuid
from pathlib import Path

import cv2
import numpy as np
import pytest

pytest.importorskip("highdicom", reason="needs the extra dicom")
pynetdicom = pytest.importorskip("pynetdicom", reason="needs pynetdicom")
import highdicom as hd  # noqa: E402
import pydicom  # noqa: E402
from dicom_files import as_file, jpeg_dataset  # noqa: E402
from typer.testing import CliRunner  # noqa: E402

from venule.cli.main import app  # noqa: E402
from venule.datasets.phantoms import make_phantom  # noqa: E402

PLUGIN = Path("/usr/share/orthanc/plugins/libOrthancDicomWeb.so")


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


@pytest.fixture(scope="module")
def orthanc(tmp_path_factory):
    """An Orthanc of our own: its ports for HTTP and DICOM."""
    if not shutil.which("Orthanc") or not PLUGIN.exists():
        pytest.skip("needs Orthanc (Debian packages orthanc and orthanc-dicomweb)")
    folder = tmp_path_factory.mktemp("orthanc")
    http, dicom = free_port(), free_port()
    settings = {
        "Name": "test", "StorageDirectory": str(folder), "IndexDirectory": str(folder), "HttpPort": http,
        "DicomPort": dicom, "DicomAet": "ARCHIVE", "DicomAlwaysAllowStore": True, "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False, "Plugins": [str(PLUGIN)], "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }  # fmt: skip
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(["Orthanc", folder / "orthanc.json"], stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                get(f"http://127.0.0.1:{http}/dicom-web/studies")
                break
            except (urllib.error.URLError, ConnectionError):
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.2)
        yield http, dicom
    finally:
        process.terminate()
        process.wait(30)


def get(url, accept="application/dicom+json"):
    request = urllib.request.Request(url, headers={"Accept": accept})
    with urllib.request.urlopen(request, timeout=60) as answer:
        return answer.headers["Content-Type"], answer.read()


def found(web, query):
    """QIDO-RS: what the archive has."""
    return json.loads(get(f"{web}/{query}")[1] or b"[]")


def retrieved(web, dataset):
    """WADO-RS: the file of an instance, as it is stored."""
    place = f"studies/{dataset.StudyInstanceUID}/series/{dataset.SeriesInstanceUID}/instances/{dataset.SOPInstanceUID}"
    kind, body = get(f"{web}/{place}", 'multipart/related; type="application/dicom"; transfer-syntax=*')
    boundary = kind.split("boundary=")[1].split(";")[0].strip('"').encode()
    part = body.split(b"--" + boundary)[1]
    return part.split(b"\r\n\r\n", 1)[1].removesuffix(b"\r\n")


def stored(web, content):
    """STOW-RS: hand a file in."""
    boundary = uuid.uuid4().hex
    start = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    kind = f'multipart/related; type="application/dicom"; boundary={boundary}'
    request = urllib.request.Request(
        f"{web}/studies",
        data=start + content + f"\r\n--{boundary}--\r\n".encode(),
        headers={"Content-Type": kind, "Accept": "application/dicom+json"},
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        assert not json.load(answer).get("00081198", {}).get("Value")  # no instance failed


def sent(port, dataset):
    """C-STORE: as a camera sends."""
    camera = pynetdicom.AE("CAMERA")
    camera.add_requested_context(dataset.SOPClassUID, dataset.file_meta.TransferSyntaxUID)
    link = camera.associate("127.0.0.1", port, ae_title="ARCHIVE")
    assert link.is_established
    assert link.send_c_store(dataset).Status == 0
    link.release()


def test_a_photograph_from_an_archive_goes_back_with_its_vessels(orthanc, tmp_path):
    http, port = orthanc
    web = f"http://127.0.0.1:{http}/dicom-web"
    photograph = pydicom.dcmread(pydicom.filebase.DicomBytesIO(as_file(jpeg_dataset(make_phantom(3, size=560).image))))
    sent(port, photograph)
    study = f"studies/{photograph.StudyInstanceUID}"
    assert [one["00080060"]["Value"] for one in found(web, f"{study}/series")] == [["OP"]]
    (tmp_path / "eye.dcm").write_bytes(retrieved(web, photograph))

    done = CliRunner().invoke(app, ["segment", str(tmp_path / "eye.dcm"), "-o", str(tmp_path / "out"), "--dicom-seg"])
    assert done.exit_code == 0, done.output
    stored(web, (tmp_path / "out" / "eye_seg.dcm").read_bytes())

    assert {one["00080060"]["Value"][0] for one in found(web, f"{study}/series")} == {"OP", "SEG"}
    made = pydicom.dcmread(tmp_path / "out" / "eye_seg.dcm")
    (tmp_path / "back.dcm").write_bytes(retrieved(web, made))
    back = hd.seg.segread(tmp_path / "back.dcm")
    drawn = cv2.imread(str(tmp_path / "out" / "eye_vessels.png"), cv2.IMREAD_GRAYSCALE) > 0
    assert drawn.any()
    np.testing.assert_array_equal(back.pixel_array.reshape(drawn.shape) > 0, drawn)
    assert pydicom.dcmread(tmp_path / "back.dcm") == made
