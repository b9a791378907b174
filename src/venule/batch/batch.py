"""Process many files: each once, and whatever ends the batch, what is finished stays finished."""

import json
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from types import FrameType
from typing import Any

from venule.batch import addresses
from venule.batch.earlier_results import (
    check_names_are_free,
    check_nothing_is_there,
    drop_superseded,
    replace_record,
)
from venule.batch.engine import Engine
from venule.batch.inputs import InputFile, find_inputs
from venule.batch.items import Item, Shard, count_items, items, list_items, with_content
from venule.batch.journal import SECONDS_BETWEEN_COPIES, Journal, JournalCopy, JournalRecord
from venule.batch.outputs import Layout, Output, alone_in
from venule.batch.parts import FOLDER, Parts
from venule.batch.progress import BatchResult, counted
from venule.batch.tables import MANIFEST, RESULTS, parquet, write_manifest, write_tables
from venule.batch.work import Process, Work, describe, digest
from venule.errors import OutputError, VenuleError

# Failures that may not happen again on the same file.
RETRIED = ("crashed", "timed-out", "out-of-memory", "changing", "unreadable")


@dataclass(frozen=True)
class Batch:
    """The options of a batch that do not depend on its work.

    Attributes:
        engine: where the files are processed.
        layout: of the outputs.
        resume: skip the files that are done according to the journal, if content, settings and outputs are unchanged.
        shard: the part of the list to process.
        state: folder of this machine for the journal; None: the output folder, or for a URL one in the cache.
        progress: called after each file.
    """

    engine: Engine = field(default_factory=Engine)
    layout: Layout = Layout.MIRRORED
    resume: bool = False
    shard: Shard = field(default_factory=Shard)
    state: Path | None = None
    progress: Callable[[BatchResult], None] = lambda result: None


def run(
    paths: Sequence[Path | str],
    output: Path | str,
    *,
    work: Work,
    suffixes: Sequence[str],
    settings: Mapping[str, Any],
    recognise: Callable[[bytes], bool] = lambda head: False,
    batch: Batch | None = None,
) -> BatchResult:
    """Do the same work on many files.

    The outputs of a file are written whole or not at all; then a record in the journal says that it is done. At the
    end, also after Ctrl-C, the tables and manifest.json are written from the journal.

    Args:
        paths: see `find_inputs`.
        output: folder or URL for the results; created if it is missing.
        work: what to do with a file.
        suffixes: of the files to take from folders and archives, in lower case.
        settings: plain data on which the results depend; a file is processed again when they change.
        recognise: whether to take a file without an ending from there, by its first bytes.
        batch: its options; None: the defaults.

    Raises:
        VenuleError: nothing is found, or a list is wrong.
        MissingExtraError: the layout is `parquet`, or a list is Parquet, and pyarrow is not installed.
        OutputError: the folder has results and `resume` is not set, or results of other files with the same names; or
            another run is writing there; or nothing can be written there.
    """
    batch = batch or Batch()
    if batch.layout is Layout.PARQUET:
        parquet()  # before the work begins
    where, passed = Output.at(output, state=batch.state), Counter[str]()
    found = find_inputs(paths, suffixes=suffixes, output=where, recognise=recognise, passed=passed)
    found = _check_not_empty(found, paths, suffixes, passed)
    _create(where)
    with alone_in(where.lock):
        where.remove_partials()
        copy = JournalCopy(where)
        with Journal(where.state) as journal, journal.guarded(), _stopping_gently() as stopping:
            _check_is_free(journal, where, batch)
            list_items(journal, found, twins=work.by_content, suffixes=tuple(work.suffixes), typed=paths)
            check_names_are_free(journal, where, layout=batch.layout, suffixes=tuple(work.suffixes))
            if not batch.resume:
                check_nothing_is_there(journal, where, layout=batch.layout, suffixes=tuple(work.suffixes))
            drop_superseded(journal, where, layout=batch.layout)
            result = _Run(where, journal, copy, work, settings, batch, stopping, passed).run()
        where.remove_partials()
        return result


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
        stopping: threading.Event,
        passed: Counter[str],
    ) -> None:
        self.output, self.journal, self.copy = output, journal, copy
        self.settings, self.batch, self.stopping = settings, batch, stopping
        self.begun: set[str] = set()  # names of the files that are being processed
        self.start, self.began = time.perf_counter(), datetime.now(UTC)
        total = count_items(journal, shard=batch.shard)
        self.processes = batch.engine.processes(total)
        work = work.with_threads(batch.engine.threads(self.processes))
        self.process = Process(work, digest(json.dumps(settings, sort_keys=True).encode()), output, batch.layout)
        self.parts = None
        if batch.layout is Layout.PARQUET:
            self.parts = Parts(
                output, journal, work.columns, suffixes=work.suffixes, settings=self.process.settings, shard=batch.shard
            )
        self.result = BatchResult(
            output, total, FOLDER if self.parts else RESULTS, passed_over=passed, carried=journal.carried()
        )
        journal.set_about("tables", describe(work, self.process.settings))
        journal.set_about("shard", json.dumps([batch.shard.number, batch.shard.of]))

    def run(self) -> BatchResult:
        try:
            for twins in (False, True):  # likely duplicates last, so that the first of them is the original
                todo = with_content(self._to_do(twins=twins))
                engine = self.batch.engine.records(
                    self.process, todo, processes=self.processes, stopped=self.stopping.is_set
                )
                with closing(engine) as records:
                    for record in records:
                        self._finish(record)
            self.result.interrupted = self.stopping.is_set() and self.result.finished < self.result.total
        except KeyboardInterrupt:
            self.result.interrupted = True
            self._remove_unrecorded()
        finally:
            self._write_tables()
        return self.result

    def _to_do(self, *, twins: bool) -> Iterator[Item]:
        for item in items(self.journal, twins=twins, shard=self.batch.shard):
            if self.stopping.is_set():
                return
            original = self._original(item) if twins else None
            record = self.journal.record(item.name)
            if record and self._is_true(record, item, original):
                self.result.skipped += 1
                self._count(record)
            elif original and original.content == self.process.content_or_nothing(item):
                self._finish(self.process.duplicate(item, original))
            else:
                self.begun.add(item.name)
                yield item

    def _original(self, item: Item) -> JournalRecord | None:
        """The record of the file that this one is probably a copy of, if that is done."""
        record = self.journal.record(item.twin)
        if record is None or record.settings != self.process.settings or record.reason in RETRIED:
            return None
        return record if record.content else None

    def _is_true(self, record: JournalRecord, item: Item, original: JournalRecord | None) -> bool:
        """Whether an earlier run processed the same content with the same settings, and its outputs still exist."""
        if (
            record.settings != self.process.settings
            or record.reason in RETRIED
            or not all(self.output.has(name, size) for name, size in record.outputs.items())
            or (record.duplicate_of and not (original and original.content == record.content))
        ):
            return False
        modified = self.process.modified(item)
        same = (record.path, record.size, record.modified) == (item.shown, item.size, modified) and modified
        if not same and record.content != self.process.content_or_nothing(item):
            return False
        now = replace(record, path=item.shown, size=item.size, modified=modified, carried=item.carried)
        if now != record:
            if self.parts and (now.path, now.carried) != (record.path, record.carried):
                return False  # they are in its row in a table
            self.journal.append(now)
        return True

    def _finish(self, record: JournalRecord) -> None:
        layout = self.batch.layout
        possible = {layout.path_of(record.name, suffix) for suffix in self.process.work.suffixes}
        replace_record(self.journal, self.output, record, layout=layout, possible=possible)
        if self.parts:
            self.parts.finished(record)
        self.begun.discard(record.name)
        self._count(record)
        self.copy.copy(self.journal, after=SECONDS_BETWEEN_COPIES)

    def _remove_unrecorded(self) -> None:
        """Remove what workers wrote of files before they could hand over the records: no row would name it."""
        for name in self.begun:
            if self.journal.record(name) is None:
                for suffix in self.process.work.suffixes:
                    self.output.remove(self.batch.layout.path_of(name, suffix))

    def _count(self, record: JournalRecord) -> None:
        self.result.count(record)
        self.result.seconds = time.perf_counter() - self.start
        self.batch.progress(self.result)

    def _write_tables(self) -> None:
        if self.parts:
            self.parts.write_rest()
        else:
            write_tables(self.output, self.journal)
        counts = {key: getattr(self.result, key) for key in ("total", "ok", "failed", "skipped", "duplicates")}
        write_manifest(
            self.output,
            settings=self.settings,
            started=self.began.isoformat(timespec="seconds"),
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
            counts=counts,
            passed_over=self.result.passed_over,
            complete=self.result.finished == self.result.total,
        )
        self.copy.copy(self.journal)


def _check_not_empty(
    found: Iterator[InputFile], paths: Sequence[Path | str], suffixes: Sequence[str], passed: Counter[str]
) -> Iterator[InputFile]:
    """The same files; an error if none of them exists, before anything is written."""
    missing: list[InputFile] = []
    for file in found:
        if file.size is not None or addresses.is_remote(file.path):
            return chain(missing, [file], found)
        missing.append(file)
    there = f"; there are other files: {counted(passed)}" if passed else ""
    raise VenuleError(
        f"nothing found in {', '.join(map(str, paths))}: looked for files ending in {' '.join(sorted(suffixes))}, "
        f"lists and archives{there}",
        reason="nothing-found",
    )


def _create(output: Output) -> None:
    if output.address.startswith(("http://", "https://")):
        raise OutputError(f"{output.address}: web servers can only be read; choose a folder, or a bucket such as s3://")
    try:
        output.address.encode()
    except UnicodeEncodeError:
        raise OutputError(
            f"{output.address!r} is not in UTF-8: choose a folder for the results whose path is"
        ) from None
    if output.is_remote:
        addresses.filesystem(output.address)  # before anything is created
    folder = output.lock
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: choose a folder for the results")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        output.state.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot create the folder {folder}: {error.strerror}") from error
    output.check_own_files()


def _check_is_free(journal: Journal, output: Output, batch: Batch) -> None:
    """Check that no results of another run would be mixed up or overwritten."""
    tables = RESULTS, MANIFEST, "results.parquet", "segments.csv", "dictionary.csv"
    if not batch.resume and (journal.counts() or any(output.exists(name) for name in tables)):
        raise OutputError(f"{output.address} already has results: continue with --resume, or choose another folder")
    layout = journal.about("layout", batch.layout)
    if layout != batch.layout:
        raise OutputError(
            f"{output.address} has the layout {layout}: continue with --layout {layout}, or choose another folder"
        )
    journal.set_about("layout", batch.layout)
    if output.has_journal_elsewhere:
        journal.set_about("output", output.mark)


@contextmanager
def _stopping_gently() -> Iterator[threading.Event]:
    """Within the block, the first Ctrl-C only sets the event; the second raises KeyboardInterrupt, and so does SIGTERM.

    Slurm and Kubernetes send SIGTERM, and kill soon after: there is no time to finish what is being processed.
    """
    stopping = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # which alone may handle signals
        yield stopping
        return

    def ask(number: int, frame: FrameType | None) -> None:
        if stopping.is_set() or number == signal.SIGTERM:
            raise KeyboardInterrupt
        stopping.set()
        print("finishing the current photographs; press Ctrl-C again to stop at once", file=sys.stderr, flush=True)

    # A process that was started to ignore Ctrl-C, as in the background of a shell, keeps ignoring it.
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) not in (signal.SIG_IGN, None)]
    before = {number: signal.signal(number, ask) for number in numbers}
    try:
        yield stopping
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
