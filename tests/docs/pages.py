"""Read the pages of the documentation: their code blocks, and the code in their text.

A comment directly above a block, which readers do not see, tells the test how to treat it:

    <!-- test: skip (reason) -->   do not run it; its commands are still checked
    <!-- test: exits 1 -->         it ends with this exit code
    <!-- test: first COMMAND -->   run this command before it
"""

import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
FILES = [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").glob("*.md"))] + [
    path
    for folder in ("tutorials", "how-to", "explanations", "reference")
    for path in sorted((REPOSITORY / "docs" / folder).rglob("*.md"))
]
PAGES = {str(path.relative_to(REPOSITORY)): path for path in FILES}
LANGUAGES = {"sh", "python", "text", "yaml", "json", "nginx", "{eval-rst}", "{toctree}", "{include} ../../README.md"}

_BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.DOTALL | re.MULTILINE)
_ABOUT = re.compile(r"<!-- test: (skip \((?P<skip>.+)\)|exits (?P<exits>\d)|first (?P<first>.+)) -->\n *$")


@dataclass(frozen=True)
class Block:
    """A code block.

    Attributes:
        language: the word after the fence.
        text: without common indentation.
        place: page and line.
        skip: why it is not run, or "".
        exits: its exit code.
        first: a command to run before it, or "".
    """

    language: str
    text: str
    place: str
    skip: str = ""
    exits: int = 0
    first: str = ""


def blocks_of(text: str, name: str) -> list[Block]:
    """The code blocks of a page in order."""
    found = []
    for match in _BLOCK.finditer(text):
        about = _ABOUT.search(text[: match.start()])
        given = {key: value for key, value in about.groupdict().items() if value} if about else {}
        place = f"{name}:{text.count(chr(10), 0, match.start()) + 2}"
        exits = int(given.pop("exits", 0))
        found.append(Block(match["language"].strip(), textwrap.dedent(match["text"]), place, exits=exits, **given))
    assert text.count("<!-- test:") == sum(bool(one.skip or one.exits or one.first) for one in found), (
        f"{name}: a comment about the test is not understood, or no block follows it"
    )
    return found


def code_in_text(text: str) -> list[str]:
    """What stands in backquotes outside of code blocks, and in comments."""
    prose = _BLOCK.sub("", text)
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`|<!--(.+?)-->", prose) for code in code if code]
