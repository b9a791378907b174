"""The optic disc and the fovea against where a person marked them."""

import math

from venule.errors import EvaluationError
from venule.vessel_map import Landmarks

DISC_NEAR, FOVEA_NEAR = 0.25, 0.5  # disc diameters from the marked place that are near enough
LANDMARK_SCORES = {
    "disc_near": "disc within half a radius",
    "disc_distance": "distance of the disc's centres, disc diameters",
    "fovea_near": "fovea within half a disc diameter",
    "fovea_distance": "distance of the foveae, disc diameters",
}
Place = tuple[float, float]


def score_landmarks(
    found: Landmarks, *, disc: Place | None = None, fovea: Place | None = None, disc_diameter: float | None = None
) -> dict[str, float | None]:
    """Score the landmarks of one photograph.

    Args:
        found: in pixels of the photograph.
        disc: (row, column) of the disc's centre as it was marked; None: it was not.
        fovea: of the fovea.
        disc_diameter: in pixels, the unit of the distances; None: that of the disc as it was found.

    Returns:
        By the names of `LANDMARK_SCORES`. `disc_near` and `fovea_near` are 1 or 0, and 0 for one that was not found;
        None for what was not marked.

    Raises:
        EvaluationError: there is no unit, because no disc was found.

    Example:
        >>> score_landmarks(found.landmarks, disc=phantom.disc_centre)["disc_near"]
        1.0
    """
    if disc_diameter is None:
        if found.disc is None:
            raise EvaluationError("no disc was found: give its diameter", reason="no-disc")
        disc_diameter = found.disc.diameter
    scores: dict[str, float | None] = {}
    for name, place, marked, limit in (
        ("disc", found.disc, disc, DISC_NEAR),
        ("fovea", found.fovea, fovea, FOVEA_NEAR),
    ):
        away = None if place is None or marked is None else math.dist(place.centre, marked) / disc_diameter
        scores[f"{name}_near"] = None if marked is None else float(away is not None and away <= limit)
        scores[f"{name}_distance"] = away
    return scores
