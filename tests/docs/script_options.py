"""Would scripts take these options? Reads command lines as JSON, and prints for each what is wrong, or nothing.

Each script is run up to where it reads its options, and no further.
"""

import argparse
import contextlib
import io
import json
import runpy
import sys
from pathlib import Path


class _ParsedError(BaseException):
    """The script has read its options."""


def what_is_wrong(script: str, arguments: list[str]) -> str:
    """What a script says against these arguments; one that is missing is not held against them."""
    read = argparse.ArgumentParser.parse_args

    def read_and_stop(parser: argparse.ArgumentParser, *given: object, **more: object) -> None:
        read(parser, *given, **more)
        raise _ParsedError

    said = io.StringIO()
    path = [*sys.path]
    sys.argv, sys.path[:0] = [script, *arguments], [str(Path(script).parent)]
    argparse.ArgumentParser.parse_args = read_and_stop
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
            runpy.run_path(script, run_name="__main__")
    except _ParsedError:
        return ""
    except SystemExit as end:
        missing = "arguments are required" in said.getvalue()
        return "" if missing or not end.code else f"{script} {' '.join(arguments)}: {said.getvalue().splitlines()[-1]}"
    finally:
        argparse.ArgumentParser.parse_args = read
        sys.path[:] = path
    return f"{script} reads no options"


if __name__ == "__main__":
    print(json.dumps([what_is_wrong(script, arguments) for script, *arguments in json.load(sys.stdin)]))
