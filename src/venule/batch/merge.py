"""Joins the outputs of runs on separate machines into one."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from venule.batch.finish import write_tables
from venule.batch.journal import JOURNAL, Journal, Record
from venule.batch.layout import Layout
from venule.batch.lock import alone_in
from venule.batch.outputs import Output
from venule.batch.parts import FOLDER
from venule.batch.tables import MANIFEST
from venule.errors import OutputError, VenuleError

_SAME = ("layout", "tables")  # what the journals must agree in


def merge(outputs: Sequence[Path], output: Path) -> int:
    """Join outputs: their files are linked, or copied to another disk, their records and tables become one.

    Args:
        outputs: folders of finished runs with the same settings, such as shards of one list.
        output: folder for the whole; new, or of a merge that was stopped.

    Returns:
        The number of records.

    Raises:
        VenuleError: one of them is no output, is still at work, was made with other settings, or has results of
            another file under a name that an earlier one has, too.
        OutputError: something cannot be written.
    """
    outputs = list(dict.fromkeys(outputs))
    for folder in outputs:
        if not (folder / JOURNAL).exists():
            raise VenuleError(f"{folder} has no journal: give the output folders of venule segment or measure")
        if not (folder / MANIFEST).exists():
            raise VenuleError(f"{folder} has no {MANIFEST}: its run has not ended; --resume goes on with it")
        if folder.resolve() == output.resolve():
            raise VenuleError(f"{folder} cannot be merged into itself: name another folder with -o")
    about = [_about(folder) for folder in outputs]
    for folder, each in zip(outputs, about, strict=True):
        if [each[key] for key in _SAME] != [about[0][key] for key in _SAME]:
            raise VenuleError(
                f"{folder} and {outputs[0]} were made with other settings or layouts: only the same can be merged",
                reason="other-settings",
            )
    where = Output.at(output)
    output.mkdir(parents=True, exist_ok=True)
    with alone_in(output), Journal(output) as journal, journal.guarded():
        if journal.about("merged", "") == "" and journal.counts():
            raise OutputError(f"{output} has results already; name another folder")
        where.remove_partials()
        journal.set_about("merged", json.dumps([str(folder.resolve()) for folder in outputs]))
        for key in (*_SAME, "carried"):
            journal.set_about(key, about[0][key] if key in _SAME else _carried(about))
        parts = 0
        for folder in outputs:
            with alone_in(folder):
                parts += _take(folder, where, journal, parts)
        if about[0]["layout"] != Layout.PARQUET:
            write_tables(where, journal)
        manifests = [json.loads((folder / MANIFEST).read_text(encoding="utf-8")) for folder in outputs]
        counts = {key: sum(one["counts"][key] for one in manifests) for key in manifests[0]["counts"]}
        whole = {**manifests[0], "counts": counts, "complete": all(one["complete"] for one in manifests)}
        where.write(MANIFEST, (json.dumps({**whole, "merged": manifests}, indent=2) + "\n").encode())
        return sum(journal.counts().values())


def _about(folder: Path) -> dict[str, str]:
    with Journal(folder, read_only=True) as journal:
        return {key: journal.about(key, "") for key in (*_SAME, "carried", "merged")}


def _carried(about: Sequence[dict[str, str]]) -> str:
    return json.dumps(list(dict.fromkeys(name for each in about for name in json.loads(each["carried"] or "[]"))))


def _take(folder: Path, output: Output, journal: Journal, first: int) -> int:
    """Take over the files and records of a folder; returns how many parts it has."""
    names: dict[str, str] = {}  # of parts, which are numbered anew
    for number, path in enumerate(sorted(folder.glob(f"{FOLDER}/part-*.parquet"))):
        names[path.relative_to(folder).as_posix()] = f"{FOLDER}/part-{first + number:05d}.parquet"
    with Journal(folder, read_only=True) as theirs, journal.transaction():
        theirs.check()
        for record in theirs.records():
            known = journal.record(record.name)
            if known and known.path != record.path:
                raise VenuleError(
                    f"{folder} has results of {record.path} under the name that {known.path} has: "
                    "merge runs of one list, or give ids",
                    reason="same-name",
                )
            moved = {names.get(name, name): size for name, size in record.outputs.items()}
            for name in record.outputs:
                _link(folder / name, output.path(names.get(name, name)))
            journal.append(Record(**{**vars(record), "outputs": moved}))
    for extra in ("dictionary.csv",):
        if (folder / extra).exists():
            _link(folder / extra, output.path(extra))
    return len(names)


def _link(source: Path, target: Path) -> None:
    """The same file under another name; a copy where a link cannot be."""
    if target.exists() and target.stat().st_size == source.stat().st_size:
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(source, target)
        except OSError:
            partial = target.with_name(f".{target.name}.partial")
            shutil.copyfile(source, partial)
            os.replace(partial, target)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
