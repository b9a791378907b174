"""Which format a result goes out in: by a parameter, or else by the header Accept."""

from collections.abc import Sequence

from venule.server.problems import Problem

MEDIA_TYPES = {
    "png": "image/png",
    "json": "application/json",
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "dicom-seg": "application/dicom",
    "dicom-sr": "application/dicom",
}


def choose_format(offered: Sequence[str], *, asked: str | None, accept: str) -> str:
    """One of the formats.

    Args:
        offered: the one that is given to those who do not mind comes first.
        asked: by the parameter `format`; None: not.
        accept: the header.

    Raises:
        Problem: 406, none of them is accepted.
    """
    if asked is not None:
        return asked
    weights = {name: _weight(MEDIA_TYPES[name], accept) for name in offered}
    best = max(offered, key=lambda name: weights[name])  # of several, the first
    if weights[best] <= 0:
        known = ", ".join(MEDIA_TYPES[name] for name in offered)
        raise Problem(406, "not-acceptable", f"the result comes as {known}; the header Accept has none of them")
    return best


def _weight(media_type: str, accept: str) -> float:
    """What a header says for a media type: that of the range that fits it most closely."""
    ranges = {"*/*": 0, media_type.partition("/")[0] + "/*": 1, media_type: 2}
    found = [(ranges[name], weight) for name, weight in _ranges(accept or "*/*") if name in ranges]
    return max(found)[1] if found else 0.0


def _ranges(accept: str) -> list[tuple[str, float]]:
    ranges = []
    for part in accept.split(","):
        name, *parameters = (one.strip().lower() for one in part.split(";"))
        weight = next((value for key, _, value in (one.partition("=") for one in parameters) if key == "q"), "1")
        try:
            ranges.append((name, min(1.0, max(0.0, float(weight)))))
        except ValueError:
            ranges.append((name, 0.0))
    return ranges
