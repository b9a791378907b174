"""Plots of Dice against epochs, parameters and time."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import EngFormatter, LogLocator, MaxNLocator, NullFormatter

from venule.study.costs import Cost
from venule.study.runs import RunResult
from venule.study.scores import NetworkScores
from venule.study.style import new_figure, save

# Okabe and Ito (2008, Color Universal Design)
VARIANT_COLOURS = {"original": "#0072B2", "augmented": "#D55E00"}
VARIANT_MARKERS = {"original": "o", "augmented": "s"}


def draw_learning(results: Sequence[RunResult], path: Path) -> None:
    """Dice of the photographs held out against the epoch, for each network, with and without augmentation.

    The line is the mean over the runs that reached that epoch, the band their range.
    """
    names = list(dict.fromkeys(result.network for result in results))
    columns = min(3, len(names))
    rows = -(-len(names) // columns)
    figure, axes = new_figure(rows, columns, size=(3.1 * columns + 0.4, 2.3 * rows + 0.6), share=True)
    for place, axis in enumerate(axes):
        axis.set_visible(place < len(names))
    for place, name in enumerate(names):
        for variant, colour in VARIANT_COLOURS.items():
            runs = [result for result in results if (result.network, result.variant) == (name, variant)]
            _draw_band(axes[place], runs, colour)
        axes[place].set_title(name, fontweight="bold")
        axes[place].xaxis.set_major_locator(MaxNLocator(integer=True))
        if place % columns == 0:
            axes[place].set_ylabel("Dice")
        if place + columns >= len(names):
            axes[place].set_xlabel("epoch")
            axes[place].tick_params(labelbottom=True)
    handles = [Line2D([], [], color=colour, label=f"{variant} data") for variant, colour in VARIANT_COLOURS.items()]
    figure.legend(handles=handles, loc="outside upper center", ncols=2, frameon=False)
    save(figure, path)


def draw_prices(rows: Sequence[NetworkScores], costs: Sequence[Cost], path: Path) -> None:
    """Dice against parameters, against the time of a forward pass, and against the time of training."""
    known = {cost.network: cost for cost in costs}
    names = list(dict.fromkeys(row.network for row in rows))
    colours = {name: colormaps["tab10"](place % 10) for place, name in enumerate(names)}
    figure, axes = new_figure(1, 3, size=(11.5, 3.6), share=False)
    for row in rows:
        cost = known.get(row.network)
        if cost is None:
            continue
        for axis, x in zip(axes, (cost.trainable, cost.milliseconds, max(row.seconds, 1e-3)), strict=True):
            _draw_point(axis, x, row, colours[row.network])
    side = costs[0].side if costs else 0
    labels = ("trainable parameters", f"ms a forward pass at {side}x{side}, CPU", "seconds of training")
    for axis, label in zip(axes, labels, strict=True):
        axis.set_xscale("log")
        low, high = axis.get_xlim()
        axis.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high > 5 * low else (1, 1.5, 2, 3, 4, 5, 7)))
        axis.xaxis.set_major_formatter(EngFormatter(sep=""))
        axis.xaxis.set_minor_formatter(NullFormatter())
        axis.set_xlabel(label)
        axis.set_ylabel("Dice")
    handles = [Line2D([], [], color=colours[name], marker="o", linestyle="", label=name) for name in names]
    handles += [
        Line2D([], [], color="#8a8a8a", marker=marker, linestyle="", label=f"{variant} data")
        for variant, marker in VARIANT_MARKERS.items()
    ]
    figure.legend(handles=handles, loc="outside right upper", frameon=False)
    save(figure, path)


def _draw_band(axis: Axes, runs: Sequence[RunResult], colour: str) -> None:
    curves = [[epoch.validation_dice for epoch in run.epochs if epoch.validation_dice is not None] for run in runs]
    table = pd.DataFrame(curves)  # those that ended earlier are filled with NaN
    if table.empty:
        return
    epochs = range(1, table.shape[1] + 1)
    axis.plot(epochs, table.mean(), color=colour, linewidth=1.6)
    if len(table) > 1:
        axis.fill_between(epochs, table.min(), table.max(), color=colour, alpha=0.2, linewidth=0)


def _draw_point(axis: Axes, x: float, row: NetworkScores, colour: tuple[float, float, float, float]) -> None:
    dice = row.dice
    limits = None
    if dice.lower is not None and dice.upper is not None:
        limits = [[dice.value - dice.lower], [dice.upper - dice.value]]
    marker = VARIANT_MARKERS[row.variant]
    axis.errorbar([x], [dice.value], yerr=limits, color=colour, marker=marker, markersize=6, capsize=2, linewidth=1)
