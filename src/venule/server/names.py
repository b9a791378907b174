"""What files are called: in messages, in folders of ours, and beside their maps. Never a path of a client's."""

from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from venule.photograph.signature import is_dicom
from venule.server.problems import Problem
from venule.workflows import PHOTOGRAPH_SUFFIXES
from venule.workflows.analyse import MemoryFile

LONGEST_NAME = 80
BEGINNING = 256  # bytes of a file that say whether it is DICOM


def shown_name(given: str) -> str:
    """A name that a client gave, as messages show it: its last part, of letters that can be seen."""
    last = PurePosixPath(given.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:LONGEST_NAME] or "photograph"


def file_names(names: Sequence[str], beginnings: Sequence[bytes]) -> list[str]:
    """Names for files of ours, each like the one that a client gave, harmless, with an image's ending, and unique.

    An ending of ours, because the batch would open what a list or an archive names.

    Args:
        names: that clients gave.
        beginnings: of the contents, `BEGINNING` bytes of each: DICOM is called .dcm, so that its scale is looked for.
    """
    taken: set[str] = set()
    made = []
    for given, beginning in zip(names, beginnings, strict=True):
        stem, ending = _split(given)
        ending = ".dcm" if is_dicom(beginning, name=given) else ending
        name, number = stem + ending, 2
        while name.lower() in taken:
            name, number = f"{stem}-{number}{ending}", number + 1
        taken.add(name.lower())
        # Outputs are called by the stem alone: two of one stem would be told apart by endings that nobody has given.
        taken.update((stem + other).lower() for other in PHOTOGRAPH_SUFFIXES)
        made.append(name)
    return made


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


def _split(given: str) -> tuple[str, str]:
    last = PurePosixPath(given.replace("\\", "/")).name
    stem, dot, ending = last.rpartition(".")
    ending = f".{ending.lower()}" if dot else ""
    if ending not in PHOTOGRAPH_SUFFIXES:
        stem, ending = last, PHOTOGRAPH_SUFFIXES[0]
    kept = "".join(c if c.isalnum() or c in "-_ " else "_" for c in stem).strip("_ ")[:LONGEST_NAME]
    return kept or "photograph", ending


def _stem(name: str) -> str:
    return PurePosixPath(name).stem.lower()
