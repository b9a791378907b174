"""Phantoms measured as drawn and as found, against their exact truth."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from benchmarks.validation.truth import drawn_map, exact_eye
from benchmarks.validation.workers import in_processes

from venule.datasets.phantoms import make_phantom
from venule.measurement import Value
from venule.measurement.all_measurements import kinds_drawn, measure_eye
from venule.measurement.eye import Eye, graph_of
from venule.measurement.intervals import half_range, odds_tried, with_intervals
from venule.segmentation import segment

SIZES = (560, 1400)  # pixels, between which the sizes of the phantoms lie
KINDS = ("drawn", "found")


@dataclass(frozen=True)
class Compared:
    """One measurement of one phantom.

    Attributes:
        seed: of the phantom.
        kind: "drawn", measured on the exact drawing; "found", on what the model found.
        value: with its interval.
        truth: None where the exact anatomy has no such measurement.
        half_range: of the values over thresholds.
    """

    seed: int
    kind: str
    value: Value
    truth: float | None
    half_range: float

    @property
    def error(self) -> float | None:
        """Relative: value / truth - 1; None where either is missing or the truth is 0."""
        if self.value.value is None or not self.truth:
            return None
        return self.value.value / self.truth - 1

    @property
    def covered(self) -> bool | None:
        """Whether the interval holds the truth; None where there is no interval or no truth."""
        value = self.value
        if self.truth is None or value.lower is None or value.upper is None:
            return None
        slack = 1e-9 * abs(self.truth)
        return value.lower - slack <= self.truth <= value.upper + slack


def compare_phantoms(seeds: Iterable[int], *, jobs: int = 1) -> list[Compared]:
    """Measure phantoms of several sizes, with intervals, against their truth; takes about five seconds each."""
    return [one for each in in_processes(compare_phantom, seeds, jobs=jobs) for one in each]


def compare_phantom(seed: int) -> list[Compared]:
    """Every measurement of one phantom, drawn and found."""
    size = int(np.exp(np.random.default_rng(seed).uniform(*np.log(SIZES))))
    phantom = make_phantom(seed, size=size)
    truth = [value.value for value in measure_eye(exact_eye(phantom))]
    drawn = drawn_map(phantom).with_kinds(phantom.arteries, phantom.veins)
    maps = {"drawn": drawn, "found": segment(phantom.image, threads=1)}
    compared = []
    for kind, found in maps.items():
        eye = Eye.of(found)
        planes = [eye.plane.at_odds(odds) for odds in odds_tried(found)]
        others = [measure_eye(replace(eye, plane=plane, graph=graph_of(found, plane))) for plane in planes]
        others += [measure_eye(other, kinds_only=True) for other in kinds_drawn(eye)]
        values = with_intervals(measure_eye(eye), others, drawn=kind == "drawn")
        for place, (value, exact) in enumerate(zip(values, truth, strict=True)):
            spread = math.nan
            if value.value is not None:
                spread = half_range(value.value, [other[place].value for other in others])
            compared.append(Compared(seed, kind, value, exact, spread))
    return compared


def by_measurement(compared: Sequence[Compared], kind: str) -> dict[tuple[str, str], list[Compared]]:
    """Those of one kind, by name and region."""
    grouped: dict[tuple[str, str], list[Compared]] = {}
    for one in compared:
        if one.kind == kind:
            grouped.setdefault((one.value.name, one.value.region), []).append(one)
    return grouped
