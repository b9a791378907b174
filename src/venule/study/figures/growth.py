"""How the prediction of one photograph held out grows over the first epochs, as a picture and as a moving one."""

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from venule.batch.outputs import write_whole
from venule.study.figures.style import new_figure, save, show_pictures
from venule.study.grid import RUNS
from venule.study.recipe import VARIANTS
from venule.study.result import RunResult

Picture = NDArray[np.uint8]
_MILLISECONDS = 900  # a frame


def draw_growth(results: Sequence[RunResult], epochs: Sequence[int], output: Path, folder: Path) -> tuple[Path, ...]:
    """`growth.png` and `growth.gif`: the drawing, and each network's prediction after some epochs.

    The runs shown are those of the first seed on augmented data, where there are some. Epochs that a run did not reach
    are left out.

    Args:
        results: of finished runs.
        epochs: of which there are snapshots.
        output: folder of the study.
        folder: for the figures.
    """
    runs = _first_runs(results)
    reference, found = _read(runs, epochs, output)
    if reference is None or not found:
        return ()
    shown = [epoch for epoch in epochs if any((network, epoch) in found for network in runs)]
    variant = next(iter(runs.values())).variant
    return _draw_grid(reference, found, list(runs), shown, variant, folder), _draw_moving(
        reference, found, list(runs), shown, variant, folder
    )


def _draw_grid(
    reference: Picture,
    found: dict[tuple[str, int], Picture],
    names: list[str],
    epochs: list[int],
    variant: str,
    folder: Path,
) -> Path:
    columns = len(epochs) + 1
    figure, axes = new_figure(
        len(names), columns, size=(1.6 * columns + 0.4, (1.6 * _aspect(reference) + 0.08) * len(names) + 0.6)
    )
    show_pictures(axes)
    for row, name in enumerate(names):
        axes[row * columns].imshow(reference, cmap="gray", vmin=0, vmax=255)
        axes[row * columns].set_ylabel("\n".join(wrap(name, 12)), fontweight="bold")
        for place, epoch in enumerate(epochs, 1):
            if (name, epoch) in found:
                axes[row * columns + place].imshow(found[name, epoch], cmap="gray", vmin=0, vmax=255)
    for place, title in enumerate(["drawing", *(f"epoch {epoch}" for epoch in epochs)]):
        axes[place].set_title(title)
    figure.suptitle(f"A photograph held out, {variant} data")
    return save(figure, folder / "growth.png")


def _draw_moving(
    reference: Picture,
    found: dict[tuple[str, int], Picture],
    names: list[str],
    epochs: list[int],
    variant: str,
    folder: Path,
) -> Path:
    columns = min(5, len(names) + 1)
    rows = -(-(len(names) + 1) // columns)
    frames = []
    for epoch in epochs:
        figure, axes = new_figure(rows, columns, size=(1.8 * columns, (1.8 * _aspect(reference) + 0.25) * rows + 0.4))
        show_pictures(axes)
        axes[0].imshow(reference, cmap="gray", vmin=0, vmax=255)
        axes[0].set_title("drawing")
        for axis, name in zip(axes[1:], names, strict=False):
            if (name, epoch) in found:
                axis.imshow(found[name, epoch], cmap="gray", vmin=0, vmax=255)
            axis.set_title(name)
        figure.suptitle(f"After epoch {epoch}, {variant} data")
        frames.append(_rendered(figure))
    content = BytesIO()
    frames[0].save(content, "GIF", save_all=True, append_images=frames[1:], duration=_MILLISECONDS, loop=0)
    write_whole(folder / "growth.gif", content.getvalue())
    return folder / "growth.gif"


def _first_runs(results: Sequence[RunResult]) -> dict[str, RunResult]:
    variant = VARIANTS[-1] if any(result.variant == VARIANTS[-1] for result in results) else VARIANTS[0]
    first: dict[str, RunResult] = {}
    for result in results:
        if result.variant == variant:
            first.setdefault(result.network, result)
    return first


def _read(
    runs: dict[str, RunResult], epochs: Sequence[int], output: Path
) -> tuple[Picture | None, dict[tuple[str, int], Picture]]:
    found, reference = {}, None
    for network, run in runs.items():
        folder = output / RUNS / run.name / "snapshots"
        if reference is None and (folder / "reference.png").is_file():
            reference = _picture(folder / "reference.png")
        for epoch in epochs:
            path = folder / f"epoch_{epoch:04d}.png"
            if path.is_file():
                found[network, epoch] = _picture(path)
    return reference, found


def _picture(path: Path) -> Picture:
    with Image.open(path) as image:
        return np.asarray(image.convert("L"))


def _aspect(picture: Picture) -> float:
    return float(picture.shape[0] / picture.shape[1])


def _rendered(figure: Figure) -> Image.Image:
    content = BytesIO()
    figure.savefig(content, format="png", dpi=100)
    return Image.open(content).convert("L")
