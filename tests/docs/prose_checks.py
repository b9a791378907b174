"""What the prose of a page names: commands, options, extras, scripts, recipes. All of it must be there."""

import re
import tomllib
from functools import cache
from pathlib import Path

import command_lines
import yaml
from pages import Page

REPOSITORY = Path(__file__).parents[2]
_FOREIGN = {"-c"}  # of pip
_SCRIPT = re.compile(r"\b(?:benchmarks|tests)/[\w/]+\.py")


def what_is_wrong(page: Page) -> list[str]:
    """What a page names outside of what it runs, and that is not there."""
    code = list(page.code_in_prose)
    typed = [line for block in page.to_run for line in block.text.splitlines()]
    scripts = {script for line in (*code, *typed) for script in _SCRIPT.findall(line)}
    theirs = "\n".join(path.read_text("utf-8") for name in scripts if (path := REPOSITORY / name).is_file())
    found = [problem for line in code for problem in (_command(line), _option(line, theirs))]
    found += [_place(line) for line in (*code, *typed)]
    found += [_extra(line) for line in (*code, *typed)]
    found += [_yaml(block.text) for block in page.blocks if block.language == "yaml"]
    return [problem for problem in found if problem]


def _command(code: str) -> str:
    words = code.replace("...", "").split()
    if words[:1] != ["venule"] or len(words) == 1 or words[1].isupper():
        return ""
    try:
        options = command_lines.options_of(words[1:])
    except KeyError as error:
        return f"{code}: there is no command {error}"
    unknown = {word.split("=")[0] for word in words if re.match(r"--?[a-z]", word)} - options
    return f"{code}: there is no {', '.join(unknown)}" if unknown else ""


def _option(code: str, scripts: str) -> str:
    """Of an option that stands alone: it must be of some command, or of a script that the page names."""
    if not re.match(r"--?[a-z]", code):
        return ""
    named = {word.split("=")[0] for word in code.split() if re.match(r"--?[a-z]", word)} - _FOREIGN
    unknown = {name for name in named - _options() if f'"{name}"' not in scripts}
    return f"{code}: no command has {', '.join(unknown)}" if unknown else ""


def _place(code: str) -> str:
    for place in re.findall(r"(?<![\w/.-])(?:benchmarks|tests|src)/[\w/*.-]*\w", code):
        if not any(REPOSITORY.glob(place)):
            return f"{code}: there is no {place}"
    return ""


def _extra(code: str) -> str:
    named = {name for extras in re.findall(r"(?:venule|['\" ]\.)\[([a-z,]+)\]", code) for name in extras.split(",")}
    unknown = named - _extras()
    return f"{code}: there is no extra {', '.join(unknown)}" if unknown else ""


def _yaml(text: str) -> str:
    """Of commands in it, and of recipes."""
    from venule.training import Recipe

    for called in re.findall(r"(?m)^[^#\n]*?\bvenule ([a-z]+ .*)", text):
        wrong = command_lines.check_venule(called.split())
        if wrong:
            return wrong
    content = yaml.safe_load(text)
    if isinstance(content, dict) and {"network", "data"} <= content.keys():
        try:
            Recipe.model_validate(content)
        except ValueError as error:
            return f"{text}{error}"
    return ""


@cache
def _options() -> set[str]:
    return command_lines.every_option()


@cache
def _extras() -> set[str]:
    return set(tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]["optional-dependencies"])
