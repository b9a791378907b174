"""How results name photographs: by their path below the folder that all of them share.

Where that folder lies may tell who works there and on whom. A journal names it from where it lies itself, if that needs
no name that the user did not type; otherwise it has a hash, and this machine's cache has the folder.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile
from pathlib import Path

from venule.batch.addresses import is_remote
from venule.batch.inputs import InputFile
from venule.batch.journal import Journal
from venule.batch.outputs import JOURNAL, cache_folder

KEY = "root"


def shared_folder(one: str, other: str) -> str:
    """The common folder of two paths."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one.split("/"), other.split("/"), strict=False))
    return "/".join(part for part, _ in same) or "/"


def folder_of(file: InputFile) -> str:
    """The folder that results name a file from; "" for a remote one, which they name as it is."""
    if is_remote(file.path):
        return ""
    inside = file.path.startswith(file.root.rstrip("/") + "/") and not file.archive
    return file.root if inside else os.path.dirname(file.archive or file.path)


def join_roots(one: str, other: str) -> str:
    """The folder that two share; "" is that of remote files, which need none."""
    return shared_folder(one, other) if one and other else one or other


def shown(path: str, root: str) -> str:
    """The path as results name it."""
    if not root or is_remote(path) or not os.path.isabs(path):
        return path
    start = root.rstrip("/") + "/"
    if path.startswith(start):  # not made plain: an archive may have any names
        return path.removeprefix(start)
    with suppress(ValueError):  # another drive
        return Path(os.path.relpath(path, root)).as_posix()
    return path


def located(path: str, root: str) -> str:
    """The path of a file that results name."""
    return path if not root or is_remote(path) or os.path.isabs(path) else f"{root.rstrip('/')}/{path}"


def keep_root(journal: Journal, root: str, *, typed: Iterable[str]) -> None:
    """Let the journal say where the photographs of its run lie.

    Args:
        journal: of the output folder.
        root: the folder that they share.
        typed: the inputs as the user named them.
    """
    journal.root = root
    named = {part for word in typed for part in (Path(word).parts if not os.path.isabs(word) else [Path(word).name])}
    way = ""
    with suppress(ValueError):  # another drive
        way = Path(os.path.relpath(root, _folder_of(journal))).as_posix() if root else ""
    way = way if {*Path(way).parts} <= {"..", *named} else ""
    mark = _hash(root) if root else ""
    journal.set_about(KEY, json.dumps([way, mark]))
    if root and not way:
        with suppress(OSError):
            place = cache_folder("roots", mark)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(os.fsencode(root))


def rebase(journal: Journal, root: str) -> None:
    """Let the records of earlier runs name their photographs from another folder."""
    before = kept_root(journal)
    if before is None or before == root:
        return
    for record in list(journal.records()):
        original = shown(located(record.duplicate_of, before), root) if record.duplicate_of else ""
        journal.append(replace(record, path=shown(located(record.path, before), root), duplicate_of=original))


def root_at(folder: Path) -> str | None:
    """Where the photographs of the results in a folder lie; None if nothing says it."""
    if not (folder / JOURNAL).exists():
        return None
    with Journal(folder, read_only=True) as journal:
        return kept_root(journal)


def kept_root(journal: Journal) -> str | None:
    """Where the photographs of the latest run lie; "" if all are remote, None if nothing says it any more."""
    way, mark = (str(part) for part in journal.data(KEY, ["", "unknown"]))
    if not mark:
        return ""
    here = os.path.normpath(os.path.join(_folder_of(journal), way)) if way else ""
    if here and _hash(here) == mark:
        return here
    with suppress(OSError):  # the way has names that nobody typed
        there = os.fsdecode(cache_folder("roots", Path(mark).name).read_bytes())
        if os.path.exists(there) or not here:
            return there
    return here or None  # both were moved, or came from another machine


def _folder_of(journal: Journal) -> str:
    return os.path.realpath(journal.path.parent)


def _hash(root: str) -> str:
    return hashlib.sha256(os.fsencode(root)).hexdigest()
