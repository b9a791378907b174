"""What the service refuses, and that it says why in words a person can read."""

import io
import re
import shutil
import socket
import time
from contextlib import suppress

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from venule.errors import VenuleError
from venule.server import Settings, make_app
from venule.server.routes import choose_format

TOKEN = "a-secret-of-the-clinic"


def asked(settings=None, *, host="localhost", **more):
    """A client of an app whose processes are not started: what comes this far has been let in."""
    return TestClient(make_app(settings), base_url=f"http://{host}", raise_server_exceptions=False, **more)


def check(answer, status, code):
    assert answer.status_code == status, answer.text[:300]
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    assert len(body["detail"]) > 10
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_that_are_no_photograph(client, as_png, photograph):
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    cases = {
        (415, "not-an-image"): b"hello",
        (422, "empty-file"): b"",
        (422, "broken-image"): photograph[: len(photograph) // 2],
        (422, "too-small"): as_png(noise[:20, :20]),
        (422, "not-a-fundus"): as_png(noise),
    }
    for (status, code), content in cases.items():
        check(client.post("/v1/segment", content=content), status, code)
    small = as_png(np.zeros((200, 200), bool))
    check(client.post("/v1/measure", files={"photograph": photograph, "veins": small}), 422, "wrong-size")
    check(client.post("/v1/measure", files={"photograph": photograph, "veins": photograph}), 422, "bad-mask")


def test_parameters_that_are_wrong(client, photograph):
    for query in ("threshold=7", "threshold=nan", "model=", "format=pdf", "picture=cat", "flips=perhaps"):
        answer = client.post(f"/v1/segment?{query}", content=photograph)
        check(answer, 422, "unknown-model" if query == "model=" else "bad-parameter")
    check(client.post("/v1/measure?field=45&disc_um=1800", content=photograph), 422, "bad-scale")
    check(client.post("/v1/measure?field=inf", content=photograph), 422, "bad-parameter")
    check(client.post("/v1/segment", content=photograph, headers={"Accept": "video/mp4"}), 406, "not-acceptable")
    check(client.get("/nothing-here"), 404, "not-found")
    check(client.get("/v1/segment"), 405, "method-not-allowed")
    assert client.options("/v1/models").headers["allow"] == "GET"
    assert client.post("/page/page.css").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    ("query", "said"),
    [("filed=45", "no parameter 'filed': there are .*field"), ("FIELD=45", "no parameter 'FIELD'"),
     ("field=45&field=50", "field is given 2 times"), ("scale=9.3", "no parameter 'scale'"),
     ("field=45deg", "field: .*got '45deg'"), ("field=45,0", "got '45,0'"), ("um_per_pixel=-3", "got '-3'"),
     ("threshold=50", "threshold: .*less than 1; got '50'"), ("model=general&model=drive", "model is given 2 times")],
)  # fmt: skip
def test_a_scale_or_threshold_that_would_not_be_used_is_refused_with_its_value(photograph, query, said):
    answer = asked().post(f"/v1/measure?{query}", content=photograph)
    check(answer, 422, "bad-parameter")
    assert re.search(said, answer.json()["detail"])


def test_a_scale_is_no_parameter_of_a_segmentation(photograph):
    check(asked().post("/v1/segment?field=45", content=photograph), 422, "bad-parameter")
    check(asked().get("/v1/models?token=x"), 422, "bad-parameter")


@pytest.mark.parametrize("scale", ["field=0.785", "field=1e-300", "um_per_pixel=1000", "disc_um=1.8"])
def test_a_scale_that_no_eye_has_gives_no_number_without_a_word(client, photograph, scale):
    answer = client.post(f"/v1/measure?{scale}", content=photograph)
    check(answer, 422, "bad-scale")


def test_maps_are_refused_with_the_reasons_of_the_command_line(client, photograph, phantom, as_png):
    drawn, veins = phantom.arteries.astype(np.uint8), as_png(phantom.veins)
    see_through = np.dstack([np.full((*drawn.shape, 3), 255, np.uint8), drawn * 255])
    palette = Image.fromarray(drawn, mode="P")
    palette.putpalette([0, 0, 0, 255, 255, 255])
    file = io.BytesIO()
    palette.save(file, "PNG")
    same = [as_png(drawn * 255), as_png(drawn), as_png(see_through), file.getvalue()]
    rows = []
    for content in same:
        files = {"photograph": photograph, "arteries": content, "veins": veins}
        rows.append(client.post("/v1/measure", files=files).json())
    assert all(row == rows[0] for row in rows)
    wrong = {
        "inverted-mask": as_png((1 - drawn) * 255), "empty-mask": as_png(drawn * 0), "empty-file": b"",
        "bad-mask": as_png(drawn + 2 * phantom.veins.astype(np.uint8)), "wrong-size": as_png(drawn[:200] * 255),
    }  # fmt: skip
    for code, content in wrong.items():
        files = {"photograph": photograph, "arteries": ("ann_arteries.png", content)}
        answer = client.post("/v1/measure", files=files)
        check(answer, 422, code)
        assert "ann_arteries.png" in answer.json()["detail"]


def test_a_map_that_could_be_another_patients_is_refused(photograph, as_png, phantom):
    photographs = [("photographs", ("eye.jpg", photograph)), ("photographs", ("eye.png", photograph))]
    veins = ("veins", ("eye_veins.png", as_png(phantom.veins)))
    check(asked().post("/v1/report", files=[*photographs, veins]), 422, "ambiguous-map")
    check(asked().post("/v1/report", files=[photographs[0], veins, veins]), 422, "ambiguous-map")


def test_nothing_that_a_client_names_is_fetched_or_opened(client, photograph):
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.2)
        address = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/eye.jpg"
        for name in (address, "s3://bucket/eye.jpg", "file:///etc/hostname", "local:///dev/zero", "/etc/hostname"):
            listed = f"path\n{name}\n".encode()
            for content in (photograph, listed, b"<svg><image href='" + name.encode() + b"'/></svg>"):
                answer = client.post("/v1/segment", files={"photograph": (name, content)})
                assert answer.status_code == (200 if content == photograph else 415), answer.text
            check(client.post("/v1/segment", params={"model": name}, content=photograph), 422, "unknown-model")
            check(client.post("/v1/measure", params={"arteries": name}, content=photograph), 422, "bad-parameter")
            check(client.post("/v1/measure", data={"arteries": name}, files={"photograph": photograph}), 422,
                  "no-photograph")  # fmt: skip
        with pytest.raises(TimeoutError):
            elsewhere.accept()


def test_forms_that_are_wrong(client, photograph):
    bad = {"Content-Type": "multipart/form-data"}
    check(client.post("/v1/segment", content=b"x", headers=bad), 400, "bad-form")
    bad = {"Content-Type": "multipart/form-data; boundary=b"}
    for content in (b"--b\r\nno header\r\n\r\n", b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"):
        answer = client.post("/v1/segment", content=content, headers=bad)
        check(answer, 400, "bad-form")
        assert "Content-Type has no boundary" in answer.json()["detail"]
    text = client.post("/v1/segment", files={"photograph": (None, "eye.jpg")})  # curl -F photograph=eye.jpg
    check(text, 422, "no-photograph")
    assert "photograph=@eye.jpg" in text.json()["detail"]
    check(client.post("/v1/segment", files={"picture": photograph}), 422, "no-photograph")
    two = [("photograph", photograph), ("photograph", photograph)]
    check(client.post("/v1/segment", files=two), 413, "too-many-photographs")
    check(client.post("/v1/report", content=photograph), 415, "no-form")


def test_a_model_is_one_of_ours_and_never_a_path(client, photograph, tmp_path):
    for name in ("/etc/passwd", "../drive", str(tmp_path), "general/../general"):
        check(client.post("/v1/segment", params={"model": name}, content=photograph), 422, "unknown-model")


def test_uploads_with_too_many_bytes_or_pixels():
    settings = Settings(upload_bytes=1000)
    check(asked(settings).post("/v1/segment", content=b"x" * 1001), 413, "too-many-bytes")
    pieces = asked(settings).post("/v1/segment", content=iter([b"x" * 600] * 2))
    check(pieces, 413, "too-many-bytes")
    app = make_app(Settings(upload_bytes=1000, memory_bytes=1000))
    app.state.service.held_bytes = 500
    check(TestClient(app, base_url="http://localhost").post("/v1/segment", content=b"x" * 600), 503, "busy")
    with pytest.raises(VenuleError, match="--max-memory-mb"):
        Settings(upload_bytes=1000, memory_bytes=999)


def test_more_photographs_than_there_may_be_are_refused_with_their_number(photograph):
    client = asked(Settings(report_photographs=2))
    for number in (3, 22):
        files = [("photographs", (f"{n}.png", photograph)) for n in range(number)]
        answer = client.post("/v1/report", files=files)
        check(answer, 413, "too-many-photographs")
        assert "2 photographs" in answer.json()["detail"]


def test_a_photograph_with_too_many_pixels_takes_no_memory(client, start, as_png):
    import httpx

    large = as_png(np.zeros((2000, 2100), bool))
    with start(Settings(processes=1, pixels=4_000_000)) as address:
        check(httpx.post(f"{address}/v1/segment", content=large, timeout=120), 413, "too-large")


def test_a_full_queue_says_when_to_come_back():
    app = make_app(Settings(processes=1, waiting=0))
    service = app.state.service
    with service.admit(None, max_bytes=1):
        answer = TestClient(app, base_url="http://localhost").post("/v1/segment", content=b"x")
    check(answer, 503, "busy")
    assert service.requests == 0
    assert int(answer.headers["retry-after"]) > 0


def test_an_upload_that_stands_still_is_given_up(start):
    with start(Settings(processes=1, silence=0.3)) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(b"POST /v1/segment HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nabc")
            began = time.monotonic()
            line.settimeout(30)
            assert line.recv(100).startswith(b"HTTP/1.1 408")
            assert time.monotonic() - began < 20


def test_an_upload_that_drips_does_not_keep_its_place_in_the_queue(start):
    with start(Settings(processes=1, silence=0.5)) as address:
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(b"POST /v1/segment HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n")
            line.setblocking(False)
            end = time.monotonic() + 20
            with pytest.raises(BlockingIOError):
                line.recv(100)
            while not (answer := _received(line)):
                assert time.monotonic() < end
                line.send(b"x")
                time.sleep(0.1)
            assert answer.startswith(b"HTTP/1.1 408")


def _received(line):
    with suppress(BlockingIOError):
        return line.recv(100)


def test_an_upload_that_breaks_off_is_no_bug(client, address):
    before = client.get("/metrics").text.count('status="500"')
    host, port = address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as line:
        line.sendall(b"POST /v1/segment HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n\r\nabc")
    while 'route="/v1/segment",status="408"' not in (counters := client.get("/metrics").text):
        time.sleep(0.05)
    assert counters.count('status="500"') == before


def test_nobody_else_is_let_in_without_a_token():
    with pytest.raises(VenuleError, match="VENULE_TOKEN"):
        Settings(host="0.0.0.0")
    with pytest.raises(VenuleError, match="16"):
        Settings(host="0.0.0.0", token="short")
    assert Settings(host="::1").token == ""


def test_a_token_is_asked_for_everywhere_but_of_the_page_and_of_health():
    client = asked(Settings(host="0.0.0.0", token=TOKEN))
    for path in ("/v1/models", "/metrics"):
        check(client.get(path), 401, "no-token")
        for wrong in ("Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer", "Bearer \xe9"):
            check(client.get(path, headers={"Authorization": wrong.encode("latin-1")}), 401, "no-token")
        assert client.get(path, headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    check(client.post("/v1/segment", content=b"x"), 401, "no-token")
    assert client.get("/healthz").status_code == 200
    assert client.get("/").status_code == 200
    assert client.get("/openapi.json").json()["paths"]["/v1/models"]["get"]["security"] == [{"token": []}]


def test_other_names_and_other_sites_are_refused():
    settings = Settings(names=["eyes.example.org"])
    for host in (
        "localhost:8000",
        "127.0.0.1:8000",
        "[::1]:8000",
        "192.168.1.5",
        "eyes.example.org",
        "EYES.example.org",
    ):
        assert asked(settings).get("/healthz", headers={"Host": host}).status_code == 200, host
    for host in ("rebound.example.com", "localhost.example.com", "", "a b", "[::1"):
        check(asked(settings).get("/healthz", headers={"Host": host}), 421, "unknown-host")
    client = asked()
    assert client.get("/healthz", headers={"Origin": "http://localhost"}).status_code == 200
    for header in ({"Origin": "https://example.com"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}):
        check(client.get("/healthz", headers=header), 403, "cross-site")


def test_every_answer_has_safe_headers():
    client = asked()
    for answer in (
        client.get("/"),
        client.get("/healthz"),
        client.get("/nothing"),
        client.post("/v1/segment?threshold=7"),
    ):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_files_of_the_server_are_not_reachable():
    client = asked()
    for path in ("../settings.py", "%2e%2e/settings.py", "/etc/passwd", "..%2fsettings.py", ".%00"):
        assert client.get(f"/page/{path}").status_code in (404, 400), path


@pytest.mark.parametrize(
    ("accept", "expected"),
    [("", "png"), ("*/*", "png"), ("application/json", "json"), ("image/*;q=0.2, application/json;q=0.3", "json"),
     ("application/*", "json"), (";;,,q", None)],
)  # fmt: skip
def test_the_format_is_the_one_that_is_liked_best(accept, expected):
    from venule.server.problem_json import Problem

    if expected is None:
        with pytest.raises(Problem):
            choose_format(["png", "json"], requested=None, accept=accept)
    else:
        assert choose_format(["png", "json"], requested=None, accept=accept) == expected


def test_a_model_that_was_damaged_is_told_without_the_folders_of_the_machine(start, photograph, tmp_path, caplog):
    import httpx

    from venule.models import model_folder

    folder = shutil.copytree(model_folder("general"), tmp_path / "dr-huber" / "mine")
    with start(Settings(processes=1, own_models=[folder])) as address:
        (folder / "model.onnx").write_bytes(b"no model")
        answer = httpx.post(f"{address}/v1/segment?model=mine", content=photograph, timeout=120)
    check(answer, 500, "bad-model")
    assert "dr-huber" not in answer.text
    assert "dr-huber" in caplog.text
