"""What the figures of a study share."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from venule.batch.outputs import write_whole

STYLE = Path(__file__).with_name("figures.mplstyle")


def new_figure(rows: int, columns: int, *, size: tuple[float, float], share: bool = False) -> tuple[Figure, list[Axes]]:
    """A figure with a grid of axes, row by row; `size` in inches. It needs no display."""
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False, sharey=share, sharex=share)
    return figure, list(axes.flat)


def show_pictures(axes: Sequence[Axes]) -> None:
    """Take frames, ticks and grids off axes that show pictures."""
    for each in axes:
        each.set_xticks([])
        each.set_yticks([])
        each.grid(False)
        for spine in each.spines.values():
            spine.set_visible(False)


def save(figure: Figure, path: Path) -> None:
    """Write a figure as PNG, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    content = BytesIO()
    figure.savefig(content, format="png", dpi=150)
    write_whole(path, content.getvalue())
