"""What can go wrong, as errors whose message says what, where, which value, and what to do."""


class VenuleError(Exception):
    """The root of every error that venule raises on purpose.

    Attributes:
        reason: a short code in kebab-case, the same in every version, for tables (`reason` in results.csv).
    """

    reason = "error"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        """Keep the message and, where one is given, a reason code more exact than the class's own."""
        super().__init__(message)
        if reason is not None:
            self.reason = reason

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process with the reason code."""
        return (_rebuild, (type(self), str(self), self.reason))


class PhotographError(VenuleError):
    """A file or an array is no fundus photograph that venule can work on."""

    reason = "bad-photograph"


class DatasetError(VenuleError):
    """A data set is incomplete, altered or not the one it is said to be."""

    reason = "bad-dataset"


class ModelError(VenuleError):
    """A model is unknown, altered, or does not fit its card."""

    reason = "bad-model"


class EvaluationError(VenuleError):
    """A drawing and a vessel map cannot be compared."""

    reason = "bad-comparison"


class MeasurementError(VenuleError):
    """Something that has no such measurement."""

    reason = "not-measurable"


class RecipeError(VenuleError):
    """A recipe says something that cannot be trained."""

    reason = "bad-recipe"


class SubmissionError(VenuleError):
    """A mask cannot be handed in to a challenge."""

    reason = "bad-submission"


class OutputError(VenuleError):
    """A result cannot be written where it should go."""

    reason = "bad-output"


class MissingExtraError(VenuleError):
    """A library is not installed that only some users need."""

    reason = "missing-extra"


def _rebuild(kind: type[VenuleError], message: str, reason: str) -> VenuleError:
    return kind(message, reason=reason)
