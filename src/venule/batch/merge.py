"""Merge the outputs of runs on several machines into one."""

import json
import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from venule.batch.journal import Journal, JournalRecord
from venule.batch.outputs import JOURNAL, Layout, Output, alone_in
from venule.batch.parts import FOLDER
from venule.batch.roots import keep_root, root_at
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
        OutputError: something cannot be written, or a name or link leads out of a folder.
    """
    shards = [Output.at(folder) for folder in dict.fromkeys(outputs)]
    manifests = []
    for folder, shard in zip(dict.fromkeys(outputs), shards, strict=True):
        if not (folder / JOURNAL).exists():
            raise VenuleError(f"{folder} has no journal: give output folders of `venule segment` or `venule measure`")
        if not (folder / MANIFEST).exists():
            raise VenuleError(f"{folder} has no {MANIFEST}: its run has not ended; finish it with --resume")
        if folder.resolve() == output.resolve():
            raise VenuleError(f"{folder} cannot be merged into itself: choose another folder with -o")
        shard.check_own_files()
        manifests.append(_manifest(shard.path(MANIFEST)))
    about = [_about(shard.state) for shard in shards]
    if about[0]["layout"] not in list(Layout):
        raise VenuleError(f"the journal of {shards[0].address} is damaged: it has the layout {about[0]['layout']!r}")
    for shard, each in zip(shards, about, strict=True):
        if [each[key] for key in _SAME] != [about[0][key] for key in _SAME]:
            raise VenuleError(
                f"{shard.address} and {shards[0].address} have different settings or layouts and cannot be merged",
                reason="other-settings",
            )
    where = Output.at(output)
    output.mkdir(parents=True, exist_ok=True)
    where.check_own_files()
    with alone_in(output), Journal(output) as journal, journal.guarded():
        if journal.about("merged", "") == "" and journal.counts():
            raise OutputError(f"{output} already has results: choose another folder")
        where.remove_partials()
        journal.set_about("merged", json.dumps([shard.mark for shard in shards]))
        for key in _SAME:
            journal.set_about(key, about[0][key])
        keep_root(journal, root_at(shards[0].state) or "", typed=())
        journal.set_about(
            "carried", json.dumps(list(dict.fromkeys(name for each in about for name in each["carried"])))
        )
        parts = 0
        for shard in shards:
            with alone_in(shard.state):
                parts += _take(shard, where, journal, parts)
        if about[0]["layout"] != Layout.PARQUET:
            write_tables(where, journal)
        counts = {key: sum(one["counts"][key] for one in manifests) for key in manifests[0]["counts"]}
        whole = {**manifests[0], "counts": counts, "complete": all(one["complete"] for one in manifests)}
        where.write(MANIFEST, (json.dumps({**whole, "merged": manifests}, indent=2) + "\n").encode())
        return sum(journal.counts().values())


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        if not all(isinstance(count, int) for count in manifest["counts"].values()) or "complete" not in manifest:
            raise ValueError("it has no counts")
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise VenuleError(f"{path} is damaged: finish its run with --resume, which writes it again") from error
    return dict(manifest)


def _about(folder: Path) -> dict[str, Any]:
    with Journal(folder, read_only=True) as journal:
        return {"carried": journal.carried(), **{key: journal.about(key, "") for key in _SAME}}


def _take(shard: Output, output: Output, journal: Journal, first: int) -> int:
    """Copy the files and records of a shard; returns its number of parts."""
    parts = sorted(shard.path(FOLDER).glob("part-*.parquet"))  # which get new numbers
    names = {f"{FOLDER}/{path.name}": f"{FOLDER}/part-{first + n:05d}.parquet" for n, path in enumerate(parts)}
    with Journal(shard.state, read_only=True) as theirs, journal.transaction():
        theirs.check()
        layout = Layout(theirs.about("layout", ""))
        for record in theirs.records():
            known = journal.record(record.name)
            if known and (known.path, known.content) != (record.path, record.content):
                raise VenuleError(
                    f"{shard.address} has results of {record.path} under the name that {known.path} has: "
                    "merge runs of one list, or give ids",
                    reason="same-name",
                )
            moved = {names.get(name, name): size for name, size in record.outputs.items()}
            for name, new in zip(record.outputs, moved, strict=True):
                if name not in names and not name.startswith(f"{layout.path_of(record.name, '')}_"):
                    if record.duplicate_of:
                        continue  # they are those of its original
                    raise OutputError(
                        f"{shard.address}: {name!r} cannot be an output of {record.name}", reason="outside"
                    )
                _link(shard.path(name), output.path(new))
            journal.append(JournalRecord(**{**vars(record), "outputs": moved}))
    if shard.exists("dictionary.csv"):
        _link(shard.path("dictionary.csv"), output.path("dictionary.csv"))
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
