"""How sure is a measurement? What the probability leaves open, scaled so that the truth of phantoms lies within."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from venule.measurement.measured import Value
from venule.vessels import VesselMap

ODDS = 2.0  # a vessel map is measured again where a pixel must be twice, and half, as likely to be vessel
LEAST_SPREAD = 0.01  # of the value: below it the thresholds say nothing
ENOUGH = 40  # phantoms with a value, below which a region takes the calibration of the whole field of view


@dataclass(frozen=True)
class Calibration:
    """How the error of a measurement goes with its spread: truth = value * (1 + error * spread).

    Attributes:
        lower: error that 2.5 % of phantoms lie below.
        upper: error that 2.5 % of phantoms lie above.
        phantoms: how many there were.
    """

    lower: float
    upper: float
    phantoms: int


def odds_tried(found: VesselMap) -> tuple[float, ...]:
    """At how many times the odds a vessel map is measured again: half and twice; none of a drawing."""
    return (1 / ODDS, ODDS) if found.model else ()


def relative_spread(value: float, others: Sequence[float | None]) -> float:
    """Half of the range of a measurement over thresholds, over its value; 1/100 at least."""
    known = [value, *(other for other in others if other is not None)]
    return max(LEAST_SPREAD, (max(known) - min(known)) / 2 / abs(value)) if value else LEAST_SPREAD


def with_intervals(values: Sequence[Value], others: Sequence[Sequence[Value]], *, drawn: bool) -> list[Value]:
    """The values with their 95 % intervals.

    The interval is value * (1 + error * spread), for the errors between which 95 % of the calibration phantoms lie (a
    normalised conformal interval: Papadopoulos et al. 2008); the value itself is always within. It says how far the
    number may be from that of the exact anatomy, as far as eyes are like phantoms.

    Args:
        values: at the map's own threshold.
        others: the same at other thresholds; empty for a drawing.
        drawn: whether the vessels were drawn, so that only measuring can err.
    """
    return [
        _with_interval(value, [other[place].value for other in others], drawn) for place, value in enumerate(values)
    ]


def _with_interval(value: Value, others: Sequence[float | None], drawn: bool) -> Value:
    known = _calibrations("drawn" if drawn else "found")
    calibration = known.get((value.name, value.region)) or known.get((value.name, ""))
    if calibration and value.region and calibration.phantoms < ENOUGH:
        calibration = known.get((value.name, ""))
    if value.value is None or calibration is None:
        return value
    spread = relative_spread(value.value, others)
    ends = [value.value * max(0.0, 1 + error * spread) for error in (calibration.lower, calibration.upper)]
    return replace(value, lower=min(value.value, *ends), upper=max(value.value, *ends))


def calibrate(errors: Sequence[float]) -> Calibration:
    """The calibration of a measurement from the errors of phantoms, (truth / value - 1) / spread, one or more of them.

    The limits are those of conformal prediction: of n errors, number ceil(0.975 (n + 1)) from below and from above.
    """
    row = sorted(errors)
    tail = max(0, len(row) - math.ceil(0.975 * (len(row) + 1)))
    return Calibration(row[tail], row[-1 - tail], len(row))


@lru_cache
def _calibrations(kind: str) -> dict[tuple[str, str], Calibration]:
    content = json.loads((Path(__file__).parent / "intervals.json").read_text())
    return {(name, region): Calibration(*rest) for name, region, *rest in content[kind]}
