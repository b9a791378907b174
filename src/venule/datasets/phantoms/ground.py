"""The area occupied by each vessel while a tree grows."""

import math
from collections.abc import Sequence

import numpy as np

from venule.datasets.phantoms.anatomy import UNITS

CELL = 2.0  # units
CLEARANCE = 2.0  # units that stay free on both sides of a vessel


class Ground:
    """The vessels of one kind on a grid; positions are in units around the centre of the field of view."""

    def __init__(self) -> None:
        """Start without vessels."""
        self._cells = int(UNITS / CELL) + 40
        self._owners = np.zeros((self._cells, self._cells), np.int32)
        self._headings = np.zeros((self._cells, self._cells), np.float32)

    def taken(self, x: float, y: float, *, but: int) -> bool:
        """Whether there is a vessel other than number `but` at a position."""
        owner = int(self._owners[self._cell(x, y)])
        return owner not in (0, but)

    def taken_ahead(self, x: float, y: float, heading: float, *, reach: float, but: int) -> bool:
        """The same at the distance `reach` in the direction `heading`."""
        return self.taken(x + reach * math.cos(heading), y + reach * math.sin(heading), but=but)

    def push(self, x: float, y: float, heading: float, *, reach: float, but: int) -> float:
        """The turn, -1 or 1, that avoids the vessels ahead; 0 if both sides are equal."""
        left = self.taken_ahead(x, y, heading - 0.6, reach=reach, but=but)
        right = self.taken_ahead(x, y, heading + 0.6, reach=reach, but=but)
        return float(left) - float(right)

    def cross(self, x: float, y: float, heading: float) -> float:
        """The turn, in [-1, 1], towards crossing the vessel ahead at a right angle; 0 if there is none."""
        cell = self._cell(x, y)
        return math.sin(2 * (heading - float(self._headings[cell]))) if self._owners[cell] else 0.0

    def take(self, points: Sequence[tuple[float, float]], calibres: Sequence[float], number: int) -> None:
        """Mark the area of a vessel as occupied. `points` are (y, x)."""
        for index, ((y, x), calibre) in enumerate(zip(points, calibres, strict=True)):
            before, after = points[max(0, index - 1)], points[min(len(points) - 1, index + 1)]
            row, column = self._cell(x, y)
            reach = round((calibre / 2 + CLEARANCE) / CELL)
            here = (slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1))
            self._owners[here] = number
            self._headings[here] = math.atan2(after[0] - before[0], after[1] - before[1])

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        last, middle = self._cells - 1, self._cells // 2
        return min(last, max(0, round(y / CELL) + middle)), min(last, max(0, round(x / CELL) + middle))
