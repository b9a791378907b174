"""Figures that show a photograph: its augmentation, its predictions, and where they agree with its drawing."""

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray

from venule.evaluation import Counts, agreement_colours
from venule.photograph.arrays import BoolArray
from venule.study.figures.examples import Example
from venule.study.figures.style import new_figure, save, show_pictures
from venule.study.folder import source_of
from venule.study.grid import Run, training_recipe
from venule.study.recipe import ORIGINAL, VARIANTS, Study, Variant
from venule.training.samples import Crops, Prepared, prepare

THRESHOLD = 0.5
_SAMPLES = 4
_COLUMNS = 5
_LEGEND = {
    "found and drawn (TP)": "#ffffff",
    "found only (FP)": "#e69f00",
    "drawn only (FN)": "#56b4e9",
    "neither (TN)": "#000000",
    "outside the field of view": "#404040",
}


def draw_augmentation(study: Study, example: Example, path: Path) -> Path:
    """What a network is shown: a photograph and its drawing as they are, and as augmentation varies both."""
    prepared = prepare(example.drawn, study.training.working_diameter)
    figure, axes = new_figure(2, _SAMPLES + 1, size=(1.9 * (_SAMPLES + 1), 4.2))
    variant = next(variant for variant in reversed(VARIANTS) if variant in study.variants)
    run = Run(study.networks[0], variant, 0)
    recipe = training_recipe(run, study, photographs=1, source=source_of(study)).model_copy(update={"whole": True})
    before = Crops([prepared], recipe.model_copy(update={"augmentation": ORIGINAL}), first=0, count=1)
    after = Crops([prepared], recipe, first=0, count=_SAMPLES)
    samples = [before[0], *(after[place] for place in range(_SAMPLES))]
    for place, (shown, drawing, fov) in enumerate(samples):
        axes[place].imshow(_as_seen(shown.numpy(), fov.numpy()[0] > 0.5, prepared))
        axes[place].set_title("as it is" if place == 0 else f"{variant}, {place}")
        axes[_SAMPLES + 1 + place].imshow(drawing.numpy()[0], cmap="gray", vmin=0, vmax=1)
    axes[0].set_ylabel("photograph")
    axes[_SAMPLES + 1].set_ylabel("drawing")
    show_pictures(axes)
    figure.suptitle(f"Augmentation: {_describe(study, variant)}")
    return save(figure, path)


def draw_predictions(example: Example, path: Path) -> Path:
    """The probability of vessel by each network, after training on original and on augmented data."""
    figure, axes, region = _panels(example, lead=1)
    for variant, picture, title in (
        ("original", example.photograph.image, "photograph"),
        ("augmented", example.reference, "drawing"),
    ):
        axis = axes[variant, ""]
        axis.imshow(picture[region], cmap="gray")
        axis.set_title(title)
    for (network, variant), probability in example.predictions.items():
        axes[variant, network].imshow(probability[region], cmap="gray", vmin=0, vmax=1)
    figure.suptitle(f"Probability of vessel, {example.title}")
    return save(figure, path)


def draw_agreement(example: Example, path: Path) -> Path:
    """Where the vessels of each network agree with the drawing."""
    figure, axes, region = _panels(example, lead=0)
    for (network, variant), probability in example.predictions.items():
        colours = agreement_colours(probability >= THRESHOLD, example.reference, example.photograph.fov.mask)
        axes[variant, network].imshow(colours[region])
    patches = [Patch(facecolor=colour, edgecolor="black", label=label) for label, colour in _LEGEND.items()]
    columns = max(1, int(figure.get_figwidth() / 1.9))
    figure.legend(handles=patches, loc="outside lower center", ncols=columns)
    figure.suptitle(f"Agreement with the drawing, {example.title}")
    return save(figure, path)


def _panels(example: Example, *, lead: int) -> tuple[Figure, dict[tuple[str, str], Axes], tuple[slice, slice]]:
    """Axes by variant and network, titled with the Dice, and the part of the photograph to show.

    The variants of a network stand one above the other; a row that is full is followed by another two.
    With `lead` 1 there is a first column, under the network "".
    """
    region = _box(example)
    names = [""] * lead + list(dict.fromkeys(network for network, _ in example.predictions))
    bands = -(-len(names) // _COLUMNS)
    columns = -(-len(names) // bands)
    shape = example.reference[region].shape
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
        probability = example.predictions.get((name, variant))
        axis.set_visible(name == "" or probability is not None)
        if probability is not None:
            counts = Counts.of(probability >= THRESHOLD, example.reference, example.photograph.fov.mask)
            axis.set_title(f"{name}\n{variant}, Dice {counts.dice or 0:.3f}")
    return figure, axes, region


def _box(example: Example) -> tuple[slice, slice]:
    """The rows and columns of the field of view."""
    mask = example.photograph.fov.mask
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _as_seen(shown: NDArray[np.float32], fov: BoolArray, prepared: Prepared) -> NDArray[np.uint8]:
    """A normalised crop (3, h, w) as a picture (h, w, 3) again."""
    levels = np.arange(256)[:, None]
    mean = (prepared.histogram * levels).sum(axis=0)
    deviation = np.sqrt((prepared.histogram * (levels - mean) ** 2).sum(axis=0))
    picture = shown.transpose(1, 2, 0) * deviation + mean
    return np.where(fov[..., None], picture.clip(0, 255), 0).astype(np.uint8)


def _describe(study: Study, variant: Variant) -> str:
    changed = study.variants[variant].model_dump()
    neutral = ORIGINAL.model_dump()
    parts = []
    for name, value in changed.items():
        if value != neutral[name]:
            amount = "" if value is True else f" ±{value:g}" if isinstance(value, float) else f" {value}"
            parts.append(name.replace("_", " ") + amount)
    return ", ".join(parts) or "none"
