"""The names of uploaded files: as messages show them, and as maps are matched to photographs."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from venule.server.problems import Problem
from venule.workflows.analyse import MemoryFile

LONGEST_NAME = 80


def shown_name(given: str) -> str:
    """A name that a client gave, as messages show it: its last part, of letters that can be seen."""
    last = PurePosixPath(given.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME] or "photograph"


def match_maps(
    photographs: Sequence[MemoryFile], maps: Mapping[str, Sequence[MemoryFile]]
) -> list[dict[str, MemoryFile]]:
    """The maps of each photograph: those called as it is, with their kind after the name or without.

    Args:
        photographs: such as eye.jpg.
        maps: by their kind, such as eye_arteries.png among the "arteries".

    Raises:
        Problem: 422, a map is of none of them.
    """
    stems = [_stem(one.name) for one in photographs]
    matched: list[dict[str, MemoryFile]] = [{} for _ in photographs]
    for kind, of_kind in maps.items():
        for one in of_kind:
            stem = _stem(one.name).removesuffix(f"_{kind}")
            if stem not in stems:
                raise Problem(
                    422,
                    "unmatched-map",
                    f"{one.name} is called as none of the photographs: call the map of eye.jpg eye_{kind}.png",
                )
            for place in (place for place, its in enumerate(stems) if its == stem):
                matched[place][kind] = one
    return matched


def _stem(name: str) -> str:
    return PurePosixPath(name).stem.lower()
