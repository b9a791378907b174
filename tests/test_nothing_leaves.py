"""Nothing leaves the machine, and nothing is left outside the output: every command, watched by the system's tracer.

Where strace is not installed, only what lies in the home folder and the temporary folder afterwards is checked. Where
Linux lets a user make a namespace without a network, commands run in one.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

STRACE = [
    "strace",
    "-f",
    "-qq",
    "--seccomp-bpf",
    "-e",
    "trace=network,openat,creat,mkdir,mkdirat,rename,renameat,renameat2",
]
NO_NETWORK = ["unshare", "--map-root-user", "--net"]
HOMES = {
    "HOME": "home", "TMPDIR": "tmp", "XDG_CACHE_HOME": "cache", "XDG_CONFIG_HOME": "config", "XDG_DATA_HOME": "data",
    "XDG_STATE_HOME": "state", "XDG_RUNTIME_DIR": "run",
}  # fmt: skip
COMMANDS = {
    "segment": "segment eyes/images -o out --jobs 2",
    "segment-openvino": "segment eyes/images -o out --runtime openvino --jobs 1",
    "segment-ray": "segment eyes/images -o out --engine ray --jobs 1",
    "measure": "measure eyes/images -o out --jobs 2",
    "report": "report measured --pdf",
    "evaluate": "evaluate eyes -o out",
    "train": "train recipe.yaml --data eyes -o out",
    "study": "study study.yaml --data . -o out",
}
NEEDS = {
    "segment-openvino": "openvino",
    "segment-ray": "ray",
    "report": "matplotlib",
    "train": "torch",
    "study": "torch",
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory, write_tiny_recipes):
    """A folder with phantoms, measurements, a recipe and a study; where commands run and write."""
    ground = tmp_path_factory.mktemp("ground")
    for words in ("data phantom --count 2 --size 256 -o eyes", "measure eyes/images -o measured --jobs 1"):
        subprocess.run([sys.executable, "-m", "venule", *words.split()], cwd=ground, check=True, capture_output=True)
    write_tiny_recipes(ground)
    return ground


@pytest.fixture
def homes(tmp_path):
    """The environment of a command: a home, a folder for temporary files, a cache and so on of its own."""
    for name in HOMES.values():
        (tmp_path / name).mkdir()
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if name in os.environ}
    own = {variable: str(tmp_path / name) for variable, name in HOMES.items()}
    return kept | own | {"PYTHONDONTWRITEBYTECODE": "1"}


def traced(log, *, network=False):
    """What a command is run by: the tracer, and a namespace without a network, where there are such."""
    alone = [] if network or not may_unshare() else NO_NETWORK
    return [*alone, *([*STRACE, "-o", str(log)] if shutil.which("strace") else [])]


def may_unshare():
    return bool(shutil.which("unshare")) and subprocess.run([*NO_NETWORK, "true"], capture_output=True).returncode == 0


def check(log, ground, homes):
    """No address but this machine's, no question to a name server, and no file but in the output and venule's cache."""
    own = Path(homes["HOME"]).parent
    cache = Path(homes["XDG_CACHE_HOME"], "venule")
    left = [path for name in HOMES.values() for path in (own / name).rglob("*")]
    assert [path for path in left if not path.is_relative_to(cache) and path != cache] == []
    if not log.exists():
        pytest.skip("needs strace, to see the network and other folders")
    calls = log.read_text(errors="replace")
    assert "openat(" in calls
    assert addresses(calls) <= {"127.0.0.1", "::1", "::ffff:127.0.0.1"}
    elsewhere = [path for path in written(calls) if not path.startswith((str(ground), str(own)))]
    # Locks between processes, and the memory that they share; a process may tell the system about itself.
    assert [path for path in elsewhere if not re.match(r"/dev/(null|shm/)|/proc/|/tmp/ray-", path)] == []


def addresses(calls):
    """All addresses that a process connected to, sent to or listened at."""
    return set(re.findall(r'sin6?_port=.*?inet_(?:addr|pton)\((?:AF_INET6, )?"([^"]+)"', calls))


def written(calls):
    """All absolute paths that a process opened to write to, made or renamed."""
    opened = re.findall(r'openat\([^"]*"(/[^"]*)", [A-Z_|]*O_(?:CREAT|WRONLY|RDWR)', calls)
    made = re.findall(r'(?:creat|mkdir|mkdirat)\([^"]*"(/[^"]*)"[^)]*\) = 0', calls)
    renamed = re.findall(r'rename\w*\(.*"(/[^"]*)"[^"]*\) = 0', calls)
    return {*opened, *made, *renamed}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_asks_nobody_and_leaves_nothing_outside_its_output(name, ground, homes, tmp_path):
    pytest.importorskip(NEEDS.get(name, "venule"))
    log = tmp_path / "calls"
    words = [word if word != "out" else str(ground / f"out-{name}") for word in COMMANDS[name].split()]
    # Ray's processes talk over the loopback device, which a new namespace has switched off.
    done = subprocess.run(
        [*traced(log, network=name == "segment-ray"), sys.executable, "-m", "venule", *words],
        env=homes, cwd=ground, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    check(log, ground, homes)


def test_the_service_listens_on_this_machine_alone_and_leaves_nothing(ground, homes, tmp_path):
    pytest.importorskip("uvicorn")
    log = tmp_path / "calls"
    command = [sys.executable, "-m", "venule", "serve", "--port", "0", "--processes", "1"]
    process = subprocess.Popen(
        [*traced(log, network=True), *command], env=homes, cwd=ground, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        said = ""
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", said)):
            line = process.stdout.readline()
            assert line, said
            said += line
        photograph = next((ground / "eyes" / "images").iterdir())
        asked = urllib.request.Request(found[0] + "/v1/measure", photograph.read_bytes(), method="POST")
        asked.add_header("Content-Type", "image/png")
        wait_for(found[0] + "/healthz")
        with urllib.request.urlopen(asked, timeout=120) as answer:
            assert answer.status == 200
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
    check(log, ground, homes)


def wait_for(address, seconds=60):
    end = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(address, timeout=5).close()
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)


def test_a_program_that_loaded_onnxruntime_first_is_kept_quiet_from_then_on(monkeypatch):
    import onnxruntime

    from venule.models import load_model
    from venule.segmentation import Segmenter

    quiet = []
    monkeypatch.setattr(onnxruntime, "disable_telemetry_events", lambda: quiet.append(True))
    Segmenter(load_model("general", threads=1))
    assert quiet == [True]


def test_onnxruntime_is_told_to_be_quiet_before_it_is_loaded_whatever_was_set():
    code = "import venule, os; print(os.environ['ORT_DISABLE_TELEMETRY'])"
    said = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | {"ORT_DISABLE_TELEMETRY": "0"}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    assert said.stdout.strip() == "1"
