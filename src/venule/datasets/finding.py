"""What a check of a data set finds."""

from dataclasses import dataclass
from pathlib import Path

NOUNS = {"photograph": "photographs", "reference": "drawings", "fov": "masks", "second": "second drawings"}


@dataclass(frozen=True)
class Finding:
    """What is wrong with one file of a copy.

    Attributes:
        kind: "missing", "extra", "renumbered", "augmented", "wrong-size", "unreadable", or "altered" (of the right
            size, but not the published bytes).
        path: the file, or the folder.
        message: what is wrong, with the values, and what to do.
    """

    kind: str
    path: Path
    message: str

    @property
    def is_note(self) -> bool:
        """Whether the copy can be used all the same."""
        return self.kind == "altered"


@dataclass(frozen=True)
class Check:
    """What a copy holds and what is wrong with it.

    Attributes:
        name: which set it is.
        counts: how many files there are of each kind ("photographs", "drawings", "masks", "second drawings").
        checksums: how many of them were compared with the published bytes.
        findings: in the order of their paths; none where the copy is what was published.
    """

    name: str
    counts: dict[str, int]
    checksums: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        """Whether the copy can be used: there are notes at most."""
        return all(finding.is_note for finding in self.findings)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """The findings in the order of their paths."""
    return tuple(sorted(findings, key=lambda finding: (finding.path, finding.kind)))
