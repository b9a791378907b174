"""Block diagrams, drawn from the networks themselves."""

from collections.abc import Sequence
from math import log2
from pathlib import Path

import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from venule import networks
from venule.study.figures.style import FAINT, INK, new_figure, save
from venule.study.figures.trace import Box, trace
from venule.study.plan import NetworkPlan

_SIDE = 512
_WIDTH, _HEIGHT = 1.16, 0.54  # of a box; a level is 1 high
_START = (-1.5, 0.0)  # the photograph
_BESIDE, _BELOW = 1.42, 0.76  # steps to the right: on the same level, and to another one
_COLOURS = {"down": "#cfe3f1", "up": "#fbe3cf", "head": "#e2e2e2"}

Place = tuple[float, float]


def draw_diagram(plan: NetworkPlan, path: Path) -> None:
    """The steps of a network as boxes, lower the smaller their maps are, with arrows for the data between them."""
    with torch.device("meta"):
        network = networks.create(plan.network, **plan.arguments)
        parameters = networks.count_parameters(network).trainable
        boxes = trace(network, side=_SIDE)
    places = _lay_out(boxes)
    right, low = max(x for x, _ in places), min(y for _, y in places)
    figure, axes = new_figure(1, 1, size=(0.95 * (right + 1.4 - _START[0]), 1.15 * (1.6 - low)))
    axis = axes[0]
    axis.axis("off")
    axis.set_xlim(_START[0] - 0.7, right + 0.7)
    axis.set_ylim(low - 0.4, 0.75)
    photograph = Box("photograph", "", 3, _SIDE, ())
    _draw_box(axis, photograph, _START, colour="#ffffff")
    skips = 0
    for position, (box, place) in enumerate(zip(boxes, places, strict=True)):
        kind = "head" if box.channels == 1 else "up" if _rising(boxes, position) else "down"
        _draw_box(axis, box, place, colour=_COLOURS[kind])
        for source in box.sources:
            start = _START if source < 0 else places[source]
            near = source == position - 1
            skips += not near and abs(start[1] - place[1]) < 0.4
            _draw_arrow(axis, start, place, near=near, height=0.06 + 0.05 * (skips % 5))
    axis.set_title(f"{plan.network}: {parameters:,} trainable parameters", fontweight="bold", fontsize=11)
    save(figure, path)


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
    """Whether a box is on the way up: after smaller maps, of which no prediction was made yet."""
    first = max((place + 1 for place in range(position) if boxes[place].channels == 1), default=0)
    return boxes[position].side > min(box.side for box in boxes[first : position + 1])


def _draw_box(axis: Axes, box: Box, place: Place, *, colour: str) -> None:
    x, y = place
    patch = FancyBboxPatch(
        (x - _WIDTH / 2, y - _HEIGHT / 2),
        _WIDTH,
        _HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.06",
        facecolor=colour,
        edgecolor=INK,
        linewidth=0.8,
        zorder=3,
    )
    axis.add_patch(patch)
    text = "\n".join(filter(None, (box.name, box.kind, f"{box.channels} × {box.side}²")))
    axis.text(x, y, text, ha="center", va="center", fontsize=6.5, linespacing=1.3, zorder=4)


def _draw_arrow(axis: Axes, start: Place, end: Place, *, near: bool, height: float) -> None:
    """A straight arrow to the next box; a skip so high above the boxes between; a bow to another level."""
    level = abs(start[1] - end[1]) < 0.4
    if near:
        a = (start[0] + (_WIDTH / 2 if level else 0.25), start[1] if level else _edge(start, end))
        b = (end[0] - (_WIDTH / 2 if level else 0.25), end[1] if level else _edge(end, start))
        axis.annotate("", b, a, arrowprops={"arrowstyle": "-|>", "color": INK, "linewidth": 1}, zorder=2)
        return
    style = {"arrowstyle": "-|>", "color": FAINT, "linewidth": 0.9, "linestyle": (0, (4, 2))}
    if level:
        top = start[1] + _HEIGHT / 2 + height
        corners = [start[0], start[0], end[0]], [start[1], top, top]
        axis.plot(*corners, color=FAINT, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
        axis.annotate("", (end[0], end[1] + _HEIGHT / 2), (end[0], top), arrowprops=style, zorder=2)
        return
    bow = {**style, "connectionstyle": "arc3,rad=0.15"}
    axis.annotate("", (end[0], _edge(end, start)), (start[0], _edge(start, end)), arrowprops=bow, zorder=2)


def _edge(box: Place, other: Place) -> float:
    """The side of a box that looks to another level."""
    return box[1] + (_HEIGHT / 2 if other[1] > box[1] else -_HEIGHT / 2)
