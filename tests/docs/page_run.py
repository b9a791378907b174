"""Runs the blocks of a page in order, as a reader would who types them all into one terminal and one notebook."""

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import command_lines
import matplotlib
import stand_ins
from pages import Block, Page
from stand_ins import Call, Settings

HERE = Path(__file__).parent
_BASH = shutil.which("bash") or "bash"
LIMIT = 600  # seconds a block
_SHELL = """\
exec() {{ "$@"; }}
[ ! -f {state} ] || . {state}
cd "$(cat {place})"
trap '{{ set +x; }} 2> /dev/null; export -p > {state}; pwd > {place}' EXIT
set -aeuo pipefail
set -x
{text}
wait
"""


class PageFailedError(AssertionError):
    """A block of a page did not do what the page says."""


class PageRun:
    """A page's terminal and notebook.

    Args:
        page: the page.
        folder: a new folder for it; `folder/here` is where its commands run.
        programs: folder with the stand-ins of programs.
    """

    def __init__(self, page: Page, folder: Path, programs: Path) -> None:
        self.page, self.folder, self.programs = page, folder, programs
        self.log, self.said = folder / "calls", folder / "said"
        self.port = _free_port()
        (folder / "here").mkdir(parents=True, exist_ok=True)
        (folder / "home").mkdir()
        (folder / "tmp").mkdir()
        (folder / "place").write_text(str(folder / "here"))
        self._python: subprocess.Popen[str] | None = None

    def run(self) -> list[Call]:
        """Run every block; what has been called.

        Raises:
            PageFailedError: at the first that fails.
        """
        with self._closing():
            for block in self.page.to_run:
                for command in block.before:
                    self._shell(Block("sh", command + "\n", block.line - 1, options=block.options))
                if block.skip:
                    self._check(block)
                elif block.language == "python":
                    self._notebook(block)
                else:
                    self._shell(block)
        return stand_ins.read_calls(self.log)

    def _shell(self, block: Block) -> None:
        settings = Settings(
            str(self.log), os.environ["PATH"], self.port, str(self.folder / "service"), str(self.folder / "job"),
            block.options,
        )  # fmt: skip
        settings.write(self.folder / "settings")
        before = len(stand_ins.read_calls(self.log))
        where = {name: shlex.quote(str(self.folder / name)) for name in ("state", "place")}
        script = self.folder / "script"
        script.write_text(_SHELL.format(text=self._at_port(block.text), **where))
        with self.said.open("w") as said:
            process = subprocess.Popen(
                [_BASH, str(script)], stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=self._environment(),
                start_new_session=True,
            )  # fmt: skip
            try:
                code = process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self._fail(block, f"did not end within {LIMIT} s")
            finally:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)  # what it has left behind, too
        calls = stand_ins.read_calls(self.log)[before:]
        if code != block.exits:
            self._fail(block, f"ended with exit code {code}" + (f" in place of {block.exits}" if block.exits else ""))
        expected = [words for words in command_lines.commands_of(block.text) if self._is_counted(words[0])]
        if len(calls) < len(expected):
            self._fail(block, f"called {len(calls)} of its {len(expected)} programs: {'; '.join(map(str, calls))}")
        if block.options and not any(block.options in call.more for call in calls):
            self._fail(block, f"has no command that takes {block.options}")

    def _notebook(self, block: Block) -> None:
        if self._python is None:
            self._python = subprocess.Popen(
                [sys.executable, str(HERE / "page_python.py")], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=self.said.open("w"), text=True, env=self._environment(), start_new_session=True,
                cwd=self.folder / "here",
            )  # fmt: skip
        place = (self.folder / "place").read_text().strip()
        told = {"code": self._at_port(block.text), "folder": place, "file": self.page.name, "line": block.line}
        timer = threading.Timer(LIMIT, self._python.kill)
        timer.start()
        self._python.stdin.write(json.dumps(told) + "\n")
        self._python.stdin.flush()
        answer = self._python.stdout.readline()
        timer.cancel()
        if not answer:
            self._fail(block, f"ended Python with exit code {self._python.wait()}")
        wrong = json.loads(answer)
        if wrong:
            self._fail(block, f"raised an error\n{wrong}")
        self._record(Call("Python block", (f"{self.page.name}:{block.line}",)))

    def _check(self, block: Block) -> None:
        """Hold a block that is not run against the programs it names."""
        place = (f"{self.page.name}:{block.line}",)
        if block.language == "python":
            compile(block.text, self.page.name, "exec")
            self._record(Call("Python block", place, block.skip))
            return
        shell = subprocess.run([_BASH, "-n"], input=block.text, capture_output=True, text=True)
        if shell.returncode:
            self._fail(block, f"is no shell script: {shell.stderr}")
        for words in command_lines.commands_of(block.text):
            arguments = command_lines.venule_arguments(words)
            wrong = "" if arguments is None else command_lines.check_venule(arguments)
            if wrong:
                self._fail(block, f"is not run ({block.skip}), and has a command that is wrong:\n{wrong}")
            self._record(Call(words[0], tuple(words[1:]), block.skip))

    def _record(self, call: Call) -> None:
        with self.log.open("a") as file:
            file.write(json.dumps(vars(call)) + "\n")

    def _fail(self, block: Block, what: str) -> None:
        logs = [log for log in (self.folder / "service.log", self.said) if log.exists()]
        said = "\n".join(log.read_text(errors="replace")[-3000:] for log in logs)
        raise PageFailedError(f"{self.page.name}:{block.line}: this block {what}\n\n{block.text}\n{said}")

    def _is_counted(self, program: str) -> bool:
        return (self.programs / program).is_file() and not (self.programs / program).is_symlink()

    def _at_port(self, text: str) -> str:
        """The text, with the service at a free port."""
        names = "|".join(map(re.escape, ("localhost", "127.0.0.1", *stand_ins.NAMES_OF_THE_SERVICE)))
        return re.sub(rf"\b({names}):\d+", rf"\g<1>:{self.port}", text)

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("VENULE_", "PYTEST_", "COV_"))
        }
        return kept | {
            "PATH": str(self.programs),
            "HOME": str(self.folder / "home"),
            "TMPDIR": str(self.folder / "tmp"),
            "DOCUMENTED": str(self.folder / "settings"),
            "MPLBACKEND": "agg",
            "MPLCONFIGDIR": matplotlib.get_cachedir(),  # its list of fonts takes seconds to make
            "QT_QPA_PLATFORM": "offscreen",
            "SLURM_ARRAY_TASK_ID": "1",
            "SLURM_CPUS_PER_TASK": "1",
        }

    @contextlib.contextmanager
    def _closing(self) -> Iterator[None]:
        try:
            yield
        finally:
            if self._python is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._python.pid, signal.SIGKILL)
                self._python.wait()
            stand_ins.stop_service(self.folder / "service")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
