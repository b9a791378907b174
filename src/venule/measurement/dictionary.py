"""The data dictionary: every measurement's name, meaning, unit and source (measurements.csv), and its function."""

import csv
import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from venule.measurement import landmark_measurements as landmarks
from venule.measurement import vessel_measurements as vessels
from venule.measurement.regions import KINDS, PLACES, ZONES, Section


@dataclass(frozen=True)
class Definition:
    """What a measurement means.

    Attributes:
        name: of the column, without unit and region.
        meaning: in one sentence.
        of: how it is measured in a section, in pixels of its plane; raises `MeasurementError` where it cannot be.
        lowest: what it would be if the vessels that are too thin to be found had been found; None: the same.
        unit: "" for a number without one, "deg" for degrees of rotation; "length", "area" and "per length" are given in
            pixels, and in micrometres or degrees of the field of view where the scale is known.
        source: of the definition.
        by_region: whether it is measured in every place of the retina, too.
        by_kind: whether it is measured of arteries and of veins alone, too.
        least: value that it can have.
        most: value that it can have.

    Example:
        >>> BY_NAME["calibre_mean"].column("zone_b", "um")
        'calibre_mean_zone_b_um'
    """

    name: str
    meaning: str
    of: Callable[[Section], float] = field(kw_only=True)
    lowest: Callable[[Section], float] | None = field(default=None, kw_only=True)
    unit: str = ""
    source: str = ""
    by_region: bool = False
    by_kind: bool = False
    least: float = 0.0
    most: float = math.inf

    @property
    def power(self) -> int:
        """Of a length that the unit is: 1 for a length, 2 for an area, -1 per length, 0 otherwise."""
        return {"length": 1, "area": 2, "per length": -1}.get(self.unit, 0)

    @property
    def regions(self) -> tuple[str, ...]:
        """Where it is measured: "" for the whole field of view, then names of `REGIONS`."""
        places = ("", *(PLACES if self.by_region else ()))
        zones = ("", *(ZONES if self.by_region else ()))
        kinds = [f"{kind}_{zone}" if zone else kind for kind in (KINDS if self.by_kind else ()) for zone in zones]
        return (*places, *kinds)

    def column(self, region: str = "", unit: str = "px") -> str:
        """The name of its column in a table, such as `calibre_mean_zone_b_px`."""
        suffix = {1: f"_{unit}", 2: f"_{unit}2", -1: f"_per_{unit}"}.get(self.power, "_deg" if self.unit else "")
        return self.name + (f"_{region}" if region else "") + suffix


FUNCTIONS: dict[str, Callable[[Section], float]] = {
    "vessel_density": vessels.area_density,
    "length_density": vessels.length_density,
    "vessel_length": vessels.total_length,
    "vessel_perimeter": vessels.wall_length,
    "segments": vessels.segment_count,
    "ends": vessels.end_count,
    "branchings": vessels.branching_count,
    "crossings": vessels.crossing_count,
    "calibre_smallest": vessels.smallest_calibre,
    "calibre_mean": vessels.mean_calibre,
    "calibre_median": partial(vessels.calibre_quantile, share=0.5),
    "calibre_sd": vessels.calibre_spread,
    **{f"calibre_p{n}0": partial(vessels.calibre_quantile, share=n / 10) for n in (1, 2, 3, 4, 6, 7, 8, 9)},
    "branching_angle": partial(vessels.median_of_branchings, of="angle"),
    "junction_exponent": partial(vessels.median_of_branchings, of="exponent"),
    "branch_asymmetry": partial(vessels.median_of_branchings, of="asymmetry"),
    "branch_area_ratio": partial(vessels.median_of_branchings, of="area_ratio"),
    "tortuosity_distance": vessels.mean_distance_tortuosity,
    "tortuosity_distance_median": vessels.median_distance_tortuosity,
    "tortuosity_curvature": vessels.mean_curvature_tortuosity,
    "tortuosity_squared_curvature": vessels.mean_squared_curvature_tortuosity,
    "tortuosity_inflection": vessels.mean_inflection_tortuosity,
    "box_dimension": lambda section: section.dimensions.box,
    "information_dimension": lambda section: section.dimensions.information,
    "correlation_dimension": lambda section: section.dimensions.correlation,
    "singularity_length": vessels.singularity_length,
    "lacunarity": vessels.section_lacunarity,
    "sparsity_mean": vessels.mean_sparsity,
    "sparsity_largest": vessels.largest_sparsity,
    "vessels_at_disc": landmarks.vessels_at_disc,
    "arcade_angle": landmarks.arcade_angle,
    "avascular_radius": landmarks.avascular_radius,
    "avascular_area": landmarks.avascular_area,
    "disc_fovea_distance": landmarks.disc_fovea_distance,
    "disc_diameter": landmarks.disc_diameter,
    "crae": landmarks.crae,
    "crve": landmarks.crve,
    "avr": landmarks.avr,
}
LOWEST: dict[str, Callable[[Section], float]] = {
    "calibre_mean": vessels.lowest_mean_calibre,
    **{
        name: partial(vessels.lowest_calibre_quantile, **quantile.keywords)
        for name, quantile in FUNCTIONS.items()
        if isinstance(quantile, partial) and quantile.func is vessels.calibre_quantile
    },
}


def _read_definitions() -> tuple[Definition, ...]:
    text = (Path(__file__).parent / "measurements.csv").read_text(encoding="utf-8")
    return tuple(
        Definition(
            row["name"],
            row["meaning"],
            row["unit"],
            row["source"],
            by_region=row["by_region"] == "yes",
            by_kind=row["by_kind"] == "yes",
            least=float(row["least"]),
            most=float(row["most"] or "inf"),
            of=FUNCTIONS[row["name"]],
            lowest=LOWEST.get(row["name"]),
        )
        for row in csv.DictReader(text.splitlines())
    )


MEASUREMENTS: tuple[Definition, ...] = _read_definitions()
BY_NAME = {definition.name: definition for definition in MEASUREMENTS}
