"""Scores as they show themselves in a notebook."""

from venule.evaluation.scores import SCORES, RegionScores, Scores
from venule.notebook import Cell, page, sentence, table

_COUNTS = {
    "tp": "vessel in both",
    "fp": "vessel in the map alone",
    "fn": "vessel in the drawing alone",
    "tn": "vessel in neither",
}


def scores_html(scores: Scores) -> str:
    """Every score and count, in the field of view and over the full frame."""
    regions = (scores.fov, scores.frame)
    ratios = [(Cell(name), *(_score(region, name) for region in regions)) for name in SCORES]
    counts = [
        (Cell(name, note=meaning), *(Cell(f"{getattr(region.counts, name):,}") for region in regions))
        for name, meaning in _COUNTS.items()
    ]
    return page(
        "Scores",
        table(ratios + counts, header=("", "field of view", "full frame")),
        sentence("tp, fp, fn, tn: pixels. Compare only scores of the same region."),
    )


def _score(region: RegionScores, name: str) -> Cell:
    value = region.values[name]
    return Cell(region.undefined[name], aside=True) if value is None else Cell(f"{value:.4f}")
