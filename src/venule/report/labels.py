"""The words of the report: what measurements, regions and reasons are called for people."""

FAMILIES = {
    "How much": {
        "vessel_density": "Vessel density",
        "length_density": "Length density",
        "vessel_length": "Length of all vessels",
        "vessel_perimeter": "Length of all walls",
        "segments": "Segments",
        "ends": "Free ends",
        "branchings": "Branchings",
        "crossings": "Crossings",
    },
    "How wide": {
        "calibre_mean": "Calibre, mean",
        "calibre_median": "Calibre, median",
        "calibre_sd": "Calibre, standard deviation",
        **{f"calibre_p{tenth}0": f"Calibre, {tenth}0th percentile" for tenth in (1, 2, 3, 4, 6, 7, 8, 9)},
    },
    "How winding": {
        "tortuosity_distance": "Tortuosity, mean",
        "tortuosity_distance_median": "Tortuosity, median",
        "tortuosity_curvature": "Curvature",
        "tortuosity_squared_curvature": "Squared curvature",
        "tortuosity_inflection": "Inflection count metric",
    },
    "How they branch": {
        "branching_angle": "Branching angle",
        "junction_exponent": "Junction exponent",
        "branch_asymmetry": "Narrower over wider branch",
        "branch_area_ratio": "Area of branches over parent",
    },
    "How they fill the retina": {
        "box_dimension": "Fractal dimension, boxes",
        "information_dimension": "Fractal dimension, information",
        "correlation_dimension": "Fractal dimension, correlation",
        "singularity_length": "Singularity length",
        "lacunarity": "Lacunarity",
        "sparsity_mean": "Distance to a vessel, mean",
        "sparsity_largest": "Farthest from a vessel",
    },
    "Disc, fovea, arcades": {
        "disc_diameter": "Optic disc, diameter",
        "disc_fovea_distance": "Disc to fovea",
        "vessels_at_disc": "Vessels at the disc",
        "arcade_angle": "Angle of temporal arcades",
        "avascular_radius": "Foveal avascular radius",
        "avascular_area": "Foveal avascular area",
    },
    "Arteries and veins": {"crae": "CRAE", "crve": "CRVE", "avr": "AVR"},
}
LABELS = {name: label for family in FAMILIES.values() for name, label in family.items()}
COUNTS = {"segments", "ends", "branchings", "crossings", "vessels_at_disc"}
# Of the photograph itself: the column of its row, the words, the unit.
PHOTOGRAPH = {
    "quality": ("Quality (expected Dice)", ""),
    "fov_diameter_px": ("Field of view, diameter", "px"),
    "disc_confidence": ("Confidence of the disc", ""),
    "fovea_confidence": ("Confidence of the fovea", ""),
}
SHOWN = ("quality", "vessel_density", "calibre_median", "tortuosity_distance", "branchings", "box_dimension")

REGION_NAMES = {
    "zone_b": "Zone B about the disc",
    "zone_c": "Zone C about the disc",
    "superior": "Superior half",
    "inferior": "Inferior half",
    "temporal": "Temporal of the disc",
    "nasal": "Nasal of the disc",
    "etdrs_centre": "ETDRS centre",
    **{
        f"etdrs_{ring}_{sector}": f"ETDRS {ring} {sector}"
        for ring in ("inner", "outer")
        for sector in ("temporal", "inferior", "nasal", "superior")
    },
}

REASONS = {
    "no-vessels": "no vessels there",
    "no-disc": "optic disc not found",
    "fovea-not-seen": "fovea outside the field of view, or at its edge",
    "fovea-not-sure": "side of the fovea not told",
    "region-not-seen": "not wholly in the field of view",
    "no-arteries-and-veins": "arteries and veins not given",
    "fewer-than-six": "fewer than six vessels in zone B",
    "no-branchings": "no branchings there",
    "no-long-segments": "no segment is long enough",
    "no-arcade": "no arcade on one side",
    "fov-too-small": "field of view too small",
    "all-vessel": "nothing between the vessels",
    "not-measurable": "not measurable",
}

# What is wrong with a photograph: in a word, and in a sentence that goes on.
FLAWS = {
    "too-dark": ("dark", "it is dark"),
    "low-contrast": ("low contrast", "vessels hardly stand out"),
    "blurred": ("blurred", "it is blurred"),
    "noisy": ("noisy", "it is noisy"),
    "compressed": ("compressed", "JPEG compression has left blocks"),
    "artefact": ("artefact", "a part is burnt out or black"),
    "fov-cut": ("cut", "the field of view is cut"),
    "few-vessels": ("few vessels", "few vessels were found"),
    "many-vessels": ("too many vessels", "too much of it is called vessel"),
    "network-unsure": ("network unsure", "the network is unsure of the vessels"),
}

UNITS = {
    "degrees": "°", "px2": "px²", "um2": "µm²", "um": "µm", "1/um": "/µm", "1/px": "/px", "deg": "°", "deg2": "°²",
    "1/deg": "/°",
}  # fmt: skip
