"""The formats of answers, and which one a request gets."""

from collections.abc import Sequence

import mimeparse

from venule.server.problem_json import Problem

MEDIA_TYPES = {
    "png": "image/png",
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "dicom-seg": "application/dicom",
    "dicom-sr": "application/dicom",
}


def choose_format(offered: Sequence[str], *, requested: str | None, accept: str) -> str:
    """The format of an answer.

    Args:
        offered: names of formats; the first is the default.
        requested: the parameter `format`, which wins over the header; None: not given.
        accept: the header Accept.

    Raises:
        Problem: 406, none of them is accepted.
    """
    if requested is not None:
        return requested
    names = {MEDIA_TYPES[name]: name for name in offered}
    try:
        best = mimeparse.best_match(list(reversed(names)), accept or "*/*")  # of equals, the last
    except mimeparse.MimeTypeParseException:
        best = ""
    if not best:
        raise Problem(406, "not-acceptable", f"the header Accept names none of the formats: {', '.join(names)}")
    return names[best]
