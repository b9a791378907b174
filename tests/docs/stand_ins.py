"""What a page's commands find on their path in place of the programs themselves.

`venule`, `python` and `curl` are run as they are, with what a test needs: a free port, fewer phantoms. What cannot run
in a test is not run, with a reason that is counted; the `venule` commands in it are held against the real command line.
Everything that is called is written to a log.

    python stand_ins.py PROGRAM ARGUMENTS...   with DOCUMENTED naming the JSON file of `Settings`
"""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import command_lines

# Harmless programs, which are there as they are.
HARMLESS = (
    "awk", "basename", "cat", "cp", "cut", "date", "diff", "dirname", "du", "env", "file", "find", "grep", "head",
    "hostname", "ln", "ls", "mkdir", "mktemp", "mv", "nproc", "openssl", "printf", "rm", "sed", "seq", "sha256sum",
    "sleep", "sort", "stat", "tail", "tar", "tee", "test", "touch", "tr", "true", "uniq", "wc", "xargs",
)  # fmt: skip
# Harmless programs that not every machine has.
OPTIONAL = ("curl", "jq", "sqlite3", "unzip", "zip")
NEVER_RUN = {
    "pip": "installs; the checks' own script does",
    "git": "clones from the network",
    "srun": "several machines",
    "sbatch": "several machines",
    "scancel": "several machines",
    "torchrun": "several machines",
    "ray": "several machines",
    "kubectl": "several machines",
    "docker": "another program's containers",
    "apt-get": "installs; the checks' own script does",
    "pytest": "these are the tests",
    "sphinx-build": "builds the site; the checks do it themselves",
    "tensorboard": "a page that stays open",
    "jupyter": "a page that stays open",
    "napari": "a window that stays open",
    "schemathesis": "an hour of made-up requests",
}
# `venule` commands that no test can run, or that take too long.
NOT_HERE = (
    (r"\b(s3|gs|gcs|az|abfs|https?)://", "a bucket in the network"),
    (r"^data get ", "downloads"),
    (r"--engine ray|--address ", "a Ray cluster; tests/batch starts one"),
    (r"^(train|study) .*--devices [2-9]|--nodes [2-9]", "several GPUs or processes"),
    (r"^train general\b", "hours of training, on HRF"),
    (r"^train .*--folds ", "a training a fold; tests/training cross-validates"),
    (r"^study ", "hours of training; tests/study runs one"),
    (r"^validate\b", "an hour; tests/validation runs a small one"),
    (r"(^| )/(?!tmp/)", "a folder of another machine"),
)
# Options that make a command quicker where the page does not say how much is wanted.
QUICKER = ((r"^data phantom\b", "--size 400"), (r"^demo\b", "--count 1"))
# Commands that rightly find fault with what the test has made up.
FAULTY = ((r"^data check (DATA/)?(DRIVE|CHASE_DB1|HRF)\b", 1),)
NAMES_OF_THE_SERVICE = ("eyes.example.org",)


@dataclass(frozen=True)
class Settings:
    """How the programs of a page run, in a file that DOCUMENTED names.

    Attributes:
        log: gets a line of JSON for each call.
        path: of the real programs.
        port: for the service in place of any other.
        service: file for the number of its process.
        job: file for the identifier of the last job.
        options: for the `venule` commands that have them.
    """

    log: str
    path: str
    port: int
    service: str
    job: str
    options: str = ""

    def write(self, path: Path) -> None:
        """Write them."""
        path.write_text(json.dumps(asdict(self)))


@dataclass(frozen=True)
class Call:
    """A program that a page has called.

    Attributes:
        program: which.
        arguments: as the shell gave them.
        not_run: why not; "" where it was.
        more: the options it was given besides.
    """

    program: str
    arguments: tuple[str, ...]
    not_run: str = ""
    more: str = ""

    def __str__(self) -> str:
        return f"{self.program} {shlex.join(self.arguments)}"


def read_calls(log: Path) -> list[Call]:
    """What a log holds."""
    if not log.exists():
        return []
    calls = map(json.loads, log.read_text().splitlines())
    return [Call(c["program"], tuple(c["arguments"]), c["not_run"], c["more"]) for c in calls]


def write_stand_ins(folder: Path) -> None:
    """Fill a folder, to be the path of a shell, with them."""
    for program in HARMLESS:
        if there := shutil.which(program):
            (folder / program).symlink_to(there)
    for program in ("venule", "python", "python3", *OPTIONAL, *NEVER_RUN):
        stand_in = folder / program
        stand_in.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(__file__)} {program} "$@"\n')
        stand_in.chmod(0o755)


def why_not(arguments: Sequence[str]) -> str:
    """Why a `venule` command is not run; "" where it is."""
    line = " ".join(arguments)
    return next((why for pattern, why in NOT_HERE if re.search(pattern, line)), "")


def stop_service(pid_file: Path) -> None:
    """Stop the service of a page, if there is one."""
    if pid_file.exists():
        with contextlib.suppress(ProcessLookupError):
            os.killpg(int(pid_file.read_text()), signal.SIGTERM)
        pid_file.unlink()


def main(program: str, arguments: list[str]) -> int:
    """Stand in for a program."""
    settings = Settings(**json.loads(Path(os.environ["DOCUMENTED"]).read_text()))
    os.environ["PATH"] = settings.path
    if program in NEVER_RUN:
        return _check(settings, program, arguments, NEVER_RUN[program])
    if program in OPTIONAL and not shutil.which(program):
        if not sys.stdin.isatty():
            sys.stdin.buffer.read()
        return _check(settings, program, arguments, f"{program} is not installed here")
    if program.startswith("python"):
        return _python(settings, arguments)
    if program == "curl":
        return _curl(settings, arguments)
    if program == "venule":
        return _venule(settings, arguments)
    _log(settings, Call(program, tuple(arguments)))
    return subprocess.call([program, *arguments])


def _venule(settings: Settings, arguments: list[str]) -> int:
    reason = why_not(arguments)
    if reason:
        return _check(settings, "venule", arguments, reason)
    asked = settings.options and set(re.findall(r"(?<!\S)--?[a-z][\w-]*", settings.options))
    shorter = settings.options if asked and asked <= command_lines.options_of(arguments) else ""
    arguments = [command_lines.PLACEHOLDERS.get(word, word) for word in arguments]
    line = " ".join(arguments)
    quicker = [more for pattern, more in QUICKER if re.search(pattern, line) and f"{more.split()[0]} " not in line]
    more = " ".join([*quicker, shorter]).strip()
    _log(settings, Call("venule", tuple(arguments), more=more))
    command = [sys.executable, "-m", "venule", *arguments, *more.split()]
    if arguments[:1] == ["serve"] and not {"--help", "-h"} & set(arguments):
        return _serve(settings, command)
    code = subprocess.call(command)
    return 0 if any(re.search(pattern, line) and code == faulty for pattern, faulty in FAULTY) else code


def _python(settings: Settings, arguments: list[str]) -> int:
    if arguments[:2] == ["-m", "venule"]:
        return _venule(settings, arguments[2:])
    if arguments[:2] == ["-m", "pip"]:
        return _check(settings, "python", arguments, NEVER_RUN["pip"])
    if arguments and re.match(r"(benchmarks|tests)/", arguments[0]):
        return _check(settings, "python", arguments, "minutes to hours; its options are checked")
    _log(settings, Call("python", tuple(arguments)))
    return subprocess.call([sys.executable, *arguments])


def _curl(settings: Settings, arguments: list[str]) -> int:
    job = Path(settings.job)
    known = job.read_text() if job.exists() else "ID"
    given = [re.sub(r"/jobs/ID\b", f"/jobs/{known}", word) for word in arguments]
    for name in NAMES_OF_THE_SERVICE:
        given += ["--resolve", f"{name}:{settings.port}:127.0.0.1"]
    _log(settings, Call("curl", tuple(arguments)))
    done = subprocess.run(["curl", "--silent", "--show-error", "--fail-with-body", *given], stdout=subprocess.PIPE)
    sys.stdout.buffer.write(done.stdout)
    with contextlib.suppress(ValueError, KeyError, TypeError):
        job.write_text(json.loads(done.stdout)["id"])
    return done.returncode


def _serve(settings: Settings, command: list[str]) -> int:
    """Start the service and come back when it answers."""
    pid_file = Path(settings.service)
    stop_service(pid_file)
    _wait(settings.port, lambda up: not up)
    log = pid_file.with_suffix(".log")
    with log.open("w") as said:
        process = subprocess.Popen(
            [*command, "--host", "127.0.0.1", "--port", str(settings.port)], stdout=said, stderr=said,
            stdin=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    pid_file.write_text(str(process.pid))
    if _wait(settings.port, lambda up: up or process.poll() is not None) and process.poll() is None:
        return 0
    print(log.read_text(), file=sys.stderr)
    return process.poll() or 1


def _wait(port: int, enough: Callable[[bool], bool]) -> bool:
    for _ in range(600):
        if enough(_answers(port)):
            return True
        time.sleep(0.1)
    return False


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _check(settings: Settings, program: str, arguments: list[str], reason: str) -> int:
    _log(settings, Call(program, tuple(arguments), reason))
    inner = command_lines.venule_arguments([program, *arguments])
    wrong = command_lines.check_venule(inner) if inner is not None else ""
    if wrong:
        print(wrong, file=sys.stderr)
    return 2 if wrong else 0


def _log(settings: Settings, call: Call) -> None:
    with open(settings.log, "a") as file:
        file.write(json.dumps(asdict(call)) + "\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
