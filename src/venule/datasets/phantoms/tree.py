"""Growing the arteries and veins of a phantom.

Every vessel grows step by step. Its curvature is an Ornstein-Uhlenbeck process; it is drawn along the arcades, towards
the macula or outwards, and keeps clear of vessels of its own kind, which it may not touch, while it may cross those of
the other. Where there is room beside it, it branches by Murray's law (1926): r0^3 = r1^3 + r2^3, at the angles that
follow from it. The widest vessels grow first; thinner ones fill the space that these leave.
"""

import heapq
import math
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from venule.arrays import FloatArray
from venule.datasets.phantoms.eye import UNITS, Eye

Kind = Literal["artery", "vein"]
STEP = 2.0  # units
THINNEST = 1.2  # calibre where a vessel is no longer seen, units
VEIN_TO_ARTERY = 4 / 3
DETOUR = 15.0  # units of room that a crossing costs


@dataclass(frozen=True, eq=False)
class Segment:
    """A vessel from one branching to the next.

    Attributes:
        kind: "artery" or "vein".
        centreline: float64 (points, 2), (row, column), from the disc outwards.
        calibre: float64 (points,), diameter at each point; it never grows on the way outwards.
        parent: index of the segment that it leaves; -1 for one that starts in the optic disc.
    """

    kind: Kind
    centreline: FloatArray
    calibre: FloatArray
    parent: int


@dataclass(order=True)
class _Bud:
    """A vessel that waits to grow; the widest first."""

    priority: float
    number: int
    kind: Kind = field(compare=False)
    calibre: float = field(compare=False)
    place: tuple[float, float] = field(compare=False)
    heading: float = field(compare=False)
    parent: int = field(compare=False)
    arcade: float = field(compare=False)  # c of the course up = c * (temporal + shift)**0.4 that it keeps to; 0: none
    shift: float = field(default=0.0, compare=False)


def grow_tree(eye: Eye, rng: np.random.Generator) -> list[Segment]:
    """Grow both trees of an eye, in units around the centre of the field of view; centrelines as (y, x)."""
    return _Garden(eye, rng).grow()


class _Garden:
    def __init__(self, eye: Eye, rng: np.random.Generator) -> None:
        self.eye, self.rng = eye, rng
        self.buds: list[_Bud] = []
        self.numbers = 0
        self.segments: list[Segment] = []
        self.ground = {"artery": _Ground(), "vein": _Ground()}
        self.winding = rng.uniform(0.6, 1.3)
        self.spacing = rng.uniform(0.9, 1.3)

    def grow(self) -> list[Segment]:
        self._plant_trunks()
        while self.buds:
            self._grow_vessel(heapq.heappop(self.buds))
        return self.segments

    def _plant_trunks(self) -> None:
        rng, disc = self.rng, self.eye.disc_diameter
        width = rng.uniform(6.8, 9.0)
        hilum = rng.uniform(-0.22, -0.05) * disc  # the vessels come up a little nasal of the centre
        for up in (1, -1):
            # angle from the temporal direction in degrees, share of the width, whether it follows an arcade
            for angle, share, follows in (
                (rng.normal(72, 8), 1.0, True),
                (rng.normal(98, 8), rng.uniform(0.35, 0.65) * rng.choice([0, 1]), False),
                (rng.normal(132, 12), rng.uniform(0.5, 0.75), False),
                (rng.normal(168, 8), rng.uniform(0.25, 0.4), False),
                (rng.normal(28, 6), rng.uniform(0.25, 0.36), False),
            ):
                if not share:
                    continue
                course = rng.uniform(12.5, 18)
                swap = int(rng.choice([-1, 1]))
                pair: tuple[tuple[Kind, float, int], ...] = (
                    ("vein", width, swap),
                    ("artery", width / VEIN_TO_ARTERY, -swap),
                )
                for kind, calibre, lead in pair:
                    turn = math.radians(angle + lead * rng.uniform(7, 15))
                    start = self._from_disc(hilum - lead * 0.08 * disc, up * rng.uniform(0.02, 0.16) * disc)
                    self._plant(
                        kind,
                        max(1.6, calibre * share * rng.uniform(0.9, 1.1)),
                        start,
                        self.eye.heading(math.cos(turn), up * math.sin(turn)),
                        -1,
                        arcade=up * course * (1 - lead * rng.uniform(0.02, 0.1)) if follows else 0.0,
                        shift=-lead * rng.uniform(4, 10),
                    )

    def _from_disc(self, temporal: float, up: float) -> tuple[float, float]:
        heading, length = self.eye.heading(temporal, up), math.hypot(temporal, up)
        return self.eye.disc[0] + length * math.cos(heading), self.eye.disc[1] + length * math.sin(heading)

    def _plant(
        self,
        kind: Kind,
        calibre: float,
        place: tuple[float, float],
        heading: float,
        parent: int,
        *,
        arcade: float = 0.0,
        shift: float = 0.0,
    ) -> None:
        self.numbers += 1
        heapq.heappush(self.buds, _Bud(-calibre, self.numbers, kind, calibre, place, heading, parent, arcade, shift))

    def _grow_vessel(self, bud: _Bud) -> None:
        rng, eye, ground = self.rng, self.eye, self.ground[bud.kind]
        others = self.ground[_other(bud.kind)]
        number, parent, calibre, heading = bud.number, bud.parent, bud.calibre, bud.heading
        x, y = bud.place
        bend, length, since, gap = 0.0, 0.0, 0.0, self._gap(calibre)
        points, calibres = [(y, x)], [calibre]
        blocked = False
        while length < 1.5 * UNITS:
            memory = 18.0
            bend += -bend * STEP / memory + self.winding * 0.022 / calibre**0.35 * math.sqrt(2 * STEP / memory) * float(
                rng.standard_normal()
            )
            steer = self._steer(bud, x, y, heading, calibre, length)
            in_disc = math.hypot(x - eye.disc[0], y - eye.disc[1]) < 0.62 * eye.disc_diameter
            if not in_disc:
                steer += ground.push(x, y, heading, number, reach=8 + 2 * calibre) * 0.05
                if calibre > 2.2:
                    steer += others.push(x, y, heading, number, reach=6 + 2 * calibre) * 0.02
                steer += others.cross(x, y, heading) * 0.06
            heading = round(heading + (bend + steer) * STEP, 7)  # rounded: no platform's last digit may steer
            x, y = round(x + STEP * math.cos(heading), 7), round(y + STEP * math.sin(heading), 7)
            length, since = length + STEP, since + STEP
            calibre *= 1 - STEP / (250 * calibre - 50)
            clear = math.hypot(x - eye.fovea[0], y - eye.fovea[1]) - calibre / 2 - 1.5
            started = len(points) > 1
            if clear < eye.avascular_radius or not eye.shows(x, y, margin=0.5):
                blocked = clear < eye.avascular_radius
                break
            if calibre < THINNEST and started:
                break
            if (
                started
                and not in_disc
                and length > 14
                and ground.owner(x, y, 3 + calibre / 2, heading)
                not in (
                    0,
                    number,
                )
            ):
                blocked = True
                break
            points.append((y, x))
            calibres.append(calibre)
            if since > gap and not in_disc and eye.shows(x, y, margin=8) and clear > eye.avascular_radius + 8:
                split = self._split(bud, x, y, heading, calibre, length)
                if split is None:
                    gap += 5
                    continue
                side, narrow = split
                wide = (calibre**3 - narrow**3) ** (1 / 3)
                parent = self._end(bud.kind, points, calibres, parent, number, ground)
                turns = murray_angles(calibre, wide, narrow)
                self._plant(bud.kind, narrow, (x, y), heading + side * turns[1], parent)
                heading -= side * turns[0] * (0.5 if bud.arcade else 1.0)
                calibre, points, calibres = wide, [(y, x)], [wide]
                since, gap = 0.0, self._gap(calibre)
        if len(points) > 1:
            if blocked:
                fade = np.linspace(1, 0, len(points))
                floor = min(THINNEST, calibres[-1])
                calibres = list(floor + (np.array(calibres) - floor) * fade**0.5)
            self._end(bud.kind, points, calibres, parent, number, ground)

    def _gap(self, calibre: float) -> float:
        return float(self.spacing * (13 + 1.4 * calibre + 26 / calibre + self.rng.exponential(16)))

    def _end(
        self,
        kind: Kind,
        points: list[tuple[float, float]],
        calibres: list[float],
        parent: int,
        number: int,
        ground: "_Ground",
    ) -> int:
        self.segments.append(Segment(kind, np.array(points), np.array(calibres), parent))
        ground.take(points, calibres, number)
        return len(self.segments) - 1

    def _split(
        self, bud: _Bud, x: float, y: float, heading: float, calibre: float, length: float
    ) -> tuple[int, float] | None:
        """The side that has room for a branch (+1 or -1), and the branch's calibre; None where there is no room."""
        rng = self.rng
        room = {side: self._room(bud, x, y, heading + side * 1.15) for side in (-1, 1)}
        side = max((-1, 1), key=lambda s: room[s] * float(rng.uniform(0.6, 1.4)))
        if room[side] < 16:
            return None
        narrow = (1.25 + (0.019 if bud.kind == "vein" else 0.013) * room[side]) * float(rng.uniform(0.85, 1.45))
        if length > 100 and calibre < 7 and rng.random() < 0.12:
            narrow = calibre * float(rng.uniform(0.6, 0.79))  # a fork
        most = 0.79 if length > 200 or not bud.arcade else 0.5  # 0.79: both arms alike; an arcade must reach far
        narrow = max(min(narrow, most * calibre), 1.03 * THINNEST)
        wide = max(0.0, calibre**3 - narrow**3) ** (1 / 3)
        return (side, narrow) if wide > 1.03 * THINNEST else None

    def _room(self, bud: _Bud, x: float, y: float, heading: float) -> float:
        """How far a branch could run, in units; a vessel of the other kind in its way counts as a detour."""
        ground, others = self.ground[bud.kind], self.ground[_other(bud.kind)]
        crossed = 0
        for far in range(8, 100, 6):
            px, py = x + far * math.cos(heading), y + far * math.sin(heading)
            away = math.hypot(px - self.eye.fovea[0], py - self.eye.fovea[1])
            taken = ground.at(px, py) not in (0, bud.number)
            if taken or not self.eye.shows(px, py) or away < 1.2 * self.eye.avascular_radius:
                return max(0.0, far - DETOUR * crossed)
            crossed += others.at(px, py) != 0
        return max(0.0, 100.0 - DETOUR * crossed)

    def _steer(self, bud: _Bud, x: float, y: float, heading: float, calibre: float, length: float) -> float:
        """Turn per unit that brings a vessel onto its course."""
        eye = self.eye
        temporal, up = eye.along(x, y)
        if bud.arcade:
            beside = max(temporal + bud.shift, 1.0)
            target = bud.arcade * beside**0.4
            pull = (target - up) * 0.025
            slope = 0.4 * target / beside
            norm = math.hypot(1, slope)
            # forwards along the course, and across it towards the course
            wanted = eye.heading(1 / norm - pull * slope / norm * abs(slope) / norm, slope / norm + pull / norm)
            return 0.04 * math.sin(wanted - heading)
        away = math.hypot(x - eye.fovea[0], y - eye.fovea[1])
        turn = 0.0
        if away < 120 and calibre < 3 and length > 12:
            wanted = math.atan2(eye.fovea[1] - y, eye.fovea[0] - x)
            turn += 0.022 * math.sin(wanted - heading)
        elif length > 20:
            outwards = eye.heading(temporal + max(temporal, 0.0), up)
            turn += 0.008 * math.sin(outwards - heading)
        if away < 2 * eye.avascular_radius + 8 * (calibre - THINNEST):
            outwards = math.atan2(y - eye.fovea[1], x - eye.fovea[0])
            turn += 0.05 * math.sin(outwards - heading) * min(1.0, calibre - THINNEST)
        return turn


def _other(kind: Kind) -> Kind:
    return "vein" if kind == "artery" else "artery"


def murray_angles(parent: float, wide: float, narrow: float) -> tuple[float, float]:
    """How far the two branches turn from their parent so that the flow costs least (Murray 1926, J. Gen. Physiol.).

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


class _Ground:
    """Which vessel of one kind has taken which place, on a grid of cells one step wide."""

    def __init__(self) -> None:
        self.cells = int(UNITS / STEP) + 40
        self.owners = np.zeros((self.cells, self.cells), np.int32)
        self.headings = np.zeros((self.cells, self.cells), np.float32)

    def at(self, x: float, y: float) -> int:
        row, column = self._cell(x, y)
        return int(self.owners[row, column])

    def owner(self, x: float, y: float, ahead: float, heading: float) -> int:
        return self.at(x + ahead * math.cos(heading), y + ahead * math.sin(heading))

    def push(self, x: float, y: float, heading: float, number: int, *, reach: float) -> float:
        """-1 or 1, the way that leads clear of what lies ahead; 0 where both sides are alike."""
        left = self.owner(x, y, reach, heading - 0.6) not in (0, number)
        right = self.owner(x, y, reach, heading + 0.6) not in (0, number)
        return float(left) - float(right)

    def cross(self, x: float, y: float, heading: float) -> float:
        """The turn that makes for a crossing, rather than a run along, where a vessel lies."""
        row, column = self._cell(x, y)
        if not self.owners[row, column]:
            return 0.0
        return math.sin(2 * (heading - float(self.headings[row, column])))

    def take(self, points: list[tuple[float, float]], calibres: list[float], number: int) -> None:
        for index in range(len(points)):
            y, x = points[index]
            before = points[max(0, index - 1)]
            after = points[min(len(points) - 1, index + 1)]
            row, column = self._cell(x, y)
            reach = round((calibres[index] / 2 + 2) / STEP)
            here = (slice(max(0, row - reach), row + reach + 1), slice(max(0, column - reach), column + reach + 1))
            self.owners[here] = number
            self.headings[here] = math.atan2(after[0] - before[0], after[1] - before[1])

    def _cell(self, x: float, y: float) -> tuple[int, int]:
        last = self.cells - 1
        row, column = round(y / STEP) + self.cells // 2, round(x / STEP) + self.cells // 2
        return min(last, max(0, row)), min(last, max(0, column))
