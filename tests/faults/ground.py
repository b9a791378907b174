"""Photographs, commands and comparisons for the faults: what is broken there, and what must come of it all the same."""

import csv
import ctypes
import hashlib
import importlib.util
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq

HERE = Path(__file__).parent
PHOTOGRAPHS = 20
PATIENCE = 300  # seconds after which a command hangs
INPUTS, LAYOUTS = ("folder", "zip", "tar.gz"), ("mirrored", "sharded", "parquet")
_OWN = ("results.csv", "manifest.json", ".lock", "journal.sqlite", "journal.sqlite-wal", "journal.sqlite-shm")


def _drawings():
    """The drawn photographs and the small model of the tests of segmentation."""
    spec = importlib.util.spec_from_file_location("drawings", HERE.parent / "segmentation" / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def encode(seed: int, *, size: int = 80) -> bytes:
    """A photograph as a PNG."""
    return cv2.imencode(".png", _draw(seed=seed, height=size, width=size + 4)[0][..., ::-1])[1].tobytes()


_draw = _drawings().draw_photograph


@dataclass
class Ended:
    """A command that has ended.

    Attributes:
        code: its exit code; minus the signal that ended it.
        said: on standard error.
        memory: the most it had, in MiB.
    """

    code: int
    said: str
    memory: float


class Command:
    """A command that runs.

    Args:
        arguments: of Python.
        log: file for what it says.
        without_rights: deny it what root may do with the files of others and with locked ones of its own.
    """

    def __init__(self, arguments: Iterable[object], *, log: Path, without_rights: bool = False) -> None:
        self.log = log
        with log.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, *map(str, arguments)],
                stdout=subprocess.DEVNULL,
                stderr=said,
                start_new_session=True,
                preexec_fn=partial(_prepare, without_rights),
            )

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def kill(self) -> bool:
        """SIGKILL, to this process alone; whether it came in time."""
        in_time = self.alive
        self.process.kill()
        self.process.wait()
        return in_time and self.process.returncode == -signal.SIGKILL

    def signal(self, number: int, *, all_of_it: bool = False) -> None:
        """Send a signal: as `kill` does, or to all processes of it, as Ctrl-C in a terminal does."""
        if self.alive:
            (os.killpg if all_of_it else os.kill)(self.process.pid, number)

    def workers(self) -> list[int]:
        """Its processes that work on photographs."""
        return [child for child in children(self.process.pid) if b"spawn_main" in _read(child, "cmdline")]

    def end(self) -> Ended:
        """Wait for its end."""
        deadline = time.monotonic() + PATIENCE
        memory = 0
        while self.alive:
            if time.monotonic() > deadline:
                os.killpg(self.process.pid, signal.SIGKILL)
                raise BrokenPromiseError(f"it hangs: {self.process.args}")
            memory = max(memory, _peak(self.process.pid))
            time.sleep(0.02)
        return Ended(self.process.returncode, self.log.read_text(errors="replace"), memory / 1024)


def _prepare(without_rights: bool) -> None:
    # What is started in the background, as tests may be, ignores Ctrl-C, and what it starts would inherit that.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if without_rights and os.geteuid() == 0:
        for capability in (1, 2):  # CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH
            ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def children(process: int) -> list[int]:
    """The processes that a process has started."""
    numbers = [int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdecimal()]
    return [n for n in numbers if _read(n, "stat").rpartition(b")")[2].split()[1:2] == [str(process).encode()]]


def kill_all_of(process: int) -> None:
    """SIGKILL a process and all that it has started, as the end of a machine does."""
    whole = [process]
    for one in whole:
        whole += children(one)
    for one in whole:
        with suppress(ProcessLookupError):
            os.kill(one, signal.SIGKILL)


def _peak(process: int) -> int:
    lines = _read(process, "status").splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith(b"VmHWM")), 0)


def _read(process: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{process}/{name}").read_bytes()
    except OSError:  # it has ended
        return b""


class BrokenPromiseError(Exception):
    """Something that was promised did not happen: an exit code, an end in time, a line instead of a traceback."""


@dataclass
class Damage:
    """What a fault has left, in words.

    Attributes:
        lost: photographs without a row, or whose outputs are not all there.
        doubled: photographs with several rows, and files that no row names.
        corrupted: files that are not those of the undisturbed run, byte for byte.
        otherwise: promises that were not kept: exit codes, clear errors, memory.
    """

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    corrupted: list[str] = field(default_factory=list)
    otherwise: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.corrupted or self.otherwise)


class Ground:
    """A folder with photographs, as folder and as archives, a model, and what undisturbed runs make of them.

    Args:
        folder: new; everything happens in it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.model = _write_model(folder / "model")
        self.inputs = _write_inputs(folder)
        self._undisturbed: dict[tuple[object, ...], Path] = {}

    def undisturbed(self, given: Path, *options: str) -> Path:
        """The output of an undisturbed run, made once."""
        key = (given, *options)
        if key not in self._undisturbed:
            output = self.folder / f"undisturbed-{len(self._undisturbed)}"
            log = self.folder / "undisturbed.log"
            ended = Command(["-m", *self.segment(given, output, *options)], log=log).end()
            if ended.code not in (0, 1):
                raise BrokenPromiseError(f"the undisturbed run ended with {ended.code}: {ended.said}")
            self._undisturbed[key] = output
        return self._undisturbed[key]

    def photographs(self, number: int, *, size: int) -> Path:
        """A folder of so many other photographs, made once."""
        folder = self.folder / f"{number}-photographs"
        if not folder.exists():
            names = {f"{i % 50:02}/{i:05}.png": i for i in range(number)}
            write_files(folder, {name: encode(1000 + seed, size=size) for name, seed in names.items()})
        return folder

    def segment(self, given: Path, output: Path, *options: object) -> list[object]:
        """The command without "python -m"."""
        return ["venule", "segment", given, "-o", output, "--model", self.model, "--probability", *options]


class Trial:
    """One try of one fault, in a folder of its own.

    Args:
        ground: where.
        folder: new.
        seed: of its randomness.
    """

    def __init__(self, ground: Ground, folder: Path, seed: Iterable[int]) -> None:
        folder.mkdir()
        self.ground, self.folder, self.output = ground, folder, folder / "out"
        self.rng = np.random.default_rng(list(seed))
        self.damage = Damage()
        self._logs = 0

    def begin(self, given: Path, *options: object, line: int = 0, files: str = "", **how: bool) -> Command:
        """Begin `venule segment`; with `files`, to be killed at a line of them."""
        way = [HERE / "kill_at_line.py", line, files] if files else ["-m", "venule"]
        return self._command([*way, *self.ground.segment(given, self.output, *options)[1:]], **how)

    def venule(self, *arguments: object, line: int = 0, files: str = "") -> Command:
        """Begin another command; with `files`, to be killed at a line of them."""
        return self._command([*([HERE / "kill_at_line.py", line, files] if files else ["-m", "venule"]), *arguments])

    def _command(self, arguments: list[object], **how: bool) -> Command:
        self._logs += 1
        return Command(arguments, log=self.folder / f"{self._logs}.log", **how)

    def wait_for_outputs(self, command: Command, number: int) -> None:
        """Until so many photographs have outputs, or the command has ended."""
        while command.alive and self.outputs() < number:
            time.sleep(0.002)

    def outputs(self) -> int:
        """Number of photographs that have outputs."""
        # os.walk, for a folder may go while it is searched
        return sum(name.endswith("_vessels.png") for _, _, names in os.walk(self.output) for name in names)

    def sleep(self, seconds: float) -> None:
        """As long as that at most."""
        time.sleep(self.rng.uniform(0, seconds))

    def resume(self, given: Path, *options: object) -> Ended:
        """Go on to the end."""
        return self.expect(self.begin(given, "--resume", *options).end(), 0, 1)

    def expect(self, ended: Ended, *codes: int, says: str = "") -> Ended:
        """Hold an end against what was promised of it."""
        if ended.code not in codes:
            self.damage.otherwise.append(f"exit code {ended.code} instead of {codes}: {ended.said[-2000:]}")
        if "Traceback" in ended.said or "Exception ignored" in ended.said:
            self.damage.otherwise.append(f"a traceback: {ended.said[-3000:]}")
        if not re.search(says, ended.said):
            self.damage.otherwise.append(f"it does not say {says!r}: {ended.said[-1000:]}")
        if ended.code == 2 and sum(line.startswith("venule: ") for line in ended.said.splitlines()) != 1:
            self.damage.otherwise.append(f"no error in one line: {ended.said[-1000:]}")
        return ended

    def compare(
        self, undisturbed: Path, *, whole: bool = True, same_list: bool = True, except_for: Iterable[Path] = ()
    ) -> None:
        """Hold the output against that of an undisturbed run.

        Args:
            undisturbed: output of that.
            whole: everything must be there; else what is there must be right.
            same_list: the photographs were the same all the time; else they may be in other parts of a table.
            except_for: photographs of which the undisturbed run knows nothing.
        """
        rows, expected = read_rows(self.output), read_rows(undisturbed)
        paths = [row["path"] for row in rows]
        # Rows name photographs from the folder that all of them share.
        left_out = {path for path in paths if any(str(each).endswith(f"/{path}") for each in except_for)}
        if whole:
            self.damage.lost += [row["path"] for row in expected if row["path"] not in paths]
            self.damage.lost += [] if rows or not expected else ["the table"]
            if not json.loads((self.output / "manifest.json").read_bytes())["complete"]:
                self.damage.otherwise.append("the manifest calls it incomplete")
        self.damage.doubled += sorted({path for path in paths if paths.count(path) > 1})
        named = {name for row in rows for name in row["outputs"]}
        for row in rows:
            self.damage.lost += [name for name in row["outputs"] if not (self.output / name).is_file()]
        files = [path for path in self.output.rglob("*") if path.is_file()]
        names = {path.relative_to(self.output).as_posix() for path in files}
        self.damage.doubled += sorted(names - named - set(_OWN))
        for name in sorted(named & names):
            others = any(name in row["outputs"] for row in rows if row["path"] in left_out)
            if not others and (same_list or not name.endswith(".parquet")):
                self._compare_file(name, undisturbed)
        known = {row["path"]: _without_parts(row) for row in expected}
        for row in rows:
            if row["path"] not in left_out and _without_parts(row) != known.get(row["path"]):
                self.damage.corrupted.append(f"the row {str(row)[:500]}")
        if whole and not left_out and (undisturbed / "results.csv").exists():
            self._compare_file("results.csv", undisturbed)

    def _compare_file(self, name: str, undisturbed: Path) -> None:
        content = (self.output / name).read_bytes()
        if not (undisturbed / name).exists() or content != (undisturbed / name).read_bytes():
            self.damage.corrupted.append(name)
        elif name.endswith(".png") and cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED) is None:
            self.damage.corrupted.append(f"{name} cannot be decoded")


def read_rows(output: Path) -> list[dict]:
    """The table of an output, of whichever layout; outputs as a list of files."""
    if (output / "results").is_dir():
        return [
            {"outputs": [path.relative_to(output).as_posix()], **row}
            for path in sorted((output / "results").iterdir())
            for row in pq.read_table(path).to_pylist()
        ]
    if not (output / "results.csv").exists():
        return []
    with (output / "results.csv").open(newline="") as file:
        return [{**row, "outputs": [n for n in row["outputs"].split(";") if n]} for row in csv.DictReader(file)]


def _without_parts(row: dict) -> dict:
    return {**row, "outputs": [name for name in row["outputs"] if not name.endswith(".parquet")]}


def _write_model(folder: Path) -> Path:
    network = _drawings().darker_than_around()
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(network)
    card = {
        "name": "small", "summary": "dark lines", "licence": "none", "data": [], "network": "none",
        "network_arguments": {}, "parameters": 0, "working_diameter": 200, "multiple": 8, "threshold": 0.5,
        "threshold_from": "nothing", "recipe": {}, "training_seconds": 0, "device": "none",
        "sha256": hashlib.sha256(network).hexdigest(), "venule": "0",
    }  # fmt: skip
    (folder / "card.json").write_text(json.dumps(card))
    return folder


def _write_inputs(folder: Path) -> dict[str, Path]:
    """Photographs, in folders, with a copy and a broken one among them; the same as archives."""
    contents = {f"site-{seed % 2}/p{seed:02}.png": encode(seed) for seed in range(PHOTOGRAPHS)}
    contents["copy.png"] = contents["site-1/p03.png"]
    contents["broken.png"] = contents["site-0/p04.png"][:2000]
    inputs = {"folder": folder / "photographs", "zip": folder / "photographs.zip", "tar.gz": folder / "ph.tar.gz"}
    write_files(inputs["folder"], contents)
    with zipfile.ZipFile(inputs["zip"], "w") as archive, tarfile.open(inputs["tar.gz"], "w:gz") as tar:
        for name, content in contents.items():
            archive.writestr(name, content)
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return inputs


def write_files(folder: Path, contents: dict[str, bytes]) -> None:
    """Write files by name."""
    for name, content in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def mounted(place: Path, size: str) -> Callable[[str], None] | None:
    """A small disk at a place, and what mounts it anew with other options; None where that is not allowed."""

    def mount(options: str) -> None:
        subprocess.run(["mount", "-o", options, "-t", "tmpfs", "tmpfs", str(place)], check=True, stderr=-3)

    if os.geteuid() != 0 or not shutil.which("mount"):
        return None
    place.mkdir()
    try:
        mount(f"size={size}")
    except subprocess.CalledProcessError:
        return None
    return lambda options: mount(f"remount,{options}")


def unmount(place: Path) -> None:
    """Take such a disk away."""
    subprocess.run(["umount", "--lazy", str(place)], check=False, stderr=-3)
