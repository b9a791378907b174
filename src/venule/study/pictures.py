"""Figures of a photograph held out: augmented, as networks see it, epoch by epoch, and against its drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from textwrap import wrap

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from PIL import Image
from scipy.ndimage import find_objects

from venule.batch.outputs import write_whole
from venule.errors import RecipeError
from venule.evaluation import LEGEND, Counts, agreement_colours
from venule.photograph import Photograph
from venule.segmentation import segment
from venule.study.plan import ORIGINAL, RUNS, VARIANTS, Run, Study, Variant, training_recipe
from venule.study.runs import THRESHOLD, RunResult
from venule.study.style import new_figure, save, show_pictures
from venule.training.samples import Crops, Prepared, Sample, phantom_sample, prepare

Picture = NDArray[np.uint8]
Found = dict[tuple[str, int], Picture]  # by network and epoch
_MILLISECONDS = 900  # a frame
_SAMPLES = 4
_COLUMNS = 5
_SEED, _SIZE = 2024, 565  # of the phantom; as wide as a photograph of DRIVE


@dataclass(frozen=True, eq=False)
class ShownPhotograph:
    """A photograph with its drawing, and the predictions of networks that were not trained on it.

    Attributes:
        sample: as trainings read it.
        reference: bool (height, width), its drawing.
        predictions: float32 (height, width) probabilities by network and variant.
    """

    sample: Sample
    photograph: Photograph
    reference: NDArray[np.bool_]
    predictions: dict[tuple[str, str], NDArray[np.float32]]


def choose_photograph(
    study: Study, results: Sequence[RunResult], photographs: Sequence[Sample], output: Path, *, name: str | None
) -> ShownPhotograph:
    """The photograph held out with a name, or a phantom, segmented by the first seed of each network and variant.

    Raises:
        RecipeError: no photograph held out has that name.
    """
    held_out = dict.fromkeys(photograph.name for result in results for photograph in result.photographs)
    if name is None and study.data.phantoms:
        name = next(iter(held_out))
    if name is not None and name not in held_out:
        raise RecipeError(f"no photograph held out is called {name!r}; there are: {', '.join(held_out)}")
    sample = phantom_sample(_SEED, size=_SIZE) if name is None else next(p for p in photographs if p.name == name)
    photograph, reference = sample.read()
    predictions: dict[tuple[str, str], NDArray[np.float32]] = {}
    for result in results:
        unseen = name is None or name in {scored.name for scored in result.photographs}
        if unseen and (result.network, result.variant) not in predictions:
            found = segment(photograph, model=output / RUNS / result.name / "model", av=None, landmarks=None)
            predictions[result.network, result.variant] = found.probability
    return ShownPhotograph(sample, photograph, reference, predictions)


def draw_augmentation(study: Study, shown: ShownPhotograph, path: Path) -> None:
    """A photograph and its drawing, original and augmented."""
    prepared = prepare(shown.sample, study.training.working_diameter)
    figure, axes = new_figure(2, _SAMPLES + 1, size=(1.9 * (_SAMPLES + 1), 4.2))
    variant = next(variant for variant in reversed(VARIANTS) if variant in study.variants)
    run = Run(study.networks[0], variant, 0)
    recipe = training_recipe(run, study, photographs=1).model_copy(update={"whole": True})
    before = Crops([prepared], recipe.model_copy(update={"augmentation": ORIGINAL}), first=0, count=1)
    after = Crops([prepared], recipe, first=0, count=_SAMPLES)
    samples = [before[0], *(after[place] for place in range(_SAMPLES))]
    for place, (crop, drawing, fov) in enumerate(samples):
        axes[place].imshow(_as_seen(crop.numpy(), fov.numpy()[0] > 0.5, prepared))
        axes[place].set_title("as it is" if place == 0 else f"{variant}, {place}")
        axes[_SAMPLES + 1 + place].imshow(drawing.numpy()[0], cmap="gray", vmin=0, vmax=1)
    axes[0].set_ylabel("photograph")
    axes[_SAMPLES + 1].set_ylabel("drawing")
    show_pictures(axes)
    figure.suptitle(f"Augmentation: {_describe(study, variant)}")
    save(figure, path)


def draw_predictions(shown: ShownPhotograph, path: Path) -> None:
    """The probability of vessel by each network, after training on original and on augmented data."""
    figure, axes, region = _panels(shown, lead=1)
    for variant, picture, title in (
        ("original", shown.photograph.image, "photograph"),
        ("augmented", shown.reference, "drawing"),
    ):
        axis = axes[variant, ""]
        axis.imshow(picture[region], cmap="gray")
        axis.set_title(title)
    for (network, variant), probability in shown.predictions.items():
        axes[variant, network].imshow(probability[region], cmap="gray", vmin=0, vmax=1)
    figure.suptitle(f"Probability of vessel, {shown.sample.name}")
    save(figure, path)


def draw_agreement(shown: ShownPhotograph, path: Path) -> None:
    """Where the vessels of each network agree with the drawing."""
    figure, axes, region = _panels(shown, lead=0)
    for (network, variant), probability in shown.predictions.items():
        colours = agreement_colours(probability >= THRESHOLD, shown.reference, fov=shown.photograph.fov.mask)
        axes[variant, network].imshow(colours[region])
    colours_of = {label: np.divide(colour, 255) for label, colour in LEGEND.items()}
    patches = [Patch(facecolor=colour, edgecolor="black", label=label) for label, colour in colours_of.items()]
    columns = max(1, int(figure.get_figwidth() / 1.9))
    figure.legend(handles=patches, loc="outside lower center", ncols=columns)
    figure.suptitle(f"Agreement with the drawing, {shown.sample.name}")
    save(figure, path)


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


def _panels(shown: ShownPhotograph, *, lead: int) -> tuple[Figure, dict[tuple[str, str], Axes], tuple[slice, slice]]:
    """Axes by variant and network, titled with the Dice, and the part of the photograph to show.

    The variants of a network stand one above the other; a row that is full is followed by another two.
    With `lead` 1 there is a first column, under the network "".
    """
    region = find_objects(shown.photograph.fov.mask.astype(np.uint8))[0]  # the rows and columns of the field of view
    names = [""] * lead + list(dict.fromkeys(network for network, _ in shown.predictions))
    bands = -(-len(names) // _COLUMNS)
    columns = -(-len(names) // bands)
    shape = shown.reference[region].shape
    height = 2.1 * shape[0] / shape[1] + 0.4
    size = (max(2.1 * columns, 4.0), len(VARIANTS) * bands * height + 0.8)
    figure, grid = new_figure(len(VARIANTS) * bands, columns, size=size)
    show_pictures(grid)
    axes: dict[tuple[str, str], Axes] = {}
    for place, name in enumerate(names):
        band, column = divmod(place, columns)
        for row, each in enumerate(VARIANTS):
            axes[each, name] = grid[(band * len(VARIANTS) + row) * columns + column]
    for axis in grid:
        axis.set_visible(axis in axes.values())
    for (variant, name), axis in axes.items():
        probability = shown.predictions.get((name, variant))
        axis.set_visible(name == "" or probability is not None)
        if probability is not None:
            counts = Counts.of(probability >= THRESHOLD, shown.reference, shown.photograph.fov.mask)
            axis.set_title(f"{name}\n{variant}, Dice {counts.dice or 0:.3f}")
    return figure, axes, region


def _as_seen(shown: NDArray[np.float32], fov: NDArray[np.bool_], prepared: Prepared) -> NDArray[np.uint8]:
    """A normalised crop (3, h, w) as a picture (h, w, 3)."""
    pixels, _ = prepared.thumbnail
    picture = shown.transpose(1, 2, 0) * pixels.std(axis=0) + pixels.mean(axis=0)
    return np.where(fov[..., None], picture.clip(0, 255), 0).astype(np.uint8)


def _describe(study: Study, variant: Variant) -> str:
    parts = []
    for name, value in study.variants[variant]:
        if value != getattr(ORIGINAL, name):
            amount = "" if value is True else f" ±{value:g}" if isinstance(value, float) else f" {value}"
            parts.append(name.replace("_", " ") + amount)
    return ", ".join(parts) or "none"


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
