"""How the figures of a study look."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from venule.batch.outputs import write_whole

# Okabe and Ito (2008, Color Universal Design)
VARIANT_COLOURS = {"original": "#0072B2", "augmented": "#D55E00"}
VARIANT_MARKERS = {"original": "o", "augmented": "s"}
INK, FAINT = "#202020", "#8a8a8a"
_STYLE = {
    "font.size": 9,
    "axes.titlesize": 9,
    "figure.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.grid": True,
    "grid.color": "#e6e6e6",
    "axes.axisbelow": True,
    "legend.frameon": False,
    "figure.facecolor": "white",
}


def figure_style() -> AbstractContextManager[None]:
    """A context in which figures are drawn in this style."""
    return rc_context(_STYLE)


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
