"""Batch jobs: many photographs in a folder of their own, worked on one job after the other on the journal of batch/."""

import asyncio
import json
import multiprocessing
import re
import secrets
import shutil
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Literal

from venule.batch import Record, read_journal, read_status, write_whole
from venule.errors import VenuleError
from venule.server.job_process import run_job
from venule.server.names import file_names
from venule.server.problems import Problem
from venule.server.settings import Limits
from venule.server.upload import Spooled

State = Literal["waiting", "running", "done", "cancelled", "failed"]
GENTLY = 20.0  # seconds that a job has to finish what is under way when it is cancelled
DESCRIPTION, PHOTOGRAPHS, OUTPUT = "job.json", "photographs", "output"
_ID = re.compile("[0-9a-f]{24}")


@dataclass
class Job:
    """Photographs, what is to be done to them, and how far that is.

    Attributes:
        folder: of its own, called by its id.
        work: "segment" or "measure".
        options: of `run_job`, as plain data.
        names: of the photographs, as they were given, by those of their files.
        created: in seconds since 1970.
        state: of it.
        problem: why it failed.
        ended: in seconds since 1970; None: it has not.
    """

    folder: Path
    work: str
    options: Mapping[str, Any]
    names: Mapping[str, str]
    created: float = field(default_factory=time.time)
    state: State = "waiting"
    problem: str = ""
    ended: float | None = None

    @property
    def id(self) -> str:
        """Its name for clients."""
        return self.folder.name

    @property
    def output(self) -> Path:
        """Where its results are."""
        return self.folder / OUTPUT

    def save(self) -> None:
        """Write it down, for a service that is started anew."""
        kept = {name: value for name, value in vars(self).items() if name != "folder"}
        write_whole(self.folder / DESCRIPTION, json.dumps(kept).encode())

    def end(self, state: State, problem: str = "") -> None:
        """Note that it has come to its end; the photographs are needed no more."""
        self.state, self.problem, self.ended = state, problem, time.time()
        shutil.rmtree(self.folder / PHOTOGRAPHS, ignore_errors=True)
        self.save()

    def describe(self) -> dict[str, Any]:
        """What clients are told of it."""
        total = len(self.names)
        finished, ok, reasons, left = 0, 0, dict[str, int](), None
        with suppress(VenuleError):  # it has no journal yet
            status = read_status(self.output)
            finished, ok, reasons = status.done, status.ok, dict(status.reasons)
            left = (total - finished) / status.a_second if status.a_second and self.state == "running" else None
        return {
            "id": self.id,
            "work": self.work,
            "state": self.state,
            "problem": self.problem,
            "created": datetime.fromtimestamp(self.created, UTC).isoformat(timespec="seconds"),
            "total": total,
            "finished": finished,
            "ok": ok,
            "failed": sum(reasons.values()),
            "reasons": reasons,
            "seconds_left": None if left is None else round(left, 1),
        }

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows of its results so far, under the names that the photographs came with."""
        for record in self.records():
            name = self._name(record)
            message = record.message.replace(record.path, name)
            yield {"name": name, "status": record.status, "reason": record.reason, "message": message, **record.row}

    def files(self) -> Iterator[Path]:
        """The files of its results so far."""
        for record in self.records():
            yield from (self.output / name for name in record.outputs if not record.duplicate_of)

    def records(self) -> Iterator[Record]:
        """The records of its journal; none while there is no journal."""
        with suppress(VenuleError):
            yield from read_journal(self.output)

    def _name(self, record: Record) -> str:
        return self.names.get(Path(record.path).name, Path(record.path).name)


class Jobs:
    """The jobs of a service, of which one is worked on at a time.

    Args:
        limits: how many, and how large.
    """

    def __init__(self, limits: Limits) -> None:
        """There are none yet."""
        self._limits, self._jobs = limits, dict[str, Job]()
        self._root, self._kept = Path(), False
        self._new = asyncio.Event()
        self._process: BaseProcess | None = None

    @asynccontextmanager
    async def running(self, root: Path, *, kept: bool) -> AsyncIterator[None]:
        """Work on jobs for as long as the block lasts; what is not finished then goes on at the next start, if kept.

        Args:
            root: folder of their folders.
            kept: whether they outlive the service.
        """
        self._root, self._kept = root, kept
        root.mkdir(parents=True, exist_ok=True)
        self._read()
        worker = asyncio.create_task(self._work())
        try:
            yield
        finally:
            worker.cancel()
            if self._process:
                await asyncio.to_thread(_end, self._process)

    def all(self) -> list[Job]:
        """The jobs, the latest first."""
        return sorted(self._jobs.values(), key=lambda job: -job.created)

    def get(self, identity: str) -> Job:
        """A job by its id.

        Raises:
            Problem: 404, there is none.
        """
        job = self._jobs.get(identity)  # a key of ours, and never a part of a path
        if job is None:
            raise Problem(404, "no-such-job", "there is no job of this id; jobs are forgotten a day after their end")
        return job

    def check_room(self) -> None:
        """Forget what is old; see whether there is room for one more.

        Raises:
            Problem: 503, there is none.
        """
        now = time.time()
        for job in self.all():
            if not self._kept and job.ended and now - job.ended > self._limits.job_seconds:
                self._forget(job)
        if len(self._jobs) >= self._limits.jobs:
            raise Problem(
                503,
                "too-many-jobs",
                f"{len(self._jobs)} jobs are kept, as many as there is room for: delete one that has ended",
                headers={"Retry-After": "60"},
            )

    def add(self, work: str, options: Mapping[str, Any], photographs: Sequence[Spooled]) -> Job:
        """Take a job on. Called in a thread: it writes the photographs down."""
        folder = self._root / secrets.token_hex(12)
        names = file_names([one.name for one in photographs], [one.beginning() for one in photographs])
        (folder / PHOTOGRAPHS).mkdir(parents=True)
        for name, one in zip(names, photographs, strict=True):
            one.write(folder / PHOTOGRAPHS / name)
        job = Job(folder, work, options, dict(zip(names, (one.name for one in photographs), strict=True)))
        job.save()
        return job

    def begin(self, job: Job) -> None:
        """Put a job that was added in the queue."""
        self._jobs[job.id] = job
        self._new.set()

    def delete(self, job: Job) -> bool:
        """Cancel a job that has not ended, or forget one that has; whether it is forgotten."""
        if job.state == "running":
            job.state = "cancelled"  # its process is told, and `_work` sees it end
            if self._process:
                asyncio.get_running_loop().run_in_executor(None, _end, self._process)
            return False
        if job.state == "waiting":
            job.end("cancelled")
            return False
        self._forget(job)
        return True

    def _forget(self, job: Job) -> None:
        del self._jobs[job.id]
        shutil.rmtree(job.folder, ignore_errors=True)

    def _read(self) -> None:
        """Take up the jobs of a service that has ended."""
        for folder in self._root.iterdir():
            if not _ID.fullmatch(folder.name):
                continue
            try:
                job = Job(folder, **json.loads((folder / DESCRIPTION).read_bytes()))
            except (OSError, ValueError, TypeError):  # it was never whole
                shutil.rmtree(folder, ignore_errors=True)
                continue
            if job.ended is None:
                job.state = "waiting"
            self._jobs[job.id] = job

    async def _work(self) -> None:
        while True:
            self._new.clear()
            waiting = [job for job in self.all() if job.state == "waiting"]
            if not waiting:
                await self._new.wait()
                continue
            job = waiting[-1]
            job.state = "running"
            # spawn: the threads of the service do not survive a fork; and no daemon: it has processes of its own.
            process = multiprocessing.get_context("spawn").Process(
                target=run_job,
                args=(job.folder / PHOTOGRAPHS, job.output, job.work, dict(job.options), self._limits.pixels),
            )
            await asyncio.to_thread(process.start)
            self._process = process
            await asyncio.to_thread(process.join)
            self._process = None
            _note_end(job, process.exitcode)


def _note_end(job: Job, exit_code: int | None) -> None:
    if job.state == "cancelled":
        job.end("cancelled")
    elif exit_code in (0, 1):  # 1: some photographs failed, which their rows say
        job.end("done")
    else:
        job.end("failed", f"the process that worked on it ended with {exit_code}: the log may say why")


def _end(process: BaseProcess) -> None:
    """Tell a job to finish what is under way, and end it if it does not."""
    process.terminate()
    process.join(GENTLY)
    process.kill()
