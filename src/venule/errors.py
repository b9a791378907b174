"""The errors that venule raises; each message says what is wrong, with which file and value, and what to do."""

import errno
import re

_OF_THE_SYSTEM = {
    errno.ENOENT: "there is no such file or folder",
    errno.EEXIST: "it exists already, and is not a folder",
    errno.ENOTDIR: "a part of its path is a file, not a folder",
    errno.EISDIR: "it is a folder, not a file",
    errno.EACCES: "you have no permission for it",
    errno.EPERM: "you have no permission for it",
    errno.ENOSPC: "the disk is full",
    errno.EROFS: "this disk can only be read",
}
# Control characters but for the line break, those that set the direction of text, and halves of characters.
_UNSAFE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


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


def in_words(error: BaseException) -> str:
    """What an error says to a person, without the names of Python's classes and its internals.

    Example:
        >>> from venule.errors import in_words
        >>> in_words(FileNotFoundError(2, "No such file or directory", "eye.jpg"))
        'eye.jpg: there is no such file or folder'
    """
    if isinstance(error, OSError) and error.errno:
        words = _OF_THE_SYSTEM.get(error.errno) or error.strerror or "it cannot be read or written"
        return f"{error.filename}: {words}" if error.filename else words
    if isinstance(error, UnicodeDecodeError):
        return f"it is not text in UTF-8 (byte {error.start + 1})"
    if isinstance(error, UnicodeEncodeError):
        return f"the text {error.object[:40]!r} has characters that cannot be written"
    if isinstance(error, MemoryError):
        return "there is not enough memory"
    of_python = (TypeError, AttributeError, LookupError, NameError, AssertionError, RecursionError, ArithmeticError)
    return "" if isinstance(error, of_python) else str(error)


def printable(text: str) -> str:
    r"""A text without characters that would drive a terminal or reverse the reading direction; escapes stand for them.

    Example:
        >>> from venule.errors import printable
        >>> print(printable("a\x1b[31m.png"))
        a\x1b[31m.png
    """
    return _UNSAFE.sub(lambda one: one[0].encode("unicode_escape").decode(), text)


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
