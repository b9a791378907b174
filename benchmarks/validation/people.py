"""Real photographs: observers and venule against one another, and eyes with and without a disease."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.validation.workers import in_processes

from venule.datasets import Record, open_dataset, read_record
from venule.measurement import Value, measure
from venule.segmentation import segment
from venule.vessel_map import VesselMap


@dataclass(frozen=True)
class Person:
    """The measurements of one photograph, by who found its vessels.

    Attributes:
        name: of the photograph.
        split: of the data set that it belongs to.
        by: "first", "second" (observers), "venule": every measurement.
    """

    name: str
    split: str
    by: dict[str, tuple[Value, ...]]

    def value(self, who: str, name: str) -> float | None:
        """A measurement over the whole field of view."""
        return next(value.value for value in self.by[who] if value.name == name and not value.region)

    def interval(self, who: str, name: str) -> tuple[float, float] | None:
        """Its interval."""
        found = next(value for value in self.by[who] if value.name == name and not value.region)
        return None if found.lower is None or found.upper is None else (found.lower, found.upper)


def measure_people(folder: Path, *, jobs: int = 1) -> list[Person]:
    """Measure every photograph of a data set, as venule finds its vessels and as each observer drew them.

    Raises:
        DatasetError: the folder is no data set.
    """
    dataset = open_dataset(folder)
    splits = {record.name: name for name in ("train", "test") for record in dataset.split(name)}
    work = partial(_person, splits=splits)
    return in_processes(work, dataset.split("all"), jobs=jobs)


def _person(record: Record, *, splits: dict[str, str]) -> Person:
    example = read_record(record)
    found = segment(example.photograph, threads=1)
    maps = {"venule": found}
    for who, drawing in (("first", example.reference), ("second", example.second)):
        if drawing is not None:
            maps[who] = VesselMap.from_mask(drawing, example.photograph)
    return Person(record.name, splits[record.name], {who: measure(one).measurements for who, one in maps.items()})


def pairs(people: Sequence[Person], one: str, other: str, name: str) -> tuple[list[float], list[float]]:
    """A measurement of all photographs by two, where both have it."""
    both = [(person.value(one, name), person.value(other, name)) for person in people]
    known = [(a, b) for a, b in both if a is not None and b is not None]
    return [a for a, _ in known], [b for _, b in known]
