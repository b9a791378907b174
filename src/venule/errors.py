"""The errors that venule raises; each message says what is wrong, with which file and value, and what to do."""


class VenuleError(Exception):
    """The base class of every error that venule raises on purpose.

    Attributes:
        reason: a short code in kebab-case, the same in every version, for tables (`reason` in results.csv).

    Example:
        >>> from venule.errors import VenuleError
        >>> VenuleError("the folder is empty", reason="nothing-found").reason
        'nothing-found'
    """

    reason = "error"

    def __init__(self, message: str, *, reason: str | None = None) -> None:
        """Keep the message and, where one is given, a more precise reason code than that of the class."""
        super().__init__(message)
        if reason is not None:
            self.reason = reason


class PhotographError(VenuleError):
    """A file or an array is not a fundus photograph that venule can process."""

    reason = "bad-photograph"


class MaskError(VenuleError):
    """A file or an array is no binary mask, or does not fit its photograph."""

    reason = "bad-mask"


class DatasetError(VenuleError):
    """A data set is incomplete, altered, or not the one that it should be."""

    reason = "bad-dataset"


class ModelError(VenuleError):
    """A model is unknown, altered, or does not fit its card."""

    reason = "bad-model"


class EvaluationError(VenuleError):
    """A reference drawing and a vessel map cannot be compared."""

    reason = "bad-comparison"


class MeasurementError(VenuleError):
    """A measurement is not defined for what it was given."""

    reason = "not-measurable"


class RecipeError(VenuleError):
    """A recipe has an invalid or unknown value."""

    reason = "bad-recipe"


class SubmissionError(VenuleError):
    """A mask cannot be submitted to a challenge."""

    reason = "bad-submission"


class OutputError(VenuleError):
    """A result cannot be written."""

    reason = "bad-output"


class MissingExtraError(VenuleError):
    """An optional library is not installed."""

    reason = "missing-extra"


def missing_extra(extra: str, need: str) -> MissingExtraError:
    """The error for an optional library that is not installed, with the command that installs it.

    Args:
        extra: the extra of venule that has the library, such as "train".
        need: what needs which library.

    Example:
        >>> from venule.errors import missing_extra
        >>> print(missing_extra("train", "training needs PyTorch"))
        training needs PyTorch: in a checkout of venule, run pip install -c constraints.txt '.[train]'
    """
    return MissingExtraError(f"{need}: in a checkout of venule, run pip install -c constraints.txt '.[{extra}]'")
