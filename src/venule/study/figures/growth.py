"""The prediction of one photograph held out over the first epochs, as a grid and as an animation."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from venule.batch.outputs import write_whole
from venule.study.figures.style import new_figure, save, show_pictures
from venule.study.plan import RUNS, VARIANTS
from venule.study.runs import RunResult

Picture = NDArray[np.uint8]
Found = dict[tuple[str, int], Picture]  # by network and epoch
_MILLISECONDS = 900  # a frame


def draw_growth(results: Sequence[RunResult], epochs: Sequence[int], output: Path, folder: Path) -> None:
    """Draw `growth.png` and `growth.gif`: the drawing, and each network's prediction after some epochs.

    The runs shown are those of the first seed on augmented data, where there are some. Epochs that a run did not reach
    are left out.
    """
    variant = VARIANTS[-1] if any(result.variant == VARIANTS[-1] for result in results) else VARIANTS[0]
    runs = {result.network: result for result in reversed(results) if result.variant == variant}
    names = [name for name in dict.fromkeys(result.network for result in results) if name in runs]
    snapshots = {name: output / RUNS / runs[name].name / "snapshots" for name in names}
    drawings = [path for each in snapshots.values() if (path := each / "reference.png").is_file()]
    found = {
        (name, epoch): _read(path)
        for name, each in snapshots.items()
        for epoch in epochs
        if (path := each / f"epoch_{epoch:04d}.png").is_file()
    }
    if not drawings or not found:
        return
    shown = [epoch for epoch in epochs if any((name, epoch) in found for name in names)]
    reference = _read(drawings[0])
    grid = _grid(reference, found, names, shown)
    grid.suptitle(f"A photograph held out, {variant} data")
    frames = []
    for epoch in shown:
        frame = _frame(reference, found, names, epoch)
        frame.suptitle(f"After epoch {epoch}, {variant} data")
        frames.append(_rendered(frame))
    content = BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:], duration=_MILLISECONDS, loop=0)
    write_whole(folder / "growth.gif", content.getvalue())
    save(grid, folder / "growth.png")


def _grid(reference: Picture, found: Found, names: list[str], epochs: list[int]) -> Figure:
    """A row for each network, a column for each epoch."""
    columns = len(epochs) + 1
    height = (1.6 * _aspect(reference) + 0.08) * len(names) + 0.6
    figure, axes = new_figure(len(names), columns, size=(1.6 * columns + 0.4, height))
    _show(axes, [picture for name in names for picture in (reference, *(found.get((name, e)) for e in epochs))])
    for name, axis in zip(names, axes[::columns], strict=True):
        axis.set_ylabel("\n".join(wrap(name, 12)), fontweight="bold")
    for axis, title in zip(axes, ["drawing", *(f"epoch {epoch}" for epoch in epochs)], strict=False):
        axis.set_title(title)
    return figure


def _frame(reference: Picture, found: Found, names: list[str], epoch: int) -> Figure:
    """All networks after one epoch."""
    columns = min(5, len(names) + 1)
    rows = -(-(len(names) + 1) // columns)
    figure, axes = new_figure(rows, columns, size=(1.8 * columns, (1.8 * _aspect(reference) + 0.25) * rows + 0.4))
    _show(axes, [reference, *(found.get((name, epoch)) for name in names)])
    for axis, title in zip(axes, ["drawing", *names], strict=False):
        axis.set_title(title)
    return figure


def _show(axes: Sequence[Axes], pictures: Sequence[Picture | None]) -> None:
    show_pictures(axes)
    for axis, picture in zip(axes, pictures, strict=False):
        if picture is not None:
            axis.imshow(picture, cmap="gray", vmin=0, vmax=255)


def _read(path: Path) -> Picture:
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def _aspect(picture: Picture) -> float:
    return float(picture.shape[0] / picture.shape[1])


def _rendered(figure: Figure) -> Image.Image:
    content = BytesIO()
    figure.savefig(content, format="png", dpi=100)
    return Image.open(content).convert("L")
