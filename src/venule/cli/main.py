"""The `venule` program."""

import os
import sys
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, NoReturn

import typer
from typer.core import TyperArgument, TyperOption

from venule.cli import data
from venule.cli.batches import merge, status
from venule.cli.demo import demo
from venule.cli.lists import models, networks
from venule.cli.photographs import measure, report, segment
from venule.cli.scores import evaluate, submit
from venule.cli.serve import serve
from venule.cli.training import study, train

PANELS = {
    "Start": (demo, segment, serve),
    "Measure": (measure, report),
    "Many photographs": (status, merge),
    "Networks": (models, evaluate, train, networks, study, submit),
}

# Where libraries keep fonts and compiled code; otherwise in folders of their own in the user's home and in /tmp.
_CACHES = {
    "MPLCONFIGDIR": "matplotlib",
    "TORCHINDUCTOR_CACHE_DIR": "torchinductor",
    "TRITON_CACHE_DIR": "triton",
    "CUDA_CACHE_PATH": "cuda",
}

# Typer shows Python's types, such as <list[str]> and <bool>: an argument's name says enough, and a flag has no value.
TyperArgument.display_type_rich = lambda self, ctx: ""  # type: ignore[method-assign]
TyperOption.display_type_rich = lambda self, ctx: self.metavar or ("" if self.is_flag else self.display_type(ctx))  # type: ignore[method-assign]

app = typer.Typer(
    help="Find and measure the blood vessels in photographs of the retina; train and compare the networks that do it.",
    epilog="Documentation: docs/index.md in the checkout. Options of a command: venule COMMAND --help.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"venule {version('venule')}")
        raise typer.Exit


@app.callback()
def venule(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Take the options that come before every command."""


for panel, commands in PANELS.items():
    for command in commands:
        app.command(rich_help_panel=panel)(command)
app.add_typer(data.app, name="data", help="List, check, download and make data sets.", rich_help_panel="Networks")


def main() -> None:
    """Run the program; an error is printed in words, with exit code 2."""
    from venule.errors import VenuleError, in_words, printable

    sys.stdout.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # names of files may hold any byte
    _keep_caches_together()
    try:
        _refuse_empty(sys.argv)
        app()
    except VenuleError as error:
        _end(printable(str(error)))
    except Exception as error:
        if "VENULE_TRACEBACK" in os.environ:
            raise
        words = in_words(error)
        if not isinstance(error, OSError | MemoryError):
            words = "an error that venule does not foresee" + (f" ({words})" if words else "")
            words += "; please report it, with what is printed with VENULE_TRACEBACK=1 in the environment"
        _end(printable(words))
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except SystemExit as end:
        if end.code == 130:  # all is written: one more Ctrl-C while Python ends must not change the exit code
            import signal

            signal.signal(signal.SIGINT, signal.SIG_IGN)
        raise


def _refuse_empty(words: Sequence[str]) -> None:
    """An empty text is a variable of the shell that is not set; it would stand for the current folder."""
    from venule.errors import VenuleError

    for before, word in pairwise(words):
        if not word or (word.startswith("--") and word.endswith("=")):
            place = word or f"the word after {before!r}"
            raise VenuleError(f"{place} is empty: give a value; is a variable of the shell not set?")


def _end(message: str) -> NoReturn:
    typer.secho(f"venule: {message}", fg="red", err=True)
    raise SystemExit(2)


def _keep_caches_together() -> None:
    """Let libraries keep their caches in venule's cache folder, in this process and those that it starts."""
    home = os.path.expanduser("~")
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    if not os.access(caches if os.path.isdir(caches) else home, os.W_OK):
        return
    for variable, name in _CACHES.items():
        os.environ.setdefault(variable, os.path.join(caches, "venule", name))
