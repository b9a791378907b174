"""A batch and how far it is."""

from collections import Counter
from dataclasses import dataclass, field

from venule.batch.journal import Record
from venule.batch.outputs import Output


@dataclass
class Job:
    """A batch and how far it is.

    Attributes:
        output: where its results go.
        total: number of files.
        results: the table of the results, or the folder of such tables.
        ok: files with a result, those of an earlier run with them.
        skipped: files that an earlier run had finished, whatever came of them.
        duplicates: files with the content of another, which was done once.
        reasons: how many files failed, by reason.
        seconds: since it began.
        interrupted: whether Ctrl-C ended it.
    """

    output: Output
    total: int
    results: str
    ok: int = 0
    skipped: int = 0
    duplicates: int = 0
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
    def a_second(self) -> float:
        """Files that this run has done a second."""
        return (self.finished - self.skipped) / max(1e-9, self.seconds)

    @property
    def seconds_left(self) -> float | None:
        """How long the rest will take; None while nothing is done."""
        return (self.total - self.finished) / self.a_second if self.a_second else None

    @property
    def exit_code(self) -> int:
        """0: every file has its result; 1: some failed; 130: interrupted."""
        return 130 if self.interrupted else int(self.failed > 0)

    def summary(self) -> str:
        """What came of it, in two lines."""
        parts = [f"{self.ok} of {self.total} done in {self.seconds:.1f} s"]
        if self.skipped:
            parts.append(f"{self.skipped} of an earlier run not done again")
        if self.duplicates:
            parts.append(f"{self.duplicates} with the content of another, done once")
        if self.failed:
            reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self.reasons.items()))
            parts.append(f"{self.failed} failed ({reasons})")
        if self.interrupted:
            parts.append(f"interrupted with {self.total - self.finished} to go: --resume does them")
        return f"{'; '.join(parts)}\n{self.output.place(self.results)}"

    def count(self, record: Record) -> None:
        """Take a finished file into account."""
        self.duplicates += bool(record.duplicate_of)
        if record.status == "ok":
            self.ok += 1
        else:
            self.reasons[record.reason] += 1
