"""The data dictionary: every measurement's name, meaning, unit and source."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from venule.measurement import (
    around_disc,
    avascular,
    branching,
    calibre,
    density,
    equivalents,
    fractal,
    gaps,
    mean_tortuosity,
)
from venule.measurement.section import Section


@dataclass(frozen=True)
class Definition:
    """What a measurement means.

    Attributes:
        name: of the column, without unit and region.
        meaning: in one sentence.
        of: how it is measured in a section, in pixels of its plane; raises `MeasurementError` where it cannot be.
        unit: "" for a number without one, "deg" for degrees of rotation; "length", "area" and "per length" are given in
            pixels, and in micrometres or degrees of the field of view where the scale is known.
        source: of the definition.
        by_region: whether it is measured in every region, too.
        least: value that it can have.
        most: value that it can have.

    Example:
        >>> BY_NAME["calibre_mean"].column("zone_b", "um")
        'calibre_mean_zone_b_um'
    """

    name: str
    meaning: str
    of: Callable[[Section], float] = field(kw_only=True)
    unit: str = ""
    source: str = ""
    by_region: bool = False
    least: float = 0.0
    most: float = math.inf

    @property
    def power(self) -> int:
        """Of a length that the unit is: 1 for a length, 2 for an area, -1 per length, 0 otherwise."""
        return {"length": 1, "area": 2, "per length": -1}.get(self.unit, 0)

    def column(self, region: str = "", unit: str = "px") -> str:
        """The name of its column in a table, such as `calibre_mean_zone_b_px`."""
        suffix = {1: f"_{unit}", 2: f"_{unit}2", -1: f"_per_{unit}"}.get(self.power, "_deg" if self.unit else "")
        return self.name + (f"_{region}" if region else "") + suffix


def _singularity_length(section: Section) -> float:
    return fractal.multifractal_spectrum(section.centreline_pixels, diameter=section.plane.diameter).length


MEASUREMENTS: tuple[Definition, ...] = (
    Definition(
        "vessel_density", "share of the area covered by vessels", of=density.area_density, by_region=True, most=1
    ),
    Definition(
        "length_density",
        "length of the centrelines, divided by the area",
        "per length",
        of=density.length_density,
        by_region=True,
    ),
    Definition("vessel_length", "total length of the centrelines", "length", of=density.total_length),
    Definition(
        "vessel_perimeter",
        "total length of the vessel walls",
        "length",
        source="Crofton 1868",
        of=density.wall_length,
    ),
    Definition(
        "segments", "number of segments: vessels between two ends, branchings or crossings", of=density.segment_count
    ),
    Definition("ends", "number of free ends, including those at the edge of the field of view", of=density.end_count),
    Definition(
        "branchings",
        "number of branchings; n - 2 where n segments meet, less two for each vessel that only crosses",
        of=density.branching_count,
        by_region=True,
    ),
    Definition("crossings", "number of crossings of two vessels", of=density.crossing_count),
    Definition(
        "calibre_mean", "vessel width, mean along the vessels", "length", of=calibre.mean_calibre, by_region=True
    ),
    Definition("calibre_median", "vessel width, median along the vessels", "length", of=calibre.median_calibre),
    Definition("calibre_sd", "vessel width, standard deviation along the vessels", "length", of=calibre.calibre_spread),
    *(
        Definition(
            f"calibre_p{tenth}0",
            f"vessel width, {tenth}0th percentile along the vessels",
            "length",
            of=partial(calibre.calibre_quantile, share=tenth / 10),
        )
        for tenth in (1, 2, 3, 4, 6, 7, 8, 9)
    ),
    Definition(
        "branching_angle",
        "angle between the two branches, median over branchings",
        "deg",
        of=branching.branching_angle,
        most=180,
    ),
    Definition(
        "junction_exponent",
        "exponent x in parent^x = wider^x + narrower^x of the calibres, median over branchings",
        source="Murray 1926, PNAS",
        of=branching.junction_exponent,
    ),
    Definition(
        "branch_asymmetry",
        "calibre of the narrower branch over that of the wider, median over branchings",
        of=branching.branch_asymmetry,
        most=1,
    ),
    Definition(
        "branch_area_ratio",
        "cross-sectional area of both branches over that of the parent, median over branchings",
        of=branching.area_ratio,
    ),
    Definition(
        "tortuosity_distance",
        "length over distance between the ends, mean over segments, weighted by length",
        source="Lotmar et al. 1979",
        of=mean_tortuosity.mean_distance_tortuosity,
        least=1,
        by_region=True,
    ),
    Definition(
        "tortuosity_distance_median",
        "length over distance between the ends, median over segments",
        source="Lotmar et al. 1979",
        of=mean_tortuosity.median_distance_tortuosity,
        least=1,
    ),
    Definition(
        "tortuosity_curvature",
        "absolute curvature times the diameter of the field of view, mean weighted by length",
        source="Hart et al. 1999 (tau 4)",
        of=mean_tortuosity.mean_curvature_tortuosity,
    ),
    Definition(
        "tortuosity_squared_curvature",
        "squared curvature times the squared diameter of the field of view, mean weighted by length",
        source="Hart et al. 1999 (tau 5)",
        of=mean_tortuosity.mean_squared_curvature_tortuosity,
    ),
    Definition(
        "tortuosity_inflection",
        "(inflections + 1) times length over distance between the ends, mean weighted by length",
        source="Bullitt et al. 2003",
        of=mean_tortuosity.mean_inflection_tortuosity,
        least=1,
    ),
    Definition(
        "box_dimension",
        "box-counting dimension of the centrelines",
        source="Masters 2004",
        of=lambda section: section.dimensions.box,
        most=2,
    ),
    Definition(
        "information_dimension",
        "information dimension of the centrelines",
        source="Rényi 1959",
        of=lambda section: section.dimensions.information,
        most=2,
    ),
    Definition(
        "correlation_dimension",
        "correlation dimension of the centrelines",
        source="Grassberger and Procaccia 1983",
        of=lambda section: section.dimensions.correlation,
        most=2,
    ),
    Definition(
        "singularity_length",
        "width of the multifractal spectrum of the centrelines, q from -4 to 4",
        source="Stošić and Stošić 2006",
        of=_singularity_length,
    ),
    Definition(
        "lacunarity",
        "unevenness of the vessels in boxes of 1/16 of the field of view",
        source="Allain and Cloitre 1991",
        of=gaps.section_lacunarity,
        least=1,
    ),
    Definition(
        "sparsity_mean",
        "distance from a point between vessels to the nearest vessel, mean",
        "length",
        of=gaps.mean_sparsity,
        by_region=True,
    ),
    Definition(
        "sparsity_largest",
        "distance from a point between vessels to the nearest vessel, largest",
        "length",
        of=gaps.largest_sparsity,
    ),
    Definition(
        "vessels_at_disc",
        "number of vessels that cross a circle around the disc's centre whose radius is one disc diameter",
        of=around_disc.vessels_at_disc,
    ),
    Definition(
        "arcade_angle",
        "angle at the disc between the temporal arcades, two disc diameters from it",
        "deg",
        of=around_disc.arcade_angle,
        most=360,
    ),
    Definition(
        "avascular_radius",
        "radius of the largest circle around the fovea without vessels",
        "length",
        of=avascular.avascular_radius,
    ),
    Definition(
        "avascular_area",
        "area of the largest circle around the fovea without vessels",
        "area",
        of=avascular.avascular_area,
    ),
    Definition(
        "disc_fovea_distance",
        "distance between the centres of the optic disc and the fovea",
        "length",
        of=around_disc.disc_fovea_distance,
    ),
    Definition("disc_diameter", "diameter of the optic disc", "length", of=around_disc.disc_diameter),
    Definition(
        "crae", "central retinal artery equivalent (CRAE)", "length", "Knudtson et al. 2003", of=equivalents.crae
    ),
    Definition("crve", "central retinal vein equivalent (CRVE)", "length", "Knudtson et al. 2003", of=equivalents.crve),
    Definition("avr", "arteriovenous ratio, CRAE over CRVE", "", "Knudtson et al. 2003", of=equivalents.avr),
)
BY_NAME = {definition.name: definition for definition in MEASUREMENTS}
