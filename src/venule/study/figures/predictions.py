"""Figures of one photograph: its augmentation, its predictions, and where they agree with its drawing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from numpy.typing import NDArray
from scipy.ndimage import find_objects

from venule.errors import RecipeError
from venule.evaluation import LEGEND, Counts, agreement_colours
from venule.photograph import Photograph
from venule.segmentation import segment
from venule.study.figures.style import new_figure, save, show_pictures
from venule.study.plan import ORIGINAL, RUNS, VARIANTS, Run, Study, Variant, training_recipe
from venule.study.runs import THRESHOLD, RunResult
from venule.training.samples import Crops, Prepared, Sample, phantom_sample, prepare

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
            found = segment(photograph, model=output / RUNS / result.name / "model")
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
    levels = np.arange(256)[:, None]
    mean = (prepared.histogram * levels).sum(axis=0)
    deviation = np.sqrt((prepared.histogram * (levels - mean) ** 2).sum(axis=0))
    picture = shown.transpose(1, 2, 0) * deviation + mean
    return np.where(fov[..., None], picture.clip(0, 255), 0).astype(np.uint8)


def _describe(study: Study, variant: Variant) -> str:
    parts = []
    for name, value in study.variants[variant]:
        if value != getattr(ORIGINAL, name):
            amount = "" if value is True else f" ±{value:g}" if isinstance(value, float) else f" {value}"
            parts.append(name.replace("_", " ") + amount)
    return ", ".join(parts) or "none"
