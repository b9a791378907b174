"""Many files: each is done once, and whatever ends the batch, what is finished stays finished."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from venule.batch.files import Item
from venule.batch.journal import JOURNAL, Journal, Record, read_journal
from venule.batch.local import run_here, run_in_processes
from venule.batch.tables import MANIFEST, RESULTS, write_manifest, write_results
from venule.batch.work import Process, Work, content_or_nothing, digest
from venule.errors import OutputError

RETRIED = ("crashed", "out-of-memory")  # reasons that may be gone the next time, on the same file


@dataclass
class Job:
    """A batch and how far it is.

    Attributes:
        output: the output folder.
        total: number of files.
        ok: files with a result, those of an earlier run with them.
        skipped: files that an earlier run had finished, whatever came of them.
        reasons: how many files failed, by reason.
        seconds: since it began.
        interrupted: whether Ctrl-C ended it.
    """

    output: Path
    total: int
    ok: int = 0
    skipped: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0
    interrupted: bool = False

    @property
    def failed(self) -> int:
        """Number of files without a result, for a reason."""
        return self.reasons.total()

    @property
    def finished(self) -> int:
        """Number of files that are dealt with."""
        return self.ok + self.failed

    @property
    def exit_code(self) -> int:
        """0: every file has its result; 1: some failed; 130: interrupted."""
        return 130 if self.interrupted else int(self.failed > 0)

    def summary(self) -> str:
        """What came of it, in two lines."""
        parts = [f"{self.ok} of {self.total} done in {self.seconds:.1f} s"]
        if self.skipped:
            parts.append(f"{self.skipped} of an earlier run not done again")
        if self.failed:
            reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self.reasons.items()))
            parts.append(f"{self.failed} failed ({reasons})")
        if self.interrupted:
            parts.append(f"interrupted with {self.total - self.finished} to go: --resume does them")
        return f"{'; '.join(parts)}\n{self.output / RESULTS}"

    def count(self, record: Record) -> None:
        """Take a finished file into account."""
        if record.status == "ok":
            self.ok += 1
        else:
            self.reasons[record.reason] += 1


def run(
    items: Sequence[Item],
    output: Path,
    *,
    work: Work,
    settings: Mapping[str, Any],
    jobs: int = 1,
    resume: bool = False,
    progress: Callable[[Job], None] = lambda job: None,
) -> Job:
    """Do the same work on many files.

    Each file's outputs are written whole or not at all, and then a line in journal.jsonl says so. At the end, also
    after Ctrl-C, results.csv and manifest.json are made from the journal.

    Args:
        items: from `find_files`.
        output: folder for the results; is made where it is missing.
        work: what to do to a file.
        settings: plain data on which the results depend; a file is done again when they change.
        jobs: number of processes; 1: no other process than this.
        resume: skip the files that the journal says are done, as long as content, settings and outputs are the same.
        progress: is called after each file.

    Returns:
        What came of it.

    Raises:
        OutputError: the folder has results and `resume` is not set, or they are of other files of the same name; or
            nothing can be written there any more.
    """
    _prepare(output, resume=resume)
    start, began = time.perf_counter(), datetime.now(UTC)
    process = Process(work, digest(json.dumps(settings, sort_keys=True).encode()), output)
    earlier, records = read_journal(output), {}
    job = Job(output, len(items))

    def finish(record: Record) -> None:
        records[record.name] = record
        job.count(record)
        job.seconds = time.perf_counter() - start
        progress(job)

    def to_do() -> Iterator[Item]:
        for item in items:
            record = earlier.get(item.name)
            if record and _still_true(record, item, process=process):
                job.skipped += 1
                finish(record)
            else:
                yield item

    engine = run_here(process, to_do()) if jobs == 1 else run_in_processes(process, to_do(), jobs=jobs)
    try:
        with Journal(output) as journal, closing(engine):
            for record in engine:
                journal.append(record)
                finish(record)
    except KeyboardInterrupt:
        job.interrupted = True
    finally:
        write_results(output, _rows(records, items, earlier, settings=process.settings), columns=work.columns)
        write_manifest(
            output,
            settings=settings,
            started=began.isoformat(timespec="seconds"),
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
            counts={"total": job.total, "ok": job.ok, "failed": job.failed, "skipped": job.skipped},
            complete=job.finished == job.total,
        )
    return job


def _prepare(output: Path, *, resume: bool) -> None:
    if output.exists() and not output.is_dir():
        raise OutputError(f"{output} is a file; name a folder for the results")
    if not resume and any((output / name).exists() for name in (JOURNAL, RESULTS, MANIFEST)):
        raise OutputError(f"{output} has results already; go on with them with --resume, or name another folder")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {output}: {error.strerror}") from error


def _still_true(record: Record, item: Item, *, process: Process) -> bool:
    """Whether an earlier run did just this: the same content, the same settings, and its outputs are there."""
    content = content_or_nothing(item.path)
    if record.path != str(item.path) and record.content != content and Path(record.path).exists():
        raise OutputError(
            f"{process.output} has results of {record.path} under the name that {item.path} would get; "
            "give both in one run, or name another folder"
        )
    return (
        (record.content, record.settings) == (content, process.settings)
        and record.reason not in RETRIED
        and all((process.output / name).exists() for name in record.outputs)
    )


def _rows(
    records: Mapping[str, Record], items: Iterable[Item], earlier: Mapping[str, Record], *, settings: str
) -> list[Record]:
    """The records of this run, and those of earlier ones with the same settings on files that are not in this run."""
    names, paths = {item.name for item in items}, {str(item.path) for item in items}
    kept = [
        record
        for record in earlier.values()
        if record.settings == settings and record.name not in names and record.path not in paths
    ]
    return sorted([*records.values(), *kept], key=lambda record: record.path)
