"""The steps of a network and the data between them, from one forward pass."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode


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
