"""Reading a YAML file that a person wrote: plain values only, checked by pydantic."""

from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from venule.errors import RecipeError, in_words

Kind = TypeVar("Kind", bound=BaseModel)
_LARGEST = 2**17  # bytes; the largest recipe that is shipped has 2**11, and PyYAML takes seconds for these
_DEEPEST = 20  # levels; a recipe has four


def shipped_names(folder: Path) -> tuple[str, ...]:
    """Names of the YAML files in a folder of the package."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def read_checked(kind: type[Kind], name_or_path: str | Path, shipped: Path, *, word: str) -> Kind:
    """Read a shipped file by name, or a user's own by path.

    Args:
        kind: the pydantic model that checks the fields.
        name_or_path: as a user gave it.
        shipped: folder of the shipped files.
        word: what the file is called in messages.

    Raises:
        RecipeError: there is no such file, it is no YAML, or a field is unknown, missing or out of range.
    """
    known = shipped_names(shipped)
    path = shipped / f"{name_or_path}.yaml" if str(name_or_path) in known else Path(name_or_path)
    try:
        return kind.model_validate(read_yaml(path))
    except OSError as error:
        raise RecipeError(
            f"{word} {str(name_or_path)!r} cannot be read ({error.strerror}); "
            f"shipped: {', '.join(known)}; or give a YAML file"
        ) from error
    except ValidationError as error:
        raise RecipeError(f"{path}: {first_problem(error)}") from error


def first_problem(error: ValidationError) -> str:
    """The first field that is wrong, why, and the value given."""
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    return f"{where}: {first['msg']}; got {repr(first.get('input'))[:200]}"


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
    except Exception as error:  # besides YAMLError, PyYAML lets ValueError, RecursionError and others through
        said = in_words(error).replace(' in "<unicode string>",', ",")
        raise RecipeError(f"{path} is no YAML of plain values: {said[:500]}") from error


def _plain_values(text: str) -> Any:
    depth = 0
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):  # with which a kilobyte stands for a terabyte
            raise ValueError("aliases (*name) are not read: write the value out")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:  # PyYAML's time grows with the square of the depth
            raise ValueError(f"lists in lists, more than {_DEEPEST} deep")
    return yaml.safe_load(text)
