"""A file that a person wrote in YAML -> plain values, and nothing else, whatever the file holds."""

from pathlib import Path
from typing import Any

import yaml

from venule.errors import RecipeError

_LARGEST = 2**17  # bytes; the largest recipe that is shipped has 2**11, and PyYAML takes seconds for these
_DEEPEST = 20  # levels; a recipe has four


def read_yaml(path: Path) -> Any:
    """The content of a YAML file.

    Raises:
        RecipeError: it is no YAML, has aliases, or tags of other kinds than plain values, or is too large or too deep.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise RecipeError(f"{path} is larger than {_LARGEST:,} bytes, as no recipe is: is it the right file?")
    try:
        return _plain_values(content.decode())
    except Exception as error:  # PyYAML also lets through what int, float, datetime and the stack say of nonsense
        raise RecipeError(f"{path} is no YAML of plain values: {str(error)[:500]}") from error


def _plain_values(text: str) -> Any:
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):  # with which a kilobyte stands for a terabyte
            raise ValueError("aliases (*name) are not read: write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:  # PyYAML's time grows with the square of the depth
            raise ValueError(f"lists in lists, more than {_DEEPEST} deep")
    return yaml.safe_load(text)
