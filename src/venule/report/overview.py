"""All photographs of a report together: their distributions, and their order with the most unusual first."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from venule.report.sheet import ReportedValue, Sheet

FAR = 3.0  # robust standard deviations from which on a value stands out
ENOUGH = 5  # photographs, from which on one can stand out
DOTS = 150  # photographs up to which each is a dot; bars show more
LEFT, RIGHT, FLOOR = 12, 288, 64  # of a plot
STEP = 6  # between dots
BARS = 40

Distances = dict[str, float]  # of a photograph, by measurement


def percentile_rank(value: float, ordered: Sequence[float]) -> float:
    """Percentile rank of a value among others in rising order, itself included, from 0 to 1; ties count half."""
    return (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2 / len(ordered)


def distances(sheets: Sequence[Sheet], values: Mapping[str, Sequence[float]], keys: Sequence[str]) -> list[Distances]:
    """How far each photograph is from the median of all: in robust standard deviations, by measurement.

    The robust standard deviation is 1.48 times the median absolute deviation. Nothing is far from few photographs.
    """
    scales = {}
    for key in keys:
        middle = float(np.median(values[key]))
        spread = 1.4826 * float(np.median(np.abs(np.array(values[key]) - middle)))
        if spread > 0 and len(values[key]) >= ENOUGH:
            scales[key] = (middle, spread)
    return [
        {k: abs(v - middle) / spread for k, (middle, spread) in scales.items() if (v := sheet.value(k)) is not None}
        for sheet in sheets
    ]


def most_different_first(sheets: Sequence[Sheet], away: Sequence[Distances]) -> list[int]:
    """Numbers of the photographs: those that failed, then those that are farthest from the others."""

    def rank(number: int) -> float:
        return -math.inf if sheets[number].failed else -max(away[number].values(), default=0.0)

    return sorted(range(len(sheets)), key=rank)


@dataclass(frozen=True)
class Dot:
    """A photograph in a plot."""

    x: float
    y: float
    number: int
    title: str


@dataclass(frozen=True)
class Bar:
    """A number of photographs in a plot."""

    left: float
    top: float
    width: float
    height: float
    count: int


@dataclass(frozen=True)
class Plot:
    """The distribution of one measurement over the photographs.

    Attributes:
        value: one of them, for the label and unit.
        low: the smallest.
        median: of all.
        high: the largest.
        x: position of the median.
        dots: of the photographs; none where there are too many.
        bars: in their place.
    """

    value: ReportedValue
    low: str
    median: str
    high: str
    x: float
    dots: Sequence[Dot]
    bars: Sequence[Bar]


def make_plots(sheets: Sequence[Sheet], values: Mapping[str, Sequence[float]], keys: Sequence[str]) -> list[Plot]:
    """The distributions of measurements; of those alone that two photographs have.

    Args:
        sheets: of all photographs.
        values: the known values of each measurement, in rising order.
        keys: of the measurements.
    """
    plots = []
    for key in keys:
        known = values[key]
        if len(known) > 1:
            one, middle = example(sheets, key), float(np.median(known))
            few = len(known) <= DOTS
            low, median, high = (one.format(number) for number in (known[0], middle, known[-1]))
            dots, bars = (_dots(sheets, key, known), []) if few else ([], _bars(known))
            plots.append(Plot(one, low, median, high, _position(middle, known[0], known[-1]), dots, bars))
    return plots


def example(sheets: Sequence[Sheet], key: str) -> ReportedValue:
    """A value of a measurement, for its label and unit; one photograph must have one."""
    return next(sheet.values[key] for sheet in sheets if sheet.value(key) is not None)


def _dots(sheets: Sequence[Sheet], key: str, known: Sequence[float]) -> list[Dot]:
    """Every photograph as a dot, dots of like values above one another."""
    stacks: dict[int, int] = {}
    dots = []
    for number, sheet in enumerate(sheets):
        value = sheet.value(key)
        if value is None:
            continue
        column = round(_position(value, known[0], known[-1]) / STEP)
        level = stacks[column] = stacks.get(column, -1) + 1
        title = f"{sheet.name}: {sheet.values[key].text}"
        dots.append(Dot(column * STEP, FLOOR - STEP - STEP * min(level, 8), number, title))
    return dots


def _bars(known: Sequence[float]) -> list[Bar]:
    counts, edges = np.histogram(known, bins=BARS)
    lefts = [_position(edge, float(edges[0]), float(edges[-1])) for edge in edges]
    heights = counts / counts.max() * (FLOOR - 18)
    return [
        Bar(left, FLOOR - height, right - left - 0.6, height, int(count))
        for left, right, height, count in zip(lefts[:-1], lefts[1:], heights, counts, strict=True)
    ]


def _position(value: float, low: float, high: float) -> float:
    return LEFT + (RIGHT - LEFT) * ((value - low) / (high - low) if high > low else 0.5)
