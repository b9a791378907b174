"""Block diagrams, drawn from the networks themselves."""

from collections.abc import Sequence
from math import log2
from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from venule import networks
from venule.training.study.figures.style import FAINT, INK, new_figure, save
from venule.training.study.figures.trace import Box, trace
from venule.training.study.recipe import Entry

_SIDE = 512
_WIDTH, _HEIGHT = 1.0, 0.52  # of a box; a level is 1 high
_BESIDE, _BELOW = 1.3, 0.72  # steps to the right: on the same level, and to another one
_COLOURS = {"down": "#cfe3f1", "up": "#fbe3cf", "head": "#e2e2e2"}

Place = tuple[float, float]


def draw_diagram(entry: Entry, path: Path) -> Path:
    """The steps of a network as boxes, lower the smaller their maps are, and every way that data takes between them.

    Args:
        entry: the network and what it is built with.
        path: of the PNG.
    """
    with torch.device("meta"):
        network = networks.create(entry.network, **entry.arguments)
        parameters = networks.count_parameters(network).trainable
        boxes = trace(network, side=_SIDE)
    places = _lay_out(boxes)
    right, low = max(x for x, _ in places), min(y for _, y in places)
    figure, axes = new_figure(1, 1, size=(1.15 * (right + 2.6), 1.25 * (1.9 - low)))
    axis = axes[0]
    axis.axis("off")
    axis.set_xlim(-1.9, right + 0.7)
    axis.set_ylim(low - 0.5, 1.1)
    axis.text(-1.25, 0, f"photograph\n3 × {_SIDE}²", ha="center", va="center", fontsize=7, color=INK)
    for position, (box, place) in enumerate(zip(boxes, places, strict=True)):
        _draw_box(axis, box, place, rising=_rising(boxes, position))
        for source in box.sources:
            _draw_arrow(axis, (-1.25, 0.0) if source < 0 else places[source], place, near=source == position - 1)
    axis.set_title(f"{entry.network}: {parameters:,} trainable parameters", fontweight="bold")
    return save(figure, path)


def _lay_out(boxes: Sequence[Box]) -> list[Place]:
    """Left to right in the order of the data; down a level each time the maps halve."""
    top = max(box.side for box in boxes)
    places: list[Place] = []
    x = 0.0
    for box in boxes:
        y = -log2(top / box.side)
        if places:
            x += _BESIDE if abs(places[-1][1] - y) < 0.4 else _BELOW
        places.append((x, y))
    return places


def _rising(boxes: Sequence[Box], position: int) -> bool:
    """Whether a box comes after the smallest maps before it were left again."""
    return boxes[position].side > min(box.side for box in boxes[: position + 1])


def _draw_box(axis: Axes, box: Box, place: Place, *, rising: bool) -> None:
    x, y = place
    kind = "head" if box.channels == 1 else "up" if rising else "down"
    patch = FancyBboxPatch(
        (x - _WIDTH / 2, y - _HEIGHT / 2),
        _WIDTH,
        _HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=_COLOURS[kind],
        edgecolor=INK,
        linewidth=0.8,
        zorder=3,
    )
    axis.add_patch(patch)
    kind = "" if box.kind == "Sequential" else f"\n{box.kind}"
    axis.text(x, y, f"{box.name}{kind}\n{box.channels} × {box.side}²", ha="center", va="center", fontsize=5.5, zorder=4)


def _draw_arrow(axis: Axes, start: Place, end: Place, *, near: bool) -> None:
    """A straight arrow to the next box; a skip along its level above the boxes between; a bow to another level."""
    level = abs(start[1] - end[1]) < 0.4
    if near or (start[0] < 0 and end[0] == 0):
        a = (start[0] + (_WIDTH / 2 if level else 0.25), start[1] if level else _edge(start, end))
        b = (end[0] - (_WIDTH / 2 if level else 0.25), end[1] if level else _edge(end, start))
        axis.annotate("", b, a, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1}, zorder=2)
        return
    style = {"arrowstyle": "-|>", "color": FAINT, "linewidth": 0.9, "linestyle": (0, (4, 2))}
    if level:
        height = start[1] + _HEIGHT / 2 + 0.13
        axis.plot(
            [start[0], start[0], end[0]], [start[1], height, height], color=FAINT, lw=0.9, ls=(0, (4, 2)), zorder=1
        )
        axis.annotate("", (end[0], end[1] + _HEIGHT / 2), (end[0], height), arrowprops=style, zorder=2)
        return
    bow = {**style, "connectionstyle": "arc3,rad=0.15"}
    axis.annotate("", (end[0], _edge(end, start)), (start[0], _edge(start, end)), arrowprops=bow, zorder=2)


def _edge(box: Place, other: Place) -> float:
    """The side of a box that looks to another level."""
    return box[1] + (_HEIGHT / 2 if other[1] > box[1] else -_HEIGHT / 2)
