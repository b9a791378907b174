"""Many files: each is done once, and whatever ends the batch, what is finished stays finished."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from venule.batch.files import Item
from venule.batch.job import Job
from venule.batch.journal import JOURNAL, Journal, Record, read_journal
from venule.batch.local import run_here, run_in_processes
from venule.batch.lock import alone_in
from venule.batch.tables import MANIFEST, RESULTS, write_manifest, write_results
from venule.batch.work import Process, Work, content_or_nothing, digest
from venule.errors import OutputError

RETRIED = ("crashed", "out-of-memory")  # reasons that may be gone the next time, on the same file


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
            another run is at work there; or nothing can be written there any more.
    """
    _make(output)
    with alone_in(output):
        _check_is_free(output, resume=resume)
        return _run(items, output, work=work, settings=settings, jobs=jobs, progress=progress)


def _run(
    items: Sequence[Item],
    output: Path,
    *,
    work: Work,
    settings: Mapping[str, Any],
    jobs: int,
    progress: Callable[[Job], None],
) -> Job:
    earlier = read_journal(output)
    _check_names_are_free(items, earlier, output=output)
    start, began = time.perf_counter(), datetime.now(UTC)
    process = Process(work, digest(json.dumps(settings, sort_keys=True).encode()), output)
    job = Job(output, len(items))

    def finish(record: Record) -> None:
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
        # from the journal: Ctrl-C may have come between a line in it and anything else
        write_results(output, _rows(items, read_journal(output), settings=process.settings), columns=work.columns)
        write_manifest(
            output,
            settings=settings,
            started=began.isoformat(timespec="seconds"),
            ended=datetime.now(UTC).isoformat(timespec="seconds"),
            counts={"total": job.total, "ok": job.ok, "failed": job.failed, "skipped": job.skipped},
            complete=job.finished == job.total,
        )
    return job


def _make(output: Path) -> None:
    if output.exists() and not output.is_dir():
        raise OutputError(f"{output} is a file; name a folder for the results")
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {output}: {error.strerror}") from error


def _check_is_free(output: Path, *, resume: bool) -> None:
    if not resume and any((output / name).exists() for name in (JOURNAL, RESULTS, MANIFEST)):
        raise OutputError(f"{output} has results already; go on with them with --resume, or name another folder")


def _check_names_are_free(items: Sequence[Item], earlier: Mapping[str, Record], *, output: Path) -> None:
    """Refuse to overwrite the results of another file; of the same one, moved or copied, they are still true."""
    for item in items:
        record = earlier.get(item.name)
        if record is None or record.path == str(item.path) or not Path(record.path).exists():
            continue
        if record.content != content_or_nothing(item.path):
            raise OutputError(
                f"{output} has results of {record.path} under the name that {item.path} would get; "
                "give both in one run, or name another folder"
            )


def _still_true(record: Record, item: Item, *, process: Process) -> bool:
    """Whether an earlier run did just this: the same content, the same settings, and its outputs are there."""
    return (
        record.settings == process.settings
        and record.reason not in RETRIED
        and all((process.output / name).exists() for name in record.outputs)
        and record.content == content_or_nothing(item.path)
    )


def _rows(items: Iterable[Item], records: Mapping[str, Record], *, settings: str) -> list[Record]:
    """The records with these settings, also of files of earlier runs that this one never had, by path."""
    names, paths = {item.name for item in items}, {str(item.path) for item in items}
    kept = [
        record
        for record in records.values()
        if record.settings == settings
        and (record.name in names or record.path not in paths)  # else the file has got a new name, and a new record
    ]
    return sorted(kept, key=lambda record: record.path)
