"""Intervals of measurements: their spread over thresholds, calibrated on phantoms."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from venule.measurement.dictionary import BY_NAME
from venule.measurement.measured import Value
from venule.vessel_map import VesselMap

ODDS = 2.0  # a vessel map is measured again at twice, and at half, the odds of its threshold
LEAST = 0.001  # relative error beside the spread, at least
ENOUGH = 40  # phantoms with a value; with fewer, a region uses the calibration of the whole field of view


@dataclass(frozen=True)
class Calibration:
    """How the error of a measurement depends on its spread: truth = value * (1 + error * (spread + beside)).

    The spread is half of the range over thresholds, over the value.

    Attributes:
        lower: error below which 2.5 % of the phantoms lie.
        upper: error above which 2.5 % of the phantoms lie.
        beside: relative error of values that no threshold changes, such as most counts.
        phantoms: number of phantoms.
    """

    lower: float
    upper: float
    beside: float
    phantoms: int


def odds_tried(found: VesselMap) -> tuple[float, ...]:
    """The factors of the odds at which a vessel map is measured again: half and twice; none for a drawing."""
    return (1 / ODDS, ODDS) if found.model else ()


def half_range(value: float, others: Sequence[float | None]) -> float:
    """Half of the range of a measurement over thresholds."""
    known = [value, *(other for other in others if other is not None)]
    return (max(known) - min(known)) / 2


def with_intervals(values: Sequence[Value], others: Sequence[Sequence[Value]], *, drawn: bool) -> list[Value]:
    """The values with their 95 % intervals.

    The interval is value * (1 + error * (spread + beside)), for the errors between which 95 % of the calibration
    phantoms lie (a normalised conformal interval: Papadopoulos et al. 2008). It is cut at the limits of the measurement
    and always includes the value. A zero that no threshold changes has none. It says how far the number may be from
    that of the exact anatomy, as far as eyes are like phantoms. What a value would be with the vessels that are too
    thin to be found (its `lower` beforehand) widens it downwards.

    Args:
        values: at the map's own threshold.
        others: the same at other thresholds; empty for a drawing.
        drawn: whether the vessels were drawn, so that only the measuring adds errors.
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
        return replace(value, lower=None)
    width = half_range(value.value, others) + abs(value.value) * calibration.beside
    if not width:
        return replace(value, lower=None)
    definition = BY_NAME[value.name]
    # Two errors: of what was found, and by the vessels that were too thin to be found, which make it smaller.
    below = math.hypot(min(0.0, calibration.lower * width), max(0.0, value.value - (value.lower or value.value)))
    lower = max(definition.least, value.value - below if below else value.value + calibration.lower * width)
    upper = min(definition.most, value.value + calibration.upper * width)
    return replace(value, lower=min(value.value, lower), upper=max(value.value, upper))


def calibrate(errors: Sequence[float], spreads: Sequence[float]) -> Calibration:
    """The calibration of a measurement from one or more phantoms.

    The limits are those of conformal prediction: of n errors, number ceil(0.975 (n + 1)) from below and from above. The
    error beside the spread is half of the median error.

    Args:
        errors: truth / value - 1 of each phantom.
        spreads: half of the range over thresholds, over the value, of each.
    """
    beside = max(LEAST, float(np.median(np.abs(errors))) / 2)
    row = sorted(error / (spread + beside) for error, spread in zip(errors, spreads, strict=True))
    tail = max(0, len(row) - math.ceil(0.975 * (len(row) + 1)))
    return Calibration(row[tail], row[-1 - tail], beside, len(row))


@lru_cache
def _calibrations(kind: str) -> dict[tuple[str, str], Calibration]:
    content = json.loads((Path(__file__).parent / "intervals.json").read_text())
    return {(name, region): Calibration(*rest) for name, region, *rest in content[kind]}
