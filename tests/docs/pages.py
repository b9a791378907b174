"""A page of the documentation: its blocks in order, what is said about testing them, and the code in its prose.

A line of HTML directly above a block, which readers do not see, says how the test treats it:

    <!-- test: skip (reason) -->      it is not run; its commands are still held against the real command line
    <!-- test: with --steps 2 -->     each `venule` command in it that has these options gets them
    <!-- test: exits 1 -->            it ends with this exit code
    <!-- test: first COMMAND -->      is run before it: what the page takes for granted
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

RUN = ("sh", "python")
SHOWN = ("text", "yaml", "json", "csv", "toml", "bibtex", "html", "dockerfile")

_FENCE = re.compile(r"^(?P<indent>[ \t]*)(?P<fence>`{3,}|~{3,})[ \t]*(?P<language>[^`\n]*)$")
_DIRECTIVE = re.compile(r"^\s*<!-- test: (?P<verb>\w+) ?(?P<rest>.*?) ?-->\s*$")
_INLINE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)", re.DOTALL)
_COMMENT = re.compile(r"<!--(.*?)-->", re.DOTALL)


class PageError(Exception):
    """A page says something about its test that is not understood."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        language: the first word after the fence.
        text: without the indentation that all lines share.
        line: of the page, of its first line of text.
        skip: why it is not run; "" where it is.
        options: for the `venule` commands in it, such as "--steps 2".
        exits: its exit code.
        before: commands to run first.
    """

    language: str
    text: str
    line: int
    skip: str = ""
    options: str = ""
    exits: int = 0
    before: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page.

    Attributes:
        name: its path inside the repository.
        blocks: in order.
        prose: everything outside of them.
    """

    name: str
    blocks: tuple[Block, ...]
    prose: str = field(repr=False, default="")

    @property
    def to_run(self) -> tuple[Block, ...]:
        """The blocks of commands and of Python, those that are skipped among them."""
        return tuple(block for block in self.blocks if block.language in RUN)

    @property
    def code_in_prose(self) -> Iterator[str]:
        """What stands in backquotes, and in comments that readers do not see, each on one line."""
        for match in _INLINE.finditer(self.prose):
            yield " ".join(match[2].split())
        for match in _COMMENT.finditer(self.prose):
            yield " ".join(match[1].split())


def pages_of(repository: Path) -> list[Path]:
    """The README and every page of the documentation that a person writes."""
    documentation = repository / "docs"
    made = (documentation / "generated", documentation / "examples", documentation / "build")
    pages = [path for path in documentation.rglob("*.md") if not any(path.is_relative_to(folder) for folder in made)]
    return [repository / "README.md", *sorted(pages)]


def read_page(path: Path, *, name: str) -> Page:
    """Read a page.

    Raises:
        PageError: a block has no end, or a line about its test is not understood or stands above no block.
    """
    lines = path.read_text("utf-8").splitlines()
    blocks: list[Block] = []
    prose: list[str] = []
    said: list[tuple[int, str, str]] = []
    place = 0
    while place < len(lines):
        opening, directive = _FENCE.match(lines[place]), _DIRECTIVE.match(lines[place])
        if directive:
            said.append((place + 1, directive["verb"], directive["rest"]))
        elif opening:
            end = _end(lines, place, opening["fence"], name)
            text = textwrap.dedent("\n".join(lines[place + 1 : end])) + "\n"
            language = opening["language"].removeprefix("{code-block}").strip()
            blocks.append(_block(language, text, place + 2, said, name))
            said, place = [], end
        elif said:
            raise PageError(f"{name}:{said[0][0]}: nothing to test stands below this line")
        else:
            prose.append(lines[place])
        place += 1
    if said:
        raise PageError(f"{name}:{said[0][0]}: nothing to test stands below this line")
    return Page(name, tuple(blocks), "\n".join(prose))


def _end(lines: list[str], start: int, fence: str, name: str) -> int:
    for place in range(start + 1, len(lines)):
        text = lines[place].strip()
        if text.startswith(fence) and not text.strip(fence[0]):
            return place
    raise PageError(f"{name}:{start + 1}: this block has no end")


def _block(language: str, text: str, line: int, said: list[tuple[int, str, str]], name: str) -> Block:
    about: dict[str, str] = {}
    before = []
    for place, verb, rest in said:
        if verb == "skip" and re.fullmatch(r"\(.+\)", rest):
            about["skip"] = rest[1:-1]
        elif verb == "with" and rest.startswith("-"):
            about["options"] = rest
        elif verb == "exits" and rest.isdecimal():
            about["exits"] = rest
        elif verb == "first" and rest:
            before.append(rest)
        else:
            raise PageError(
                f"{name}:{place}: 'test: {verb} {rest}' is not understood; known: skip (reason), with OPTIONS, "
                "exits N, first COMMAND"
            )
    if said and language not in RUN:
        raise PageError(
            f"{name}:{said[0][0]}: the block below is of {language or 'no language'}, and is not run anyway"
        )
    return Block(
        language, text, line, about.get("skip", ""), about.get("options", ""), int(about.get("exits", 0)), tuple(before)
    )
