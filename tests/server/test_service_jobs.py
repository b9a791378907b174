"""Batch jobs of the service: on the journal, cancelled, deleted, resumed, and no path of a client's is opened."""

import io
import time
import zipfile

import httpx
import pandas as pd
import pytest

from venule.server import Limits, Settings


def wait_for(client, job, *states, seconds=180):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        now = client.get(f"/v1/jobs/{job['id']}").json()
        if now["state"] in states:
            return now
        time.sleep(0.2)
    raise AssertionError(f"still {now}")


def create(client, files, **query):
    answer = client.post("/v1/jobs", files=[("photographs", one) for one in files], params=query)
    assert answer.status_code == 202, answer.text
    assert answer.headers["location"] == f"/v1/jobs/{answer.json()['id']}"
    return answer.json()


def test_a_job_gives_rows_and_files_under_the_names_that_were_given(client, photograph, tmp_path):
    secret = tmp_path / "secret.png"
    secret.write_bytes(photograph)
    job = create(
        client,
        [
            ("ann.png", photograph),
            ("../bob.png", photograph + b"\0"),
            ("list.csv", f"path\n{secret}\n".encode()),
            (str(secret), b"no photograph"),
        ],
        work="segment",
    )
    done = wait_for(client, job, "done", "failed")
    assert (done["state"], done["total"], done["ok"], done["failed"]) == ("done", 4, 2, 2)
    assert done["reasons"] == {"not-an-image": 2}
    rows = {row["name"]: row for row in client.get(f"/v1/jobs/{job['id']}/results").json()}
    assert set(rows) == {"ann.png", "bob.png", "list.csv", "secret.png"}
    assert rows["ann.png"]["vessel_share"] > 0
    assert rows["secret.png"]["message"].startswith("secret.png is no image")
    csv = client.get(f"/v1/jobs/{job['id']}/results", params={"format": "csv"})
    assert len(pd.read_csv(io.BytesIO(csv.content))) == 4
    parquet = client.get(f"/v1/jobs/{job['id']}/results", headers={"Accept": "application/vnd.apache.parquet"})
    assert len(pd.read_parquet(io.BytesIO(parquet.content))) == 4
    with zipfile.ZipFile(io.BytesIO(client.get(f"/v1/jobs/{job['id']}/files").content)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {"ann_vessels.png", "bob_vessels.png", "results.csv"}
        assert client.post("/v1/segment", content=photograph).content == archive.read("ann_vessels.png")
    assert job["id"] in {one["id"] for one in client.get("/v1/jobs").json()}
    assert client.delete(f"/v1/jobs/{job['id']}").status_code == 204
    assert client.get(f"/v1/jobs/{job['id']}").status_code == 404


def test_a_job_is_cancelled_and_then_forgotten(client, photograph):
    files = [(f"{number}.png", photograph + bytes([number])) for number in range(40)]
    job = create(client, files)
    waits = create(client, files[:1])
    assert client.delete(f"/v1/jobs/{waits['id']}").json()["state"] == "cancelled"
    assert client.delete(f"/v1/jobs/{job['id']}").status_code == 202
    ended = wait_for(client, job, "cancelled")
    assert ended["finished"] < 40
    end = time.monotonic() + 60
    while client.delete(f"/v1/jobs/{job['id']}").status_code != 204:
        assert time.monotonic() < end
        time.sleep(0.2)
    for identity in (job["id"], "0" * 24):
        assert client.get(f"/v1/jobs/{identity}").status_code == 404
    assert client.get("/v1/jobs/..%2f..%2fetc").status_code in (404, 422)


def test_a_kept_job_goes_on_when_the_service_is_started_again(start, photograph, tmp_path):
    settings = Settings(processes=1, keep=tmp_path, limits=Limits(jobs=1))
    files = [(f"{number}.png", photograph + bytes([number])) for number in range(3)]
    with start(settings) as address, httpx.Client(base_url=address, timeout=120) as client:
        job = create(client, files, work="segment")
        refused = client.post("/v1/jobs", files=[("photographs", files[0])])
        assert (refused.status_code, refused.json()["code"]) == (503, "too-many-jobs")
    with start(settings) as address, httpx.Client(base_url=address, timeout=120) as client:
        done = wait_for(client, job, "done", "failed")
        assert (done["state"], done["ok"]) == ("done", 3)
        assert len(client.get(f"/v1/jobs/{job['id']}/results").json()) == 3
        assert not list(tmp_path.glob("*/photographs"))


@pytest.mark.parametrize("content", [b"", b"x"])
def test_a_job_without_photographs_is_refused(client, content):
    assert client.post("/v1/jobs", content=content).status_code == 415
    assert client.post("/v1/jobs", files={"other": content}).status_code == 422
