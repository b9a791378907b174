"""A segment of a vessel tree, and Murray's law for its branches."""

import math
from dataclasses import dataclass
from typing import Literal

from venule.photograph.arrays import FloatArray

Kind = Literal["artery", "vein"]


@dataclass(frozen=True, eq=False)
class Segment:
    """A vessel from one branching to the next.

    Attributes:
        kind: "artery" or "vein".
        centreline: float64 (points, 2), (row, column), from the disc outwards.
        calibre: float64 (points,), diameter at each point; it never grows on the way outwards.
        parent: index of the segment that it leaves; -1 for one that starts in the optic disc.

    Example:
        >>> phantom.segments[0].kind in ("artery", "vein")
        True
    """

    kind: Kind
    centreline: FloatArray
    calibre: FloatArray
    parent: int


def murray_arm(parent: float, narrow: float) -> float:
    """Calibre of the other branch of `parent` beside `narrow`: parent^3 = narrow^3 + other^3 (Murray 1926, PNAS).

    Calibres in any one unit; 0 where `narrow` takes all.
    """
    return float(max(0.0, parent**3 - narrow**3) ** (1 / 3))


def murray_angles(parent: float, wide: float, narrow: float) -> tuple[float, float]:
    """Angles of two branches to their parent with the least work for the flow (Murray 1926, J. Gen. Physiol.).

    Args:
        parent: calibre before the branching.
        wide: calibre of one branch; any one unit for the three.
        narrow: calibre of the other branch.

    Returns:
        The angles of `wide` and `narrow` to the parent's direction, in radians, to opposite sides.
    """
    first = (parent**4 + wide**4 - narrow**4) / (2 * parent**2 * wide**2)
    second = (parent**4 + narrow**4 - wide**4) / (2 * parent**2 * narrow**2)
    return math.acos(min(1.0, max(-1.0, first))), math.acos(min(1.0, max(-1.0, second)))
