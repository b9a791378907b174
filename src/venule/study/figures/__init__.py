"""The figures of a study."""

from collections.abc import Sequence
from pathlib import Path

from venule.study.figures.growth import draw_growth
from venule.study.figures.plots import draw_learning, draw_prices
from venule.study.figures.predictions import choose_photograph, draw_agreement, draw_augmentation, draw_predictions
from venule.study.figures.style import figure_style
from venule.study.tables import Findings
from venule.training.samples import Sample

__all__ = ["draw_figures"]


def draw_figures(
    found: Findings, photographs: Sequence[Sample], output: Path, *, photograph: str | None = None
) -> None:
    """Draw every figure that finished runs allow, as PNG, into `figures/`.

    Args:
        found: by the study.
        photographs: of the study.
        output: folder of the study.
        photograph: name of a photograph held out that is shown; None: a phantom.

    Raises:
        RecipeError: no photograph held out has that name.
    """
    folder, study, results = output / "figures", found.study, found.progress.finished
    if not results:
        return
    with figure_style():
        shown = choose_photograph(study, results, photographs, output, name=photograph)
        draw_augmentation(study, shown, folder / "augmentation.png")
        draw_predictions(shown, folder / "predictions.png")
        draw_agreement(shown, folder / "agreement.png")
        draw_learning(results, folder / "dice_by_epoch.png")
        draw_growth(results, study.training.snapshots, output, folder)
        if found.rows:
            draw_prices(found.rows, found.costs, folder / "dice_by_cost.png")
