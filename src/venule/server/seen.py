"""What was seen in photographs lately, in memory alone, so that a report need not measure them again."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping

from venule.photograph.signature import is_dicom
from venule.server.tasks import Asked
from venule.workflows.analyse import MemoryFile, Result

_A_NUMBER = 100  # bytes that a cell of a row takes, with its name


class Seen:
    """Results by the mark of what they are of; the photographs themselves are not kept.

    Args:
        most: bytes that all of them may have; beyond, those that were not asked for longest are forgotten.
        seconds: after which each is forgotten.
    """

    def __init__(self, most: int, seconds: float) -> None:
        """Nothing yet."""
        self.bytes, self._most, self._seconds = 0, most, seconds
        self._results: OrderedDict[str, Result] = OrderedDict()

    def add(self, mark: str, result: Result) -> None:
        """Keep a result for a while."""
        self.forget(mark)
        self._results[mark] = result
        self.bytes += _size(result)
        asyncio.get_running_loop().call_later(self._seconds, self.forget, mark)
        while self.bytes > self._most:
            self.forget(next(iter(self._results)))

    def get(self, mark: str) -> Result | None:
        """A result; None: it is not kept."""
        if mark in self._results:
            self._results.move_to_end(mark)
        return self._results.get(mark)

    def forget(self, mark: str) -> None:
        """Keep a result no longer."""
        if mark in self._results:
            self.bytes -= _size(self._results.pop(mark))


def mark_of(photograph: MemoryFile, maps: Mapping[str, MemoryFile], asked: Asked) -> str:
    """SHA-256 of all that a result depends on."""
    hashed = hashlib.sha256(repr(asked).encode())
    hashed.update(bytes([is_dicom(photograph.content, name=photograph.name)]))  # which may hang on its name
    for kind, one in {"photograph": photograph, **dict(sorted(maps.items()))}.items():
        hashed.update(kind.encode() + hashlib.sha256(one.content).digest())
    return hashed.hexdigest()


def _size(result: Result) -> int:
    return len(result.vessels) + len(result.graph) + _A_NUMBER * len(result.row)
