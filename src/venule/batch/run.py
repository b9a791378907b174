"""Many files: each is done once, and whatever ends the batch, what is finished stays finished."""

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any, Self

from venule.batch import addresses
from venule.batch.engine import Engine
from venule.batch.finish import describe, write_tables
from venule.batch.interrupt import Stopping, stopping_gently
from venule.batch.items import (
    Item,
    any_in_memory,
    carried_columns,
    check_names_are_free,
    count_items,
    items,
    list_items,
    with_content,
)
from venule.batch.job import Job
from venule.batch.journal import Journal, Record
from venule.batch.layout import Layout
from venule.batch.lock import alone_in
from venule.batch.outputs import Output
from venule.batch.parts import FOLDER, Parts
from venule.batch.remote import JournalCopy
from venule.batch.shard import Shard
from venule.batch.sources import Source, find_sources
from venule.batch.superseded import drop_superseded, replace_record
from venule.batch.tables import MANIFEST, RESULTS, Columns, write_manifest
from venule.batch.work import Process, Work, content_or_nothing, digest
from venule.errors import OutputError, VenuleError

# Reasons that may be gone the next time, on the same file.
RETRIED = ("crashed", "timed-out", "out-of-memory", "changing", "unreadable")


@dataclass(frozen=True)
class Batch:
    """How a batch runs, whatever its work is.

    Attributes:
        engine: where.
        layout: of the outputs.
        resume: skip the files that the journal says are done, as long as content, settings and outputs are the same.
        shard: which part of the list to do.
        state: folder of this machine for the journal; None: the output folder, or one in the cache for a remote one.
        progress: is called after each file.
    """

    engine: Engine = field(default_factory=Engine)
    layout: Layout = Layout.MIRRORED
    resume: bool = False
    shard: Shard = field(default_factory=Shard)
    state: Path | None = None
    progress: Callable[[Job], None] = lambda job: None

    @classmethod
    def of(
        cls,
        engine: str,
        jobs: int | None,
        address: str | None,
        time_limit: float,
        layout: str,
        resume: bool,
        shard: str | None,
        state: Path | None,
        progress: Callable[[Job], None],
    ) -> Self:
        """The batch of a command's options, as texts.

        Raises:
            VenuleError: one of them is wrong.
        """
        place = Engine(engine, jobs, address, time_limit)
        return cls(place, Layout.parse(layout), resume, Shard.parse(shard), state, progress)


def run(
    paths: Sequence[Path | str],
    output: Path | str,
    *,
    work: Work,
    suffixes: Sequence[str],
    settings: Mapping[str, Any],
    batch: Batch | None = None,
) -> Job:
    """Do the same work on many files.

    Each file's outputs are written whole or not at all, and then a record in the journal says so. At the end, also
    after Ctrl-C, the tables and manifest.json are made from the journal.

    Args:
        paths: see `find_sources`.
        output: folder for the results, or URL; is made where it is missing.
        work: what to do to a file.
        suffixes: of the files to take from folders and archives, in lower case.
        settings: plain data on which the results depend; a file is done again when they change.
        batch: how; None: as is usual.

    Returns:
        What came of it.

    Raises:
        VenuleError: nothing is found, or a list is wrong.
        OutputError: the folder has results and `resume` is not set, or they are of other files of the same name; or
            another run is at work there; or nothing can be written there any more.
    """
    batch = batch or Batch()
    where = Output.at(output, state=batch.state)
    found = _some(find_sources(paths, suffixes=suffixes, leave_out=where.address), paths, suffixes)
    _make(where)
    with alone_in(where.lock):
        where.remove_partials()
        copy = JournalCopy(where)
        with Journal(where.state) as journal, journal.guarded(), stopping_gently() as stopping:
            _check_is_free(journal, where, batch)
            list_items(journal, found, twins=work.by_content)
            check_names_are_free(journal, output=where.address)
            drop_superseded(journal, where, layout=batch.layout)
            job = _Run(where, journal, copy, work, settings, batch, stopping).run()
        where.remove_partials()
        return job


class _Run:
    """A run, from its list to its tables."""

    def __init__(
        self,
        output: Output,
        journal: Journal,
        copy: JournalCopy,
        work: Work,
        settings: Mapping[str, Any],
        batch: Batch,
        stopping: Stopping,
    ) -> None:
        self.output, self.journal, self.copy = output, journal, copy
        self.settings, self.batch, self.stopping = settings, batch, stopping
        self.start, self.began = time.perf_counter(), datetime.now(UTC)
        total = count_items(journal, shard=batch.shard)
        self.processes = batch.engine.processes(total)
        if addresses.in_memory(output.address) or any_in_memory(journal):
            self.processes = 0
        work = work.with_threads(batch.engine.threads(self.processes))
        self.process = Process(work, digest(json.dumps(settings, sort_keys=True).encode()), output, batch.layout)
        self.columns = Columns(work.columns, carried_columns(journal))
        self.parts = None
        if batch.layout is Layout.PARQUET:
            self.parts = Parts(
                output,
                journal,
                self.columns,
                suffixes=work.suffixes,
                settings=self.process.settings,
                shard=batch.shard,
            )
        self.job = Job(output, total, FOLDER if self.parts else RESULTS)
        describe(journal, work, self.process.settings)
        journal.set_about("shard", json.dumps([batch.shard.number, batch.shard.of]))

    def run(self) -> Job:
        try:
            for twins in (False, True):  # those with a twin when all others are done, so that the first is the original
                todo = with_content(self._to_do(twins=twins))
                engine = self.batch.engine.records(
                    self.process, todo, processes=self.processes, stopped=lambda: self.stopping.asked
                )
                with closing(engine) as records:
                    for record in records:
                        self._finish(record)
            self.job.interrupted = self.stopping.asked and self.job.finished < self.job.total
        except KeyboardInterrupt:
            self.job.interrupted = True
        finally:
            self._write_tables()
        return self.job

    def _to_do(self, *, twins: bool) -> Iterator[Item]:
        for item in items(self.journal, twins=twins, shard=self.batch.shard):
            if self.stopping.asked:
                return
            original = self._original(item) if twins else None
            record = self.journal.record(item.name)
            if record and self._is_true(record, item, original):
                self.job.skipped += 1
                self._count(record)
            elif original and original.content == content_or_nothing(item):
                self._finish(self.process.duplicate(item, original))
            else:
                yield item

    def _original(self, item: Item) -> Record | None:
        """The record of the file that this one seems to be a copy of, if that was done."""
        record = self.journal.record(item.twin)
        if record is None or record.settings != self.process.settings or record.reason in RETRIED:
            return None
        return record if record.content else None

    def _is_true(self, record: Record, item: Item, original: Record | None) -> bool:
        """Whether an earlier run did just this: the same content, the same settings, and its outputs are there."""
        if (
            record.settings != self.process.settings
            or record.reason in RETRIED
            or not all(self.output.has(name, size) for name, size in record.outputs.items())
            or (record.duplicate_of and not (original and original.content == record.content))
        ):
            return False
        same = (record.path, record.size, record.modified) == (item.path, item.size, item.modified) and item.modified
        if not same and record.content != content_or_nothing(item):
            return False
        now = replace(record, path=item.path, size=item.size, modified=item.modified, carried=item.carried)
        if now != record:
            if self.parts and (now.path, now.carried) != (record.path, record.carried):
                return False  # its row stands in a table that has them
            self.journal.append(now)
        return True

    def _finish(self, record: Record) -> None:
        layout = self.batch.layout
        places = {layout.place(record.name, suffix) for suffix in self.process.work.suffixes}
        replace_record(self.journal, self.output, record, layout=layout, places=places)
        if self.parts:
            self.parts.finished(record)
        self._count(record)
        self.copy.now_and_then(self.journal)

    def _count(self, record: Record) -> None:
        self.job.count(record)
        self.job.seconds = time.perf_counter() - self.start
        self.batch.progress(self.job)

    def _write_tables(self) -> None:
        if self.parts:
            self.parts.write_rest()
        else:
            write_tables(self.output, self.journal)
        write_manifest(
            self.output,
            settings=self.settings,
            started=self.began.isoformat(timespec="seconds"),
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
            counts={
                "total": self.job.total,
                "ok": self.job.ok,
                "failed": self.job.failed,
                "skipped": self.job.skipped,
                "duplicates": self.job.duplicates,
            },
            complete=self.job.finished == self.job.total,
        )
        self.copy.copy(self.journal)


def _some(found: Iterator[Source], paths: Sequence[Path | str], suffixes: Sequence[str]) -> Iterator[Source]:
    """The same; an error where none of them is there, before anything is written."""
    missing: list[Source] = []
    for source in found:
        if source.size is not None or addresses.is_remote(source.path):
            return chain(missing, [source], found)
        missing.append(source)
    raise VenuleError(
        f"nothing found in {', '.join(map(str, paths))}: looked for files ending in {' '.join(sorted(suffixes))}, and "
        "for lists and archives",
        reason="nothing-found",
    )


def _make(output: Output) -> None:
    folder = output.lock
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file; name a folder for the results")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        output.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}") from error


def _check_is_free(journal: Journal, output: Output, batch: Batch) -> None:
    """See that results of another run are neither mixed up nor overwritten."""
    if not batch.resume and (journal.counts() or output.exists(RESULTS) or output.exists(MANIFEST)):
        raise OutputError(
            f"{output.address} has results already; go on with them with --resume, or name another folder"
        )
    layout = journal.about("layout", batch.layout)
    if layout != batch.layout:
        raise OutputError(
            f"{output.address} is laid out as {layout}: go on with --layout {layout}, or name another folder"
        )
    journal.set_about("layout", batch.layout)
