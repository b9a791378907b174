"""Downloads, from a server on this machine that misbehaves as real ones do."""

import io
import stat
import tarfile
import threading
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from venule.cli.data import app
from venule.datasets import open_dataset
from venule.errors import DatasetError
from venule.workflows.download import download, get_dataset, how_to_get, unpack


@dataclass
class Host:
    """A server: its files, how it misbehaves, and how often it was asked."""

    base: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)  # bytes after which each of the next answers breaks off
    requests: int = 0


@pytest.fixture
def host(monkeypatch) -> Iterator[Host]:
    monkeypatch.setenv("no_proxy", "*")
    state = Host()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = state.files.get(self.path.lstrip("/"))
            if content is None:
                self.send_error(404)
                return
            state.requests += 1
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[: state.cuts.pop(0) if state.cuts else len(content)])

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    state.base = f"http://127.0.0.1:{server.server_port}/"
    yield state
    server.shutdown()
    thread.join()
    server.server_close()


def zip_folder(folder: Path, *, inside: str = "") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                packed.write(path, inside + path.relative_to(folder).as_posix())
    return buffer.getvalue()


def tar_folder(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as packed:
        for path in sorted(folder.iterdir()):
            packed.add(path, f"./{path.name}")
    return buffer.getvalue()


@pytest.mark.parametrize("inside", ["", "CHASEDB1/"])
def test_a_set_is_downloaded_unpacked_and_checked(host, make_copy, tmp_path, inside):
    host.files["CHASEDB1.zip"] = zip_folder(make_copy("chase_db1"), inside=inside)
    told = []
    check = get_dataset(
        "chase_db1", tmp_path / "got" / "CHASE", base=host.base, progress=lambda *state: told.append(state)
    )
    assert check.is_clean
    assert check.counts == {"photographs": 28, "drawings": 28, "second drawings": 28}
    assert len(open_dataset(tmp_path / "got" / "CHASE").split("test")) == 8
    size = len(host.files["CHASEDB1.zip"])
    assert told[-1] == ("CHASEDB1.zip", size, size)
    assert [path.name for path in (tmp_path / "got").iterdir()] == ["CHASE"]  # nothing is left beside it


def test_the_command_downloads_and_checks(host, make_copy, tmp_path):
    host.files["CHASEDB1.zip"] = zip_folder(make_copy("chase_db1"))
    got = CliRunner().invoke(app, ["get", "chase_db1", "-o", str(tmp_path / "got"), "--base", host.base])
    assert got.exit_code == 0
    assert got.stdout.splitlines()[-1].endswith("28 second drawings; 84 checksums compared; nothing wrong")


def test_stare_comes_in_three_archives(host, make_copy, tmp_path):
    folder = make_copy("stare")
    for place in folder.iterdir():
        host.files[f"{place.name}.tar"] = tar_folder(place)
    assert get_dataset("stare", tmp_path / "got", base=host.base).defects == ()
    assert open_dataset(tmp_path / "got").records[0].second is not None


def test_a_download_that_breaks_off_is_repeated(host, tmp_path):
    host.files["file"] = bytes(range(256)) * 1000
    host.cuts = [100_000, 50_000]
    download(host.base + "file", tmp_path / "file", max_bytes=300_000)
    assert (tmp_path / "file").read_bytes() == host.files["file"]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_file_that_is_too_large_is_refused_before_it_fills_the_disk(host, tmp_path):
    host.files["file"] = bytes(1000)
    with pytest.raises(DatasetError, match="more than the 999 bytes expected"):
        download(host.base + "file", tmp_path / "file", max_bytes=999)
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_has_moved_is_named_with_what_to_do(host, tmp_path):
    with pytest.raises(DatasetError, match=r"all\.zip answers 404 .*\n.*by hand(.|\n)*www5\.cs\.fau\.de"):
        get_dataset("hrf", tmp_path / "HRF", base=host.base)
    assert not (tmp_path / "HRF").exists()
    with pytest.raises(DatasetError, match="not an http or https"):
        download("file:///etc/hostname", tmp_path / "file", max_bytes=1)


def test_a_host_that_does_not_answer_is_named(tmp_path):
    with pytest.raises(DatasetError, match=r"127\.0\.0\.1:1/file could not be downloaded in 5 attempts (.|\n)*refused"):
        download("http://127.0.0.1:1/file", tmp_path / "file", max_bytes=1)


@pytest.mark.parametrize("content", [b"<html>please log in</html>", b"cut"])
def test_what_is_no_archive_is_not_kept(host, make_copy, tmp_path, content):
    whole = zip_folder(make_copy("chase_db1"))
    host.files["CHASEDB1.zip"] = whole[: len(whole) // 2] if content == b"cut" else content
    with pytest.raises(DatasetError, match=r"CHASEDB1\.zip is damaged or not an archive .*run the same command again"):
        get_dataset("chase_db1", tmp_path / "got", base=host.base)
    assert not (tmp_path / "got").exists()
    host.files["CHASEDB1.zip"] = whole
    assert get_dataset("chase_db1", tmp_path / "got", base=host.base).is_clean


def test_an_archive_of_something_else_leaves_no_folder(host, tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        packed.writestr("readme.txt", "moved")
    host.files["all.zip"] = buffer.getvalue()
    with pytest.raises(DatasetError, match="contains no file of HRF"):
        get_dataset("hrf", tmp_path / "got", base=host.base)
    assert list(tmp_path.iterdir()) == []


def test_a_clean_copy_is_left_alone_and_anything_else_is_never_written_over(host, make_copy, tmp_path):
    folder = make_copy("chase_db1")
    assert get_dataset("chase_db1", folder, base=host.base).is_clean
    assert host.requests == 0
    (folder / "Image_01L.jpg").unlink()
    with pytest.raises(DatasetError, match="not a clean copy of CHASE_DB1"):
        get_dataset("chase_db1", folder, base=host.base)


@pytest.mark.parametrize("name", ["../evil.png", "/tmp/evil.png", "a/../../evil.png", "..\\evil.png", "C:evil.png"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_an_archive_cannot_write_outside_its_folder(tmp_path, name, kind):
    archive = tmp_path / "in" / f"archive.{kind}"
    archive.parent.mkdir()
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("good.png", "x")
            packed.writestr(name, "x")
    else:
        with tarfile.open(archive, "w") as packed:
            packed.addfile(tarfile.TarInfo("good.png"))
            packed.addfile(tarfile.TarInfo(name))
    with pytest.raises(DatasetError, match="leads outside"):
        unpack(archive, tmp_path / "in" / "out", max_bytes=1000)
    assert list(tmp_path.rglob("*.png")) == []


@pytest.mark.parametrize("kind", ["zip", "symlink", "hardlink", "device"])
def test_an_archive_cannot_make_links(tmp_path, kind):
    archive = tmp_path / f"archive.{'zip' if kind == 'zip' else 'tar'}"
    if kind == "zip":
        with zipfile.ZipFile(archive, "w") as packed:
            info = zipfile.ZipInfo("link.png")
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            packed.writestr(info, "/etc/hostname")
            packed.writestr("real.png", "x")
    else:
        with tarfile.open(archive, "w") as packed:
            member = tarfile.TarInfo("link.png")
            member.type = {"symlink": tarfile.SYMTYPE, "hardlink": tarfile.LNKTYPE, "device": tarfile.CHRTYPE}[kind]
            member.linkname = "/etc/hostname"
            packed.addfile(member)
            packed.addfile(tarfile.TarInfo("real.png"))
    unpack(archive, tmp_path / "out", max_bytes=1000)
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["real.png"]


def test_an_archive_with_a_name_that_no_disk_takes_is_refused_in_words(tmp_path):
    archive = tmp_path / "archive.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("x" * 300 + ".png", "x")
    with pytest.raises(
        DatasetError, match=r"^.*archive\.zip cannot be unpacked \(File name too long\); it was deleted"
    ):
        unpack(archive, tmp_path / "out", max_bytes=1000)


def test_an_archive_cannot_fill_the_disk(tmp_path):
    archive = tmp_path / "bomb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("bomb.png", bytes(30_000_000))
    assert archive.stat().st_size < 40_000
    with pytest.raises(DatasetError, match="more than 2000000 bytes"):
        unpack(archive, tmp_path / "out", max_bytes=2_000_000)
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 2_000_000


@pytest.mark.parametrize(("name", "page"), [("drive", "grand-challenge.org"), ("fives", "figshare")])
def test_sets_fetched_by_hand_say_where_and_what_goes_where(tmp_path, name, page):
    with pytest.raises(DatasetError) as caught:
        get_dataset(name, tmp_path / "here")
    text = str(caught.value)
    assert text == how_to_get(name, tmp_path / "here")
    assert page in text
    place = {"drive": "training/images/21_training.tif", "fives": "test/Original/1_A.png"}[name]
    assert str(tmp_path / "here" / place) in text
