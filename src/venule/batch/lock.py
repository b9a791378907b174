"""One run at a time in an output folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from venule.errors import OutputError

LOCK = ".lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the lock of a folder; the system releases it when the process ends, however it ends.

    Raises:
        OutputError: another run holds it (reason "in-use"), or nothing can be written there.
    """
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        raise OutputError(
            f"another run of venule is writing to {folder}: wait for it, stop it, or choose another folder",
            reason="in-use",
        ) from None
    except OSError as error:
        raise OutputError(f"cannot write {folder / LOCK}: {error.strerror}") from error
    try:
        yield
    finally:
        lock.release()


def is_running(folder: Path) -> bool:
    """Whether a run is writing to a folder now."""
    if not (folder / LOCK).exists():
        return False
    try:
        with alone_in(folder):
            return False
    except OutputError as error:
        return error.reason == "in-use"
