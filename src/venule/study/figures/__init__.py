"""The figures of a study."""

from collections.abc import Sequence
from pathlib import Path

from venule.study.costs import Cost
from venule.study.figures.curves import draw_learning, draw_prices
from venule.study.figures.diagram import draw_diagram
from venule.study.figures.examples import find_example
from venule.study.figures.growth import draw_growth
from venule.study.figures.photographs import draw_agreement, draw_augmentation, draw_predictions
from venule.study.figures.style import figure_style
from venule.study.recipe import Study
from venule.study.result import RunResult
from venule.study.summary import Row
from venule.training.samples import Sample

__all__ = ["draw_figures"]


def draw_figures(
    study: Study,
    results: Sequence[RunResult],
    rows: Sequence[Row],
    costs: Sequence[Cost],
    photographs: Sequence[Sample],
    output: Path,
    *,
    photograph: str | None = None,
) -> tuple[Path, ...]:
    """Draw every figure that finished runs allow, as PNG, into `figures/`.

    Args:
        study: whose they are.
        results: of finished runs.
        rows: of the tables.
        costs: of the networks.
        photographs: of the study.
        output: folder of the study.
        photograph: name of a photograph held out that is shown; None: a phantom.

    Returns:
        The files.

    Raises:
        RecipeError: no photograph held out has that name.
    """
    with figure_style():
        return _draw_all(study, results, rows, costs, photographs, output, photograph)


def _draw_all(
    study: Study,
    results: Sequence[RunResult],
    rows: Sequence[Row],
    costs: Sequence[Cost],
    photographs: Sequence[Sample],
    output: Path,
    photograph: str | None,
) -> tuple[Path, ...]:
    folder = output / "figures"
    files = [draw_diagram(entry, folder / f"diagram-{entry.network}.png") for entry in study.networks]
    if not results:
        return tuple(files)
    example = find_example(study, results, photographs, output, name=photograph)
    files += [
        draw_augmentation(study, example, folder / "augmentation.png"),
        draw_predictions(example, folder / "predictions.png"),
        draw_agreement(example, folder / "agreement.png"),
        draw_learning(results, folder / "dice_by_epoch.png"),
        *draw_growth(results, study.training.snapshots, output, folder),
    ]
    if rows:
        files.append(draw_prices(rows, costs, folder / "dice_by_cost.png"))
    return tuple(files)
