"""Merge the outputs of runs on several machines into one."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from venule.batch.journal import Journal, JournalRecord
from venule.batch.outputs import JOURNAL, Layout, Output, alone_in
from venule.batch.parts import FOLDER
from venule.batch.tables import MANIFEST, write_tables
from venule.errors import OutputError, VenuleError

_SAME = ("layout", "tables")  # must be the same in all journals


def merge(outputs: Sequence[Path], output: Path) -> int:
    """Merge outputs: files are linked, or copied to another disk; records and tables are joined.

    Args:
        outputs: folders of finished runs with the same settings, such as shards of one list.
        output: folder for all results; new, or of a merge that was stopped.

    Returns:
        Number of photographs.

    Raises:
        VenuleError: one of them is not an output, is still being written, has other settings, or uses a name for
            another file than an earlier one.
        OutputError: something cannot be written.
    """
    outputs = list(dict.fromkeys(outputs))
    for folder in outputs:
        if not (folder / JOURNAL).exists():
            raise VenuleError(f"{folder} has no journal: give output folders of `venule segment` or `venule measure`")
        if not (folder / MANIFEST).exists():
            raise VenuleError(f"{folder} has no {MANIFEST}: its run has not ended; finish it with --resume")
        if folder.resolve() == output.resolve():
            raise VenuleError(f"{folder} cannot be merged into itself: choose another folder with -o")
    about = [_about(folder) for folder in outputs]
    for folder, each in zip(outputs, about, strict=True):
        if [each[key] for key in _SAME] != [about[0][key] for key in _SAME]:
            raise VenuleError(
                f"{folder} and {outputs[0]} have different settings or layouts and cannot be merged",
                reason="other-settings",
            )
    where = Output.at(output)
    output.mkdir(parents=True, exist_ok=True)
    with alone_in(output), Journal(output) as journal, journal.guarded():
        if journal.about("merged", "") == "" and journal.counts():
            raise OutputError(f"{output} already has results: choose another folder")
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
    """Copy the files and records of a folder; returns its number of parts."""
    names: dict[str, str] = {}  # old to new, of parts, which get new numbers
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
            journal.append(JournalRecord(**{**vars(record), "outputs": moved}))
    for extra in ("dictionary.csv",):
        if (folder / extra).exists():
            _link(folder / extra, output.path(extra))
    return len(names)


def _link(original: Path, target: Path) -> None:
    """Link a file; copy it if it cannot be linked."""
    if target.exists() and target.stat().st_size == original.stat().st_size:
        return
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        try:
            os.link(original, target)
        except OSError:
            partial = target.with_name(f".{target.name}.partial")
            shutil.copyfile(original, partial)
            os.replace(partial, target)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror or error}") from error
