"""Check and run the commands of a page."""

import io
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from functools import cache
from pathlib import Path

import click
from pages import Block
from typer.main import get_command

from venule.cli.main import app

# How the programs of a page run in a test. A `venule` command is only checked if it needs a network, a cluster, a
# published data set, or hours; training takes two steps.
SHELL = """
set -euo pipefail
venule() {
  case " $* " in
    *://* | *" data get "* | *" --engine "* | *" study "* | *" --folds "*) ;;
    *DATA* | *DRIVE* | *CHASE_DB1*) ;;
    " serve "*)
      if [ -f service ]; then
        kill "$(cat service)"
        while kill -0 "$(cat service)" 2> /dev/null; do sleep 0.1; done
      fi
      "$PYTHON" -m venule "$@" --host 127.0.0.1 --port $PORT > service.log 2>&1 & echo $! > service
      for _ in $(seq 300); do
        if "$CURL" -s localhost:$PORT/healthz > /dev/null; then return 0; fi; sleep 0.2
      done
      cat service.log; return 1 ;;
    " data phantom "*) "$PYTHON" -m venule "$@" --size 256 --count 3 ;;
    " demo "*) "$PYTHON" -m venule "$@" --count 1 ;;
    " train "*) "$PYTHON" -m venule "$@" --steps 2 ;;
    *) "$PYTHON" -m venule "$@" ;;
  esac
}
curl() {
  "$CURL" --silent --show-error --fail-with-body --resolve eyes.example.org:$PORT:127.0.0.1 "$@" > answer \\
    || { cat answer; return 1; }
}
python() { case "$1" in tests/*) ;; *) "$PYTHON" "$@" ;; esac; }
pip() { :; }; pytest() { :; }; srun() { :; }; torchrun() { :; }; hostname() { echo localhost; }
exec() { "$@"; }
export OMP_NUM_THREADS=1
PORT={port}; PYTHON={python}; CURL={curl}; SLURM_ARRAY_TASK_ID=1; SLURM_CPUS_PER_TASK=1; TMPDIR=.
"""
PLACEHOLDERS = {"T": "0.4", "RANK": "0"}


class PageFailedError(AssertionError):
    """A block of a page does not do what the page says."""


def run_blocks(blocks: Sequence[Block], folder: Path) -> None:
    """Run the blocks of a page in order: commands in a folder, Python in one namespace.

    Raises:
        PageFailedError: a command is wrong, or ends with another exit code than expected.
    """
    port, namespace = _free_port(), {"__name__": "__main__"}
    try:
        for block in blocks:
            text = re.sub(r"\b(localhost|eyes\.example\.org):8000", rf"\1:{port}", block.text)
            if block.first:
                _run(Block("sh", block.first, block.place), block.first, folder, port)
            if block.language == "sh":
                check_commands(block)
                if not block.skip:
                    _run(block, text, folder, port)
            elif block.language == "python" and not block.skip:
                exec(compile(text, block.place, "exec"), namespace)
    finally:
        if (folder / "service").exists():
            os.kill(int((folder / "service").read_text()), 15)


def check_commands(block: Block) -> None:
    """Hold every `venule` command of a block against the real command line.

    Raises:
        PageFailedError: a command or an option does not exist, or a value is wrong.
    """
    for words in _commands_in(block.text):
        called = "venule" in words and words[0] not in ("pip", "python3")
        if called and (wrong := what_is_wrong(words[words.index("venule") + 1 :])):
            raise PageFailedError(f"{block.place}: {' '.join(words)}: {wrong}")


def what_is_wrong(arguments: Sequence[str]) -> str:
    """What the command line says against these arguments, without doing anything; "" if nothing."""
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(said):
        try:
            _command_that_does_nothing().main([PLACEHOLDERS.get(word, word) for word in arguments], prog_name="venule")
        except SystemExit as end:
            return " ".join(re.sub("[─│╭╮╰╯]", "", said.getvalue()).split()) if end.code else ""
    return ""


def options_of(words: Sequence[str]) -> set[str]:
    """The options of the command that these words begin with.

    Raises:
        KeyError: there is no such command.
    """
    command = get_command(app)
    for word in words:
        if not hasattr(command, "commands") or word.startswith("-"):
            break
        command = command.commands[word]
    return {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | {"--help", "-h"}


@cache
def every_option() -> frozenset[str]:
    """The options of all commands together."""
    names, left = set(), [()]
    for words in left:
        names |= options_of(words)
        command = get_command(app)
        for word in words:
            command = command.commands[word]
        left += [(*words, name) for name in getattr(command, "commands", {})]
    return frozenset(names)


@cache
def _command_that_does_nothing() -> click.Command:
    command = get_command(app)
    left = [command]
    for one in left:
        left += getattr(one, "commands", {}).values()
        if not hasattr(one, "commands"):
            one.callback = lambda **_: None
    return command


def _commands_in(script: str) -> Iterator[list[str]]:
    """The words of each command of a shell script."""
    script = re.sub(r"<<'?(\w+)'?\n.*?\n\1$", "", script, flags=re.DOTALL | re.MULTILINE).replace("\\\n", " ")
    for line in re.sub(r"\$\([^()]*\)|\$\w+", "1", script).splitlines():
        words: list[str] = []
        for word in [*shlex.shlex(line, posix=True, punctuation_chars=True), ";"]:
            if set(word) <= set(";&|"):
                if words:
                    yield words
                words = []
            elif not set(word) <= set("<>"):
                words.append(word)


def _run(block: Block, text: str, folder: Path, port: int) -> None:
    given = {"port": port, "python": sys.executable, "curl": shutil.which("curl")}
    script = SHELL
    for name, value in given.items():
        script = script.replace(f"{{{name}}}", str(value))
    hidden = ("VENULE_", "PYTEST_", "COV_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)}
    done = subprocess.run(
        ["bash", "-c", script + text], cwd=folder, env=environment, capture_output=True, text=True, timeout=600
    )
    if done.returncode != block.exits:
        raise PageFailedError(f"{block.place}: exit code {done.returncode}\n{text}\n{done.stdout}\n{done.stderr}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]
