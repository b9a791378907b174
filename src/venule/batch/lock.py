"""One run at a time in an output folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from venule.errors import OutputError

LOCK = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Be the only run that writes into a folder; the system ends that with the process, whatever kills it.

    Raises:
        OutputError: another run is at work there (reason "in-use"), or nothing can be written there.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise OutputError(
            f"another run of venule writes into {folder}: wait for it, stop it, or name another folder", reason="in-use"
        ) from None
    except OSError as error:
        raise OutputError(f"cannot write {folder / LOCK}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def is_at_work(folder: Path) -> bool:
    """Whether a run writes into a folder now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with alone_in(folder):
            return False
    except OutputError as error:
        return error.reason == "in-use"
