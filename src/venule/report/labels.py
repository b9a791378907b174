"""What measurements, regions, reasons and units are called, in the report and on the page of the service."""

from typing import Any

GROUPS = {
    "Density, length, counts": {
        "vessel_density": "Vessel density",
        "length_density": "Length density",
        "vessel_length": "Vessel length, total",
        "vessel_perimeter": "Vessel perimeter, total",
        "segments": "Segments",
        "ends": "Free ends",
        "branchings": "Branchings",
        "crossings": "Crossings",
    },
    "Calibre": {
        "calibre_mean": "Calibre, mean",
        "calibre_median": "Calibre, median",
        "calibre_sd": "Calibre, standard deviation",
        **{f"calibre_p{tenth}0": f"Calibre, {tenth}0th percentile" for tenth in (1, 2, 3, 4, 6, 7, 8, 9)},
    },
    "Tortuosity": {
        "tortuosity_distance": "Tortuosity, mean",
        "tortuosity_distance_median": "Tortuosity, median",
        "tortuosity_curvature": "Curvature",
        "tortuosity_squared_curvature": "Squared curvature",
        "tortuosity_inflection": "Inflection count metric",
    },
    "Branching": {
        "branching_angle": "Branching angle",
        "junction_exponent": "Junction exponent",
        "branch_asymmetry": "Branch asymmetry",
        "branch_area_ratio": "Branch area ratio",
    },
    "Fractal dimension and gaps": {
        "box_dimension": "Fractal dimension, box",
        "information_dimension": "Fractal dimension, information",
        "correlation_dimension": "Fractal dimension, correlation",
        "singularity_length": "Singularity length",
        "lacunarity": "Lacunarity",
        "sparsity_mean": "Distance to vessel, mean",
        "sparsity_largest": "Distance to vessel, largest",
    },
    "Optic disc, fovea, arcades": {
        "disc_diameter": "Optic disc diameter",
        "disc_fovea_distance": "Disc to fovea distance",
        "vessels_at_disc": "Vessels at the disc",
        "arcade_angle": "Temporal arcade angle",
        "avascular_radius": "Foveal avascular radius",
        "avascular_area": "Foveal avascular area",
    },
    "Arteries and veins": {"crae": "CRAE", "crve": "CRVE", "avr": "AVR"},
}
LABELS = {name: label for group in GROUPS.values() for name, label in group.items()}
COUNTS = ("segments", "ends", "branchings", "crossings", "vessels_at_disc")
MAIN = ("vessel_density", "calibre_median", "tortuosity_distance", "branchings", "box_dimension")
# Of the photograph itself: the column of its row, the label, the unit.
PHOTOGRAPH = {
    "quality": ("Quality (expected Dice)", ""),
    "fov_diameter_px": ("Field of view diameter", "px"),
    "disc_confidence": ("Optic disc confidence", ""),
    "fovea_confidence": ("Fovea confidence", ""),
}

REGION_NAMES = {
    "zone_b": "Zone B around the disc",
    "zone_c": "Zone C around the disc",
    "superior": "Superior half",
    "inferior": "Inferior half",
    "temporal": "Temporal to the disc",
    "nasal": "Nasal to the disc",
    "etdrs_centre": "ETDRS centre",
    **{
        f"etdrs_{ring}_{sector}": f"ETDRS {ring} {sector}"
        for ring in ("inner", "outer")
        for sector in ("temporal", "inferior", "nasal", "superior")
    },
}

REASONS = {
    "no-vessels": "no vessels",
    "no-disc": "optic disc not found",
    "fovea-not-seen": "fovea not in view or at the edge",
    "fovea-not-sure": "side of the fovea uncertain",
    "region-not-seen": "not fully in view",
    "no-arteries-and-veins": "arteries and veins not given",
    "fewer-than-six": "fewer than six vessels in zone B",
    "no-branchings": "no branchings",
    "no-long-segments": "no segment is long enough",
    "no-arcade": "arcade not found on one side",
    "fov-too-small": "field of view too small",
    "all-vessel": "no space between the vessels",
    "not-measurable": "not measurable",
}

# What is wrong with a photograph: in a word or two, and in a clause.
FLAWS = {
    "too-dark": ("dark", "it is dark"),
    "low-contrast": ("low contrast", "its vessels have little contrast"),
    "blurred": ("blurred", "it is blurred"),
    "noisy": ("noisy", "it is noisy"),
    "compressed": ("compressed", "JPEG compression has left visible blocks"),
    "artefact": ("artefact", "part of it is overexposed or black"),
    "fov-cut": ("cropped", "part of the field of view is cut off"),
    "few-vessels": ("few vessels", "few vessels were found"),
    "many-vessels": ("too many vessels", "too much of it was taken for vessels"),
    "network-unsure": ("network uncertain", "the network is uncertain about the vessels"),
}

UNITS = {
    "degrees": "°", "px2": "px²", "um2": "µm²", "um": "µm", "1/um": "/µm", "1/px": "/px", "deg": "°", "deg2": "°²",
    "1/deg": "/°",
}  # fmt: skip


def page_labels() -> dict[str, Any]:
    """The labels as the page of the service takes them, ready for JSON."""
    return {
        "groups": {heading: list(names) for heading, names in GROUPS.items()},
        "main": list(MAIN),
        "counts": list(COUNTS),
        "measurements": LABELS,
        "regions": REGION_NAMES,
        "reasons": REASONS,
        "flaws": {code: word for code, (word, _) in FLAWS.items()},
        "units": UNITS,
    }
