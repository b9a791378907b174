"""What was seen in photographs lately, in memory alone, so that a report need not measure them again."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping

from venule.batch import Done
from venule.photograph.signature import is_dicom
from venule.server.tasks import Asked
from venule.workflows.analyse import Content

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
        self._results: OrderedDict[str, Done] = OrderedDict()

    def add(self, mark: str, done: Done) -> None:
        """Keep a result for a while."""
        self.forget(mark)
        self._results[mark] = done
        self.bytes += _size(done)
        asyncio.get_running_loop().call_later(self._seconds, self.forget, mark)
        while self.bytes > self._most:
            self.forget(next(iter(self._results)))

    def get(self, mark: str) -> Done | None:
        """A result; None: it is not kept."""
        if mark in self._results:
            self._results.move_to_end(mark)
        return self._results.get(mark)

    def forget(self, mark: str) -> None:
        """Keep a result no longer."""
        if mark in self._results:
            self.bytes -= _size(self._results.pop(mark))


def mark_of(photograph: Content, maps: Mapping[str, Content], asked: Asked) -> str:
    """SHA-256 of all that a result depends on."""
    hashed = hashlib.sha256(repr(asked).encode())
    hashed.update(bytes([is_dicom(photograph.content, name=photograph.name)]))  # which may hang on its name
    for kind, one in {"photograph": photograph, **dict(sorted(maps.items()))}.items():
        hashed.update(kind.encode() + hashlib.sha256(one.content).digest())
    return hashed.hexdigest()


def _size(done: Done) -> int:
    return sum(len(content) for content in done.outputs.values()) + _A_NUMBER * len(done.row)
