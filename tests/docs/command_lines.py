"""Command lines as a page shows them: which programs they call, and whether these would take their options."""

import io
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout

# What a reader fills in, and a number where the program wants one.
PLACEHOLDERS = {"T": "0.4", "N": "2", "RANK": "0", "HOST": "localhost"}
_INSTALLERS = ("pip", "pip3", "uv", "conda", "apt-get")
_BEFORE_A_PROGRAM = ("exec", "time", "nice", "nohup", "sudo", "do", "then", "else", "!", "{")


def check_venule(arguments: Sequence[str]) -> str:
    """What the real command line says against these arguments; "" where it would take them. Nothing is done."""
    from typer.main import get_command

    from venule.cli.main import app

    command = get_command(app)
    _do_nothing(command)
    given = [PLACEHOLDERS.get(word, word) for word in arguments]
    said = io.StringIO()
    with redirect_stderr(said), redirect_stdout(said):
        try:
            command.main(args=given, prog_name="venule")
        except SystemExit as end:
            if end.code:
                return f"venule {' '.join(arguments)}: {' '.join(re.sub('[─│╭╮╰╯]', '', said.getvalue()).split())}"
    return ""


def options_of(words: Sequence[str]) -> set[str]:
    """The options of the command that these words begin with: ["data", "check"] -> {"--name", "--help"}.

    Raises:
        KeyError: there is no such command.
    """
    from typer.main import get_command

    from venule.cli.main import app

    command = get_command(app)
    for word in words:
        commands = getattr(command, "commands", None)
        if commands is None or word.startswith("-"):
            break
        command = commands[word]
    help_names = command.context_settings.get("help_option_names", ["--help", "-h"])
    return {name for option in command.params for name in (*option.opts, *option.secondary_opts)} | set(help_names)


def every_option() -> set[str]:
    """The options of all commands together."""
    from typer.main import get_command

    from venule.cli.main import app

    names = set()
    commands = [((), get_command(app))]
    for path, command in commands:
        names |= options_of(path)
        commands += [((*path, name), inner) for name, inner in getattr(command, "commands", {}).items()]
    return names


def venule_arguments(words: Sequence[str]) -> list[str] | None:
    """What follows `venule` in a command, also behind srun, torchrun or python -m; None where it does not call it."""
    if not words or words[0] in _INSTALLERS or words[:3] == ["python", "-m", "pip"]:
        return None
    return list(words[words.index("venule") + 1 :]) if "venule" in words else None


def commands_of(script: str) -> Iterator[list[str]]:
    """The words of each command in a shell script that is not run; what only running it would tell is called 1."""
    for line in _lines(script):
        line = re.sub(r"\$\([^()]*\)|`[^`]*`|\$\{?\w+\}?", "1", line)
        lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
        lexer.whitespace_split, lexer.commenters = True, ""
        words: list[str] = []
        redirected = False
        for token in lexer:
            if set(token) <= set("<>&") and set(token) & set("<>"):
                redirected = True
                if words and words[-1].isdecimal():
                    words.pop()
            elif set(token) <= set("();|&"):
                yield from _without_prefix(words)
                words = []
            elif redirected:
                redirected = False
            else:
                words.append(token)
        yield from _without_prefix(words)


def _do_nothing(command: object) -> None:
    inner = getattr(command, "commands", None)
    if inner is None:
        command.callback = lambda **_: None
    for one in (inner or {}).values():
        _do_nothing(one)


def _without_prefix(words: list[str]) -> Iterator[list[str]]:
    while words and (words[0] in _BEFORE_A_PROGRAM or re.match(r"[A-Za-z_]\w*=", words[0])):
        words = words[1:]
    if words:
        yield words


def _lines(script: str) -> Iterator[str]:
    """Lines of commands: continued ones joined, without comments and here-documents."""
    waiting, end = "", ""
    for line in script.splitlines():
        if end:
            end = "" if line.strip() == end else end
            continue
        line = _without_comment(waiting + line)
        if line.endswith("\\") or not _is_whole(line):
            waiting = line.removesuffix("\\") + (" " if line.endswith("\\") else "\n")
            continue
        waiting = ""
        document = re.search(r"<<-?\s*(['\"]?)(\w+)\1", line)
        if document:
            end, line = document[2], line[: document.start()] + line[document.end() :]
        yield line
    if waiting:
        yield waiting


def _without_comment(line: str) -> str:
    for match in re.finditer(r"(?:^|\s)#", line):
        if _is_whole(line[: match.start()]):
            return line[: match.start()]
    return line


def _is_whole(line: str) -> bool:
    try:
        shlex.split(line.removesuffix("\\"))
    except ValueError:
        return False
    return True
