"""Block diagrams of the networks, drawn from the steps that one forward pass takes."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log2
from pathlib import Path
from typing import Any

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from venule import networks

INK, FAINT = "#202020", "#8a8a8a"
_SIDE = 512
_WIDTH, _HEIGHT = 1.16, 0.54  # of a box; a level is 1 high
_START = (-1.5, 0.0)  # the photograph
_BESIDE, _BELOW = 1.42, 0.76  # steps to the right: on the same level, and to another one
_COLOURS = {"down": "#cfe3f1", "up": "#fbe3cf", "head": "#e2e2e2"}

Place = tuple[float, float]


@dataclass(frozen=True)
class Box:
    """One step of a network: the name and kind of a module, and the channels and width of its output.

    `sources` are the positions of the boxes whose outputs come in; -1 is the photograph.
    """

    name: str
    kind: str
    channels: int
    side: int
    sources: tuple[int, ...]


def draw_diagram(name: str, path: Path, **arguments: Any) -> None:
    """The steps of a network as boxes, lower the smaller their maps are, with arrows for the data between them."""
    with torch.device("meta"):
        network = networks.create(name, **arguments)
        parameters = networks.count_parameters(network).trainable
        boxes = trace(network, side=_SIDE)
    places = _lay_out(boxes)
    right, low = max(x for x, _ in places), min(y for _, y in places)
    figure = Figure(figsize=(0.95 * (right + 1.4 - _START[0]), 1.15 * (1.6 - low)), layout="constrained")
    axis = figure.subplots()
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
    axis.set_title(f"{name}: {parameters:,} trainable parameters", fontweight="bold", fontsize=11)
    figure.savefig(path, dpi=110)


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


def trace(network: nn.Module, *, side: int) -> tuple[Box, ...]:
    """The steps of a network in the order in which the data meets them.

    A module is one step; of a U-Net within the network, each of its modules is. Pooling is no step.

    Args:
        network: (1, 3, side, side) -> logits; on the device "meta", where nothing is computed.
        side: of the square photograph, pixels.
    """
    network.eval()
    photograph = torch.zeros(1, 3, side, side, device=next(network.parameters()).device)
    chosen = _without_shared_word(dict(_steps(network)))
    boxes: list[Box] = []

    def begin(module: nn.Module, given: tuple[Any, ...]) -> None:
        module._comes_from = _sources(given)  # type: ignore[assignment]  # read by `end` and taken away again

    def end_of(name: str) -> Callable[..., None]:
        def end(module: nn.Module, given: Any, output: Any) -> None:
            shown = next(_tensors(output))
            sources = tuple(sorted(module.__dict__.pop("_comes_from")))
            boxes.append(Box(name, _kind(module), shown.shape[1], shown.shape[-1], sources))
            for tensor in _tensors(output):
                tensor._sources = {len(boxes) - 1}  # type: ignore[attr-defined]

        return end

    handles = []
    for name, module in chosen.items():
        handles += [module.register_forward_pre_hook(begin), module.register_forward_hook(end_of(name))]
    photograph._sources = {-1}  # type: ignore[attr-defined]
    with torch.no_grad(), _FollowSources():
        network(photograph)
    for handle in handles:
        handle.remove()
    return tuple(boxes)


def _without_shared_word(steps: dict[str, nn.Module]) -> dict[str, nn.Module]:
    """Names without the first word if it is the same for all: that of a network that the network is built around."""
    if len({name.partition(" ")[0] for name in steps}) > 1 or any(" " not in name for name in steps):
        return steps
    return {name.partition(" ")[2]: module for name, module in steps.items()}


class _FollowSources(TorchFunctionMode):
    """Lets every tensor that is made of others remember from which boxes they came."""

    def __torch_function__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = function(*args, **(kwargs or {}))
        if sources := _sources((args, kwargs)):
            for tensor in _tensors(result):
                tensor._sources = sources | getattr(tensor, "_sources", set())  # type: ignore[attr-defined]
        return result


def _steps(module: nn.Module, prefix: str = "") -> Iterator[tuple[str, nn.Module]]:
    for name, child in module.named_children():
        path = f"{prefix}{name}"
        if hasattr(child, "encoder") or isinstance(child, nn.ModuleList | nn.ModuleDict):
            yield from _steps(child, f"{path} ")
        elif not isinstance(child, nn.MaxPool2d | nn.AvgPool2d | nn.Dropout | nn.Dropout2d):
            yield path, child


def _kind(module: nn.Module) -> str:
    """The class of a module; of one of PyTorch's containers, the blocks and convolutions in it."""
    if not isinstance(module, nn.Sequential):
        return type(module).__name__
    counts = Counter(type(each).__name__ for each in _blocks(module))
    return "\n".join(f"{count} × {name}" if count > 1 else name for name, count in counts.items())


def _blocks(module: nn.Module) -> Iterator[nn.Module]:
    """The convolutions within, and the outermost modules that are not PyTorch's own."""
    for child in module.children():
        if isinstance(child, nn.Conv2d | nn.ConvTranspose2d) or not type(child).__module__.startswith("torch."):
            yield child
        else:
            yield from _blocks(child)


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from _tensors(each)


def _sources(value: Any) -> set[int]:
    return set().union(*(getattr(tensor, "_sources", set()) for tensor in _tensors(value)))
