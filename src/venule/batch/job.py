"""A batch and how far it is."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from venule.batch.journal import Record
from venule.batch.tables import RESULTS


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
