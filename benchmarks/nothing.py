"""A work that does nothing, in a module of its own, so that other processes find it."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from venule.batch import Done, Joined


@dataclass(frozen=True)
class Nothing:
    """Give the size of a file."""

    columns: ClassVar[dict[str, type]] = {"size": float}
    suffixes: ClassVar[tuple[str, ...]] = ("_size.txt",)
    joined: ClassVar[dict[str, Joined]] = {}
    parquet: ClassVar[bool] = False
    by_content: ClassVar[bool] = True

    def also_read(self, path: str, name: str, /) -> tuple[Path, ...]:
        """Nothing."""
        return ()

    def with_threads(self, threads: int) -> Self:
        """Itself."""
        return self

    def __call__(self, path: str, content: bytes, name: str = "", /) -> Done:
        """A small output and a row."""
        return Done({"_size.txt": b"%d" % len(content)}, {"size": len(content)})
