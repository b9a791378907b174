"""Any work on photographs, with a limit on how large they may be."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

from venule.batch import Done, Joined, Work
from venule.photograph import decode


@dataclass(frozen=True)
class Bounded:
    """The same work, for photographs up to a size; larger ones are refused before memory is taken for them.

    Attributes:
        work: what is done.
        max_pixels: of a photograph.
    """

    work: Work
    max_pixels: int

    @property
    def columns(self) -> Mapping[str, type]:
        """As of the work."""
        return self.work.columns

    @property
    def suffixes(self) -> tuple[str, ...]:
        """As of the work."""
        return self.work.suffixes

    @property
    def joined(self) -> Mapping[str, Joined]:
        """As of the work."""
        return self.work.joined

    @property
    def parquet(self) -> bool:
        """As of the work."""
        return self.work.parquet

    @property
    def by_content(self) -> bool:
        """As of the work."""
        return self.work.by_content

    def with_threads(self, threads: int) -> Self:
        """The same with so many threads for each process."""
        return replace(self, work=self.work.with_threads(threads))

    def __call__(self, path: str, content: bytes, /) -> Done:
        """Do it.

        Raises:
            PhotographError: the photograph is too large, or cannot be read.
            VenuleError: as the work says.
        """
        decode(content, max_pixels=self.max_pixels, name=path)  # once more than needed: milliseconds beside its work
        return self.work(path, content)
