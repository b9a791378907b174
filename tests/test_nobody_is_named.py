"""No output names the folders above what the user named: they are called after the people who work there, and patients.

Each command runs in a folder with a tell-tale name, which no byte of what it writes may hold.
"""

import os
import re
import shutil
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

TELL_TALE = "Jane-Doe-1947"
COMMANDS = {
    "segment": ["segment {eyes}/photographs -o {out} --jobs 1 --overlay --probability"],
    "measure": ["measure {eyes}/photographs -o {out} --jobs 1 --segments", "report {out} --pdf"],
    "list": ["measure {eyes}/list.csv -o {out} --jobs 1"],
    "archive": ["segment {eyes}/images.zip -o {out} --jobs 1"],
    "maps": ["measure {eyes}/photographs -o {out} --jobs 1 --vessels {eyes}/vessels --arteries {eyes}/none"],
    "dicom": ["measure {eyes}/dicom -o {out} --jobs 1 --dicom-seg --dicom-sr"],
    "parquet": ["segment {eyes}/photographs -o {out} --jobs 1 --layout parquet"],
    "shards": [
        "segment {eyes}/photographs -o {out}/1 --jobs 1 --shard 1/2",
        "segment {eyes}/photographs -o {out}/2 --jobs 1 --shard 2/2",
        "merge {out}/1 {out}/2 -o {out}/whole",
    ],
    "journal": ["segment {eyes}/photographs -o {out}/results --jobs 1 --journal {out}/state"],
    "evaluate": ["evaluate {eyes} -o {out}"],
    "own-model": ["evaluate {eyes} -o {out} --model {eyes}/model"],
    "train": ["train {eyes}/recipe.yaml --data {eyes} -o {out}"],
    "study": ["study {eyes}/study.yaml --data {eyes}/.. -o {out}"],
    "demo": ["demo -o {out} --count 1"],
}
NEEDS = {
    "dicom": "highdicom",
    "parquet": "pyarrow",
    "train": "lightning",
    "study": "lightning",
    "measure": "matplotlib",
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory, write_tiny_recipes):
    """A folder that is called after somebody, with photographs in every form and what else commands take."""
    eyes = tmp_path_factory.mktemp("home") / TELL_TALE / "eyes"
    eyes.parent.mkdir()
    words = ["data", "phantom", "--count", "2", "--size", "256", "-o", "eyes"]
    subprocess.run([sys.executable, "-m", "venule", *words], cwd=eyes.parent, check=True, capture_output=True)
    shutil.copytree(eyes / "images", eyes / "photographs")
    (eyes / "photographs" / "broken.png").write_bytes(b"no picture")  # its row has a message
    photographs = sorted((eyes / "images").glob("phantom*"))
    (eyes / "list.csv").write_text("path\n" + "".join(f"images/{path.name}\n" for path in photographs))
    with zipfile.ZipFile(eyes / "images.zip", "w") as archive:
        for path in photographs:
            archive.write(path, path.name)
    (eyes / "none").mkdir()
    write_tiny_recipes(eyes)
    shutil.copytree(Path(__file__).parents[1] / "src" / "venule" / "models" / "drive", eyes / "model")
    write_dicom(eyes / "dicom", photographs[0])
    (eyes / "dicom" / "broken.dcm").write_bytes(b"no picture")
    return eyes.parent


def write_dicom(folder, photograph):
    """The photograph as an ophthalmic photograph; nothing where pydicom is not installed."""
    folder.mkdir()
    sys.path.insert(0, str(Path(__file__).parent / "dicom"))
    try:
        import numpy as np
        from dicom_files import as_file, photograph_dataset

        with Image.open(photograph) as image:
            (folder / "eye.dcm").write_bytes(as_file(photograph_dataset(np.asarray(image.convert("RGB")))))
    except ImportError:
        pass
    finally:
        sys.path.pop(0)


@pytest.mark.parametrize("way", ["relative", "absolute", "elsewhere"])
@pytest.mark.parametrize("name", COMMANDS)
def test_nothing_that_a_command_writes_names_the_folders_above(name, way, ground, tmp_path, monkeypatch):
    pytest.importorskip(NEEDS.get(name, "venule"))
    if way != "relative" and name in ("demo", "study", "evaluate", "journal", "shards", "parquet"):
        pytest.skip("differs by its photographs alone, as segment and measure do")
    eyes = "eyes" if way == "relative" else str(ground / "eyes")
    out = {"relative": f"out-{name}", "absolute": str(ground / f"whole-{name}"), "elsewhere": str(tmp_path / "out")}[
        way
    ]
    at_home = dict(os.environ, XDG_CACHE_HOME=str(tmp_path / "cache"))
    for command in COMMANDS[name]:
        words = [word.format(eyes=eyes, out=out) for word in command.split()]
        done = subprocess.run(
            [sys.executable, "-m", "venule", *words],
            cwd=ground,
            env=at_home,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 1), done.stderr  # 1: the broken photograph, and those without a map
    written = [path for path in (ground / out).rglob("*") if path.is_file()]
    assert len(written) > 1
    assert [f"{path}: {found}" for path in written for found in tell_tales(path.read_bytes())] == []
    if name == "measure":
        assert "data:image/" in (ground / out / "report.html").read_text()  # the photographs were found


def tell_tales(content):
    """Where a file holds the name: as it is, in wide letters, or in what is packed in it."""
    for name in (TELL_TALE.encode(), TELL_TALE.encode("utf-16-le"), TELL_TALE.encode("utf-16-be")):
        if name in content:
            start = content.index(name)
            yield content[max(0, start - 80) : start + 80]
    for packed in re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL):
        yield from tell_tales(inflated(packed))
    if content.startswith(b"SQLite"):
        for start in (match.start() for match in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", content)):
            yield from tell_tales(inflated(content[start : start + 100_000]))
    if content.startswith(b"\x89PNG"):
        for chunk in re.findall(rb"(?:zTXt|iTXt)(.{0,9999})", content, re.DOTALL):
            yield from tell_tales(inflated(chunk.partition(b"\0\0")[2]))
    if content.startswith(b"PK"):
        yield from tell_tales_in_zip(content)


def tell_tales_in_zip(content):
    import io

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for member in archive.infolist():
            yield from tell_tales(archive.read(member))


def inflated(packed):
    """What was packed by zlib, as far as it can be unpacked."""
    try:
        return zlib.decompressobj().decompress(packed)
    except zlib.error:
        return b""


def test_the_search_finds_a_name_wherever_it_hides(tmp_path):
    import io

    from PIL import PngImagePlugin

    name = TELL_TALE.encode()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("path", f"/home/{TELL_TALE}", zip=True)
    Image.new("L", (2, 2)).save(tmp_path / "noted.png", pnginfo=notes)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", name)
    hidden = {
        "plain": b"x" + name,
        "wide": TELL_TALE.encode("utf-16-le"),
        "pdf": b"stream\n" + zlib.compress(name) + b"endstream",
        "zip": packed.getvalue(),
        "png": (tmp_path / "noted.png").read_bytes(),
        "journal": b"SQLite" + zlib.compress(name, 1),
    }
    assert [kind for kind, content in hidden.items() if not list(tell_tales(content))] == []
