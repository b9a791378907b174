"""Grow the arteries and veins of a phantom.

Every vessel grows step by step. Its curvature is an Ornstein-Uhlenbeck process; it is attracted along the arcades,
towards the macula or outwards. It may not touch vessels of its own kind, but may cross those of the other kind. Where
there is room beside it, it branches by Murray's law and at the angles that follow from it. The widest vessels grow
first; thinner ones fill the space between.

The numbers were set by eye and against the drawings of DRIVE, CHASE_DB1 and HRF: vessel share, length and calibres.
"""

import heapq
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from venule.datasets.phantoms.anatomy import UNITS, Anatomy
from venule.datasets.phantoms.vessels import Kind, Segment, murray_angles, murray_arm

STEP = 2.0  # units
MEMORY = 18.0  # units over which the bend of a vessel persists
THINNEST = 1.2  # calibre below which a vessel is invisible, units
VEIN_TO_ARTERY = 4 / 3
CELL = 2.0  # units, of the grid on which taken ground is marked
CLEARANCE = 2.0  # units that stay free on both sides of a vessel
DETOUR = 15.0  # units of room that a crossing costs a branch
OTHER: dict[Kind, Kind] = {"artery": "vein", "vein": "artery"}


@dataclass
class _Tip:
    """The growing end of a vessel."""

    number: int
    kind: Kind
    calibre: float
    x: float
    y: float
    heading: float
    parent: int = -1
    course: float = 0.0  # of an arcade: up = course * (temporal + shift)**0.4
    shift: float = 0.0
    bend: float = 0.0
    length: float = 0.0


def grow_tree(eye: Anatomy, rng: np.random.Generator) -> list[Segment]:
    """Grow both trees of an eye, in units around the centre of the field of view; centrelines as (y, x)."""
    garden = _Garden(eye, rng)
    tips = [(-tip.calibre, tip.number, tip) for tip in _plant_trunks(eye, rng)]  # the widest first
    heapq.heapify(tips)
    while tips:
        for branch in garden.grow_vessel(heapq.heappop(tips)[-1]):
            heapq.heappush(tips, (-branch.calibre, branch.number, branch))
    return garden.segments


def _plant_trunks(eye: Anatomy, rng: np.random.Generator) -> list[_Tip]:
    """The vessels that leave the disc, as pairs of an artery and a vein, above and below the raphe."""
    disc = eye.disc_diameter
    width = rng.uniform(6.8, 9.0)
    hilum = rng.uniform(-0.22, -0.05) * disc  # the vessels start a little nasal of the centre
    tips: list[_Tip] = []
    for up in (1, -1):
        trunks = [  # degrees from the temporal direction, share of the full width, whether it is an arcade
            (rng.normal(72, 8), 1.0, True),
            (rng.normal(132, 12), rng.uniform(0.5, 0.75), False),
            (rng.normal(168, 8), rng.uniform(0.25, 0.4), False),
            (rng.normal(28, 6), rng.uniform(0.25, 0.36), False),
        ]
        if rng.random() < 0.5:
            trunks.append((rng.normal(98, 8), rng.uniform(0.35, 0.65), False))
        for degrees, share, is_arcade in trunks:
            course = up * rng.uniform(12.5, 18) if is_arcade else 0.0
            side = int(rng.choice([-1, 1]))
            pair: tuple[tuple[Kind, float, int], ...] = (
                ("vein", width, side),
                ("artery", width / VEIN_TO_ARTERY, -side),
            )
            for kind, calibre, lead in pair:
                turn = math.radians(degrees + lead * rng.uniform(7, 15))
                x, y = eye.position(hilum - lead * 0.08 * disc, up * rng.uniform(0.02, 0.16) * disc)
                tips.append(
                    _Tip(
                        number=len(tips) + 1,
                        kind=kind,
                        calibre=max(1.6, calibre * share * rng.uniform(0.9, 1.1)),
                        x=x,
                        y=y,
                        heading=eye.heading(math.cos(turn), up * math.sin(turn)),
                        course=course * (1 - lead * rng.uniform(0.02, 0.1)),
                        shift=-lead * rng.uniform(4, 10),
                    )
                )
    return tips


class _Garden:
    """The vessels that have grown so far, between which the next one grows."""

    def __init__(self, eye: Anatomy, rng: np.random.Generator) -> None:
        self.eye, self.rng = eye, rng
        self.segments: list[Segment] = []
        self.ground: dict[Kind, _Ground] = {"artery": _Ground(), "vein": _Ground()}
        self.winding = rng.uniform(0.6, 1.3)
        self.spacing = rng.uniform(0.9, 1.3)
        self.numbers = 1000  # above those of the trunks

    def grow_vessel(self, tip: _Tip) -> list[_Tip]:
        """Grow one vessel to its end; returns its branches."""
        branches: list[_Tip] = []
        points, calibres = [(tip.y, tip.x)], [tip.calibre]
        last_branching, gap = tip.length, self._gap(tip.calibre)
        while True:
            self._advance(tip)
            outside = not self.eye.shows(tip.x, tip.y, margin=1.0)
            # the first step of a segment is always kept, so that no branching loses a branch
            grown = len(points) > 1
            blocked = self._foveal_gap(tip) < 0 or (grown and self._meets_own_kind(tip))
            if outside or blocked or (grown and tip.calibre < THINNEST):
                break
            points.append((tip.y, tip.x))
            calibres.append(tip.calibre)
            if tip.length - last_branching <= gap or not self._may_branch(tip):
                continue
            branch = self._branch(tip)
            if branch is None:
                gap += 5
                continue
            self._add(tip, points, calibres)
            branch.parent = len(self.segments) - 1
            branches.append(branch)
            self._give_off(tip, branch)
            points, calibres = [(tip.y, tip.x)], [tip.calibre]
            last_branching, gap = tip.length, self._gap(tip.calibre)
        if len(points) > 1:
            self._add(tip, points, _fade(calibres) if blocked else calibres)
        return branches

    def _advance(self, tip: _Tip) -> None:
        """One step. Positions and headings are rounded, so that results are the same on all platforms."""
        unrest = self.winding * 0.022 / tip.calibre**0.35
        tip.bend += -tip.bend * STEP / MEMORY
        tip.bend += unrest * math.sqrt(2 * STEP / MEMORY) * float(self.rng.standard_normal())
        tip.heading = round(tip.heading + (tip.bend + self._steer(tip) + self._give_way(tip)) * STEP, 7)
        tip.x = round(tip.x + STEP * math.cos(tip.heading), 7)
        tip.y = round(tip.y + STEP * math.sin(tip.heading), 7)
        tip.length += STEP
        tip.calibre *= 1 - STEP / (250 * tip.calibre - 50)  # thin vessels narrow faster

    def _steer(self, tip: _Tip) -> float:
        """Turn per unit towards the course of a vessel."""
        eye = self.eye
        temporal, up = eye.along(tip.x, tip.y)
        if tip.course:
            beside = max(temporal + tip.shift, 1.0)
            target = tip.course * beside**0.4
            slope = 0.4 * target / beside
            norm = math.hypot(1, slope)
            pull = (target - up) * 0.025
            wanted = eye.heading((1 - pull * slope * abs(slope) / norm) / norm, (slope + pull) / norm)
            return 0.04 * math.sin(wanted - tip.heading)
        inwards = math.atan2(eye.fovea[1] - tip.y, eye.fovea[0] - tip.x)
        away = math.hypot(tip.x - eye.fovea[0], tip.y - eye.fovea[1])
        turn = 0.0
        if away < 120 and tip.calibre < 3 and tip.length > 12:  # small vessels turn to the macula
            turn += 0.022 * math.sin(inwards - tip.heading)
        elif tip.length > 20:
            turn += 0.008 * math.sin(eye.heading(temporal + max(temporal, 0.0), up) - tip.heading)
        if away < 2 * eye.avascular_radius + 8 * (tip.calibre - THINNEST):  # wider ones go around it
            turn -= 0.05 * math.sin(inwards - tip.heading) * min(1.0, tip.calibre - THINNEST)
        return turn

    def _give_way(self, tip: _Tip) -> float:
        """Turn per unit away from other vessels, or straight across those of the other kind."""
        if self._in_disc(tip):
            return 0.0
        own, other = self.ground[tip.kind], self.ground[OTHER[tip.kind]]
        turn = 0.05 * own.push(tip.x, tip.y, tip.heading, reach=8 + 2 * tip.calibre, but=tip.number)
        if tip.calibre > 2.2:
            turn += 0.02 * other.push(tip.x, tip.y, tip.heading, reach=6 + 2 * tip.calibre, but=0)
        return turn + 0.06 * other.cross(tip.x, tip.y, tip.heading)

    def _meets_own_kind(self, tip: _Tip) -> bool:
        if self._in_disc(tip) or tip.length <= 14:
            return False
        own = self.ground[tip.kind]
        return own.taken_ahead(tip.x, tip.y, tip.heading, reach=3 + tip.calibre / 2, but=tip.number)

    def _in_disc(self, tip: _Tip) -> bool:
        return math.hypot(tip.x - self.eye.disc[0], tip.y - self.eye.disc[1]) < 0.62 * self.eye.disc_diameter

    def _foveal_gap(self, tip: _Tip) -> float:
        away = math.hypot(tip.x - self.eye.fovea[0], tip.y - self.eye.fovea[1])
        return away - tip.calibre / 2 - 1.5 - self.eye.avascular_radius

    def _may_branch(self, tip: _Tip) -> bool:
        return not self._in_disc(tip) and self.eye.shows(tip.x, tip.y, margin=8) and self._foveal_gap(tip) > 8

    def _gap(self, calibre: float) -> float:
        """Length to the next branching, in units."""
        return float(self.spacing * (13 + 1.4 * calibre + 26 / calibre + self.rng.exponential(16)))

    def _branch(self, tip: _Tip) -> _Tip | None:
        """A branch to the side that has room for it; None if there is no room, or the vessel is too thin."""
        rng = self.rng
        room = {side: self._room(tip, tip.heading + side * 1.15) for side in (-1, 1)}
        side = max((-1, 1), key=lambda s: room[s] * float(rng.uniform(0.6, 1.4)))
        narrow = (1.25 + (0.019 if tip.kind == "vein" else 0.013) * room[side]) * float(rng.uniform(0.85, 1.45))
        if tip.length > 100 and tip.calibre < 7 and rng.random() < 0.12:
            narrow = tip.calibre * float(rng.uniform(0.6, 0.79))  # a fork
        most = 0.5 if tip.course and tip.length <= 200 else 0.79  # 0.79: both branches equal; an arcade must stay wide
        narrow = max(min(narrow, most * tip.calibre), 1.03 * THINNEST)
        wide = murray_arm(tip.calibre, narrow)
        if room[side] < 16 or wide < 1.03 * THINNEST:
            return None
        self.numbers += 1
        turn = murray_angles(tip.calibre, wide, narrow)[1]
        return _Tip(self.numbers, tip.kind, narrow, tip.x, tip.y, tip.heading + side * turn)

    def _room(self, tip: _Tip, heading: float) -> float:
        """Free length for a branch, in units, minus the cost of crossings."""
        own, other = self.ground[tip.kind], self.ground[OTHER[tip.kind]]
        crossed = 0
        for far in range(8, 100, 6):
            x, y = tip.x + far * math.cos(heading), tip.y + far * math.sin(heading)
            foveal = math.hypot(x - self.eye.fovea[0], y - self.eye.fovea[1]) < 1.2 * self.eye.avascular_radius
            if foveal or own.taken(x, y, but=tip.number) or not self.eye.shows(x, y):
                return max(0.0, far - DETOUR * crossed)
            crossed += other.taken(x, y, but=0)
        return max(0.0, 100.0 - DETOUR * crossed)

    def _give_off(self, tip: _Tip, branch: _Tip) -> None:
        """Narrow a vessel after a branching, and turn it to the other side; arcades keep their course."""
        wide = murray_arm(tip.calibre, branch.calibre)
        turn = murray_angles(tip.calibre, wide, branch.calibre)[0]
        tip.heading -= math.copysign(turn, branch.heading - tip.heading) * (0.5 if tip.course else 1.0)
        tip.calibre = wide

    def _add(self, tip: _Tip, points: list[tuple[float, float]], calibres: list[float]) -> None:
        self.segments.append(Segment(tip.kind, np.array(points), np.array(calibres), tip.parent))
        self.ground[tip.kind].take(points, calibres, tip.number)
        tip.parent = len(self.segments) - 1


def _fade(calibres: list[float]) -> list[float]:
    """Calibres that decrease to the thinnest, for a vessel that ends at another one."""
    end = min(THINNEST, calibres[-1])
    left = np.sqrt(np.linspace(1, 0, len(calibres)))
    return [float(value) for value in end + (np.array(calibres) - end) * left]


class _Ground:
    """The vessels of one kind on a grid; positions are in units around the centre of the field of view."""

    def __init__(self) -> None:
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
