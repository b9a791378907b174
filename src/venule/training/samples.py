"""The photographs of a recipe, and the crops that a network is trained on."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from venule.datasets import Record, open_dataset, read_record
from venule.datasets.folder import files_by_stem, stem_of
from venule.datasets.phantoms import make_phantom
from venule.errors import RecipeError
from venule.photograph import FieldOfView, Photograph, WorkingScale, read_photograph, read_probability
from venule.photograph.arrays import BoolArray
from venule.photograph.coloured import read_coloured
from venule.photograph.mask import check_size
from venule.segmentation import segment
from venule.segmentation.landmarks import SPOT
from venule.training.augmentation import (
    Layer,
    add_lesions,
    cut_crop,
    point_inside,
    round_field,
    smaller_field,
    vary_camera,
)
from venule.training.recipe import DataSource, Recipe

PROBABILITY = "_probability"  # what `venule segment --probability` adds to the name of a photograph


@dataclass(frozen=True, eq=False)
class Sample:
    """A photograph with its drawing, and where it comes from.

    Attributes:
        name: unique in the recipe, such as "CHASE_DB1/01L".
        subject: the person, unique in the recipe.
        source: position of its source in the recipe.
        as_given: an original photograph of a data set: no phantom, and no copy at another resolution. Only these are
            held out and scored.
        read: reads the photograph and what there is to learn of it: a bool drawing (height, width); or uint8, the
            probability x 255 that another model found; or, uint8 (height, width, n), what a recipe that finds something
            else than vessels learns, see
            `artery_vein_target` and `landmark_target`.
    """

    name: str
    subject: str
    source: int
    as_given: bool
    read: Callable[[], tuple[Photograph, NDArray[Any]]]


def find_photographs(recipe: Recipe, data: Path) -> tuple[Sample, ...]:
    """Every photograph of a recipe; its data sets are relative to the folder `data`.

    Raises:
        RecipeError: a source has photographs without a drawing.
        DatasetError: a source is not there, or not a data set.
    """
    found: list[Sample] = []
    for position, source in enumerate(recipe.data):
        if recipe.finds != "vessels":
            found += _others(source, position, data, recipe)
        elif source.phantoms:
            found += _phantoms(source, position)
        elif source.photographs:
            found += _labelled(source, position, data)
        else:
            found += _records(source, position, data)
    return tuple(found)


def hold_out(
    photographs: Sequence[Sample], share: float, *, seed: int
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Split into training and validation by person, from each source alike; phantoms are never held out.

    A copy at another resolution of a photograph that is held out is in neither.

    Returns:
        Training, validation; the second is empty where share is 0.

    Raises:
        RecipeError: a source has too few people to hold one out.
    """
    held: set[str] = set()
    for source in sorted({p.source for p in photographs}):
        people = sorted({p.subject for p in photographs if p.source == source and p.as_given})
        count = max(1, round(share * len(people))) if share and people else 0
        if count and count >= len(people):
            raise RecipeError(
                f"validation {share} would hold out {count} of {len(people)} people, and leave none to train on: "
                "set validation to 0 or give more photographs"
            )
        order = np.random.default_rng([seed, source]).permutation(len(people))
        held.update(people[i] for i in order[:count])
    return without(photographs, held)


def split_fold(
    photographs: Sequence[Sample], fold: int, *, folds: int, seed: int
) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Split into training and held-out photographs of one of several folds, by person.

    Raises:
        RecipeError: there are fewer people than folds.
    """
    people = sorted({p.subject for p in photographs if p.as_given})
    if not 2 <= folds <= len(people):
        raise RecipeError(f"{folds} folds of {len(people)} people: choose from 2 to {len(people)}")
    shuffled = np.random.default_rng(seed).permutation(people)
    return without(photographs, set(shuffled[fold::folds].tolist()))


def without(photographs: Sequence[Sample], held: set[str]) -> tuple[tuple[Sample, ...], tuple[Sample, ...]]:
    """Training photographs, and the originals of the people held out."""
    training = tuple(p for p in photographs if p.subject not in held)
    return training, tuple(p for p in photographs if p.subject in held and p.as_given)


@dataclass(frozen=True, eq=False)
class Prepared:
    """A photograph at working scale, ready to be cut.

    Attributes:
        pyramid: uint8 photograph (h, w, 3), drawing (h, w) as the share of each pixel that is vessel times 255, or
            (h, w, n) of other things, and field of view (h, w), 255 inside; then the same at half of the size, and at
            a quarter.
        thumbnail: about 4,000 pixels inside the field of view, uint8 (n, 3), and where they lie, (n, 2).
        source: position of its source in the recipe.
    """

    pyramid: tuple[tuple[NDArray[np.uint8], Layer, Layer], ...]
    thumbnail: tuple[NDArray[np.uint8], NDArray[np.float32]]
    source: int


def prepare(drawn: Sample, working_diameter: float) -> Prepared:
    """Bring a photograph to working scale as segmentation does."""
    photograph, target = drawn.read()
    scale = WorkingScale.fit(photograph.fov, working_diameter)
    share = np.asarray(target * np.uint8(255) if target.dtype == np.bool_ else target, np.uint8)
    image, fov = scale.apply_image(photograph.image), scale.apply_mask(photograph.fov.mask)
    # Not binary: where a vessel covers a part of a larger pixel, the target is that part.
    coverage = scale.apply_image(share)
    every = max(1, np.count_nonzero(fov) // 4000)
    rows, columns = (axis[::every] for axis in np.nonzero(fov))
    places = 2 * (np.stack([columns, rows], axis=1) + 0.5) / np.array(fov.shape[::-1]) - 1
    thumbnail = (image[rows, columns], places.astype(np.float32))
    pyramid = [(image, coverage, fov.astype(np.uint8) * 255)]
    for _ in range(2):
        height, width = pyramid[-1][2].shape
        half = (max(1, width // 2), max(1, height // 2))
        image, coverage, area = (
            np.asarray(cv2.resize(layer, half, interpolation=cv2.INTER_AREA), np.uint8) for layer in pyramid[-1]
        )
        pyramid.append((image, coverage, area))
    return Prepared(tuple(pyramid), thumbnail, drawn.source)


class Crops(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Crops number `first` to `first + count - 1` of a training; a number always gives the same crop."""

    def __init__(self, photographs: Sequence[Prepared], recipe: Recipe, *, first: int, count: int) -> None:
        self.photographs, self.recipe, self.first, self.count = photographs, recipe, first, count
        chances = np.array([recipe.data[p.source].share or 0 for p in photographs])
        sizes = np.bincount([p.source for p in photographs], minlength=len(recipe.data))
        chances = chances / sizes[[p.source for p in photographs]] if chances.any() else np.ones(len(photographs))
        self.chances = chances / chances.sum()

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        """The photograph, the drawing in [0, 1], and the field of view, 0 or 1; float32 (channels, crop, crop).

        For arteries and veins, the fourth channel of the photograph is the probability of vessel.
        """
        rng = np.random.default_rng([self.recipe.seed, self.first + index])
        photograph = self.photographs[self._choose(self.first + index, rng)]
        settings = self.recipe.augmentation
        field = photograph.pyramid[0][2]
        centre = self._middle(photograph) if self.recipe.whole else point_inside(field, rng)
        zoom = self.recipe.working_diameter / self.recipe.prepared_diameter
        smaller = settings.field > 0 and rng.random() < settings.field
        if smaller:
            centre, share = smaller_field(field, self.recipe.prepared_diameter, settings, rng)
            zoom /= share
        image, drawing, fov, places = cut_crop(
            photograph.pyramid, settings, centre=centre, crop=self.recipe.crop, zoom=zoom, rng=rng
        )
        inside = fov > 127
        if smaller:
            inside &= round_field(self.recipe.crop, self.recipe.working_diameter)
        if rng.random() < settings.lesions:
            image = add_lesions(image, drawing if drawing.ndim == 2 else drawing.max(axis=2), rng)
        shown = vary_camera(image, inside, places, photograph.thumbnail, settings, rng=rng)
        layers = np.atleast_3d(np.where(inside if drawing.ndim == 2 else inside[..., None], drawing, 0))
        target = np.ascontiguousarray(layers.transpose(2, 0, 1), np.float32) / 255
        if self.recipe.finds == "arteries-veins":
            # As of models that are more or less sure of their vessels.
            vessels = target[2:] ** np.float32(np.exp(rng.uniform(-0.7, 0.7)))
            shown, target = np.concatenate([shown, vessels]), target[:2]
        return torch.from_numpy(shown), torch.from_numpy(target), torch.from_numpy(inside[None].astype(np.float32))

    def _choose(self, number: int, rng: np.random.Generator) -> int:
        count = len(self.photographs)
        if not self.recipe.whole:
            return int(rng.choice(count, p=self.chances))
        turn = np.random.default_rng([self.recipe.seed, number // count, 1])  # the same for all crops of a turn
        return int(turn.permutation(count)[number % count])

    def _middle(self, photograph: Prepared) -> NDArray[np.float64]:
        """The middle of the photograph, in whole pixels: a fraction would blur by resampling."""
        crop = self.recipe.crop
        return np.array([(crop - 1) / 2 - (crop - side) // 2 for side in photograph.pyramid[0][2].shape])


def _others(source: DataSource, position: int, data: Path, recipe: Recipe) -> Iterable[Sample]:
    """The samples of a recipe that finds arteries and veins, or disc and fovea."""
    if source.phantoms:
        for seed in range(source.seed, source.seed + source.phantoms):
            read = partial(_phantom_targets, seed, recipe.finds, recipe.vessels_from)
            yield Sample(f"phantom/{seed}", f"phantom/{seed}", position, False, read)
        return
    for record in open_dataset(data / (source.dataset or ".")).split(source.split):
        name, person = f"{source.dataset}/{record.name}", f"{source.dataset}/{record.subject}"
        lacks = record.arteries_veins is None if recipe.finds == "arteries-veins" else not (record.disc or record.fovea)
        if lacks:
            raise RecipeError(f"{record.photograph} has no {recipe.finds} to learn from")
        read = partial(_record_targets, record, recipe.finds, recipe.vessels_from)
        yield Sample(name, person, position, True, read)


def _record_targets(record: Record, finds: str, vessels_from: str) -> tuple[Photograph, NDArray[np.uint8]]:
    photograph = read_record(record).photograph
    if finds == "landmarks":
        return photograph, landmark_target(photograph.fov, record.disc, record.fovea)
    assert record.arteries_veins is not None
    drawn = read_coloured(record.arteries_veins)
    check_size(drawn.arteries, photograph.fov.mask.shape, name=str(record.arteries_veins))
    return photograph, artery_vein_target(photograph, drawn.arteries, drawn.veins, vessels_from)


def _phantom_targets(seed: int, finds: str, vessels_from: str) -> tuple[Photograph, NDArray[np.uint8]]:
    phantom = make_phantom(seed)
    if finds == "landmarks":
        return phantom.photograph, landmark_target(phantom.fov, phantom.disc_centre, phantom.fovea)
    return phantom.photograph, artery_vein_target(phantom.photograph, phantom.arteries, phantom.veins, vessels_from)


def artery_vein_target(
    photograph: Photograph, arteries: BoolArray, veins: BoolArray, vessels_from: str
) -> NDArray[np.uint8]:
    """What is learned of arteries and veins: uint8 (height, width, 3): both, and the probability of vessel."""
    found = segment(photograph, model=vessels_from, any_picture=True, av=None, landmarks=None)
    return np.dstack([255 * arteries, 255 * veins, np.rint(255 * found.probability)]).astype(np.uint8)


def landmark_target(
    fov: FieldOfView, disc: tuple[float, float] | None, fovea: tuple[float, float] | None
) -> NDArray[np.uint8]:
    """What is learned of disc and fovea: uint8 (height, width, 2), a Gaussian about the centre of each."""
    rows, columns = np.ogrid[: fov.mask.shape[0], : fov.mask.shape[1]]
    target = np.zeros((*fov.mask.shape, 2), np.uint8)
    for channel, centre in enumerate((disc, fovea)):
        if centre is not None:
            away = np.hypot(rows - centre[0], columns - centre[1]) / (SPOT * fov.diameter)
            target[..., channel] = np.rint(255 * np.exp(-0.5 * away**2))
    return target


def phantom_sample(seed: int, *, size: int) -> Sample:
    """A phantom of a width in pixels."""
    return Sample("a phantom", "phantom", 0, False, partial(_make_drawn, seed, size))


def _records(source: DataSource, position: int, data: Path) -> Iterable[Sample]:
    dataset = open_dataset(data / (source.dataset or "."))
    for record in dataset.split(source.split):
        if record.reference is None:
            raise RecipeError(
                f"{record.photograph} has no drawing to learn from; choose another split of {source.dataset!r} "
                f"than {source.split!r}"
            )
        name, person = f"{source.dataset}/{record.name}", f"{source.dataset}/{record.subject}"
        yield Sample(name, person, position, True, partial(read_drawn, record))
        for diameter in source.seen_at:
            read = partial(read_lower, record, diameter)
            yield Sample(f"{name} at {diameter:g}", person, position, False, read)


def _phantoms(source: DataSource, position: int) -> Iterable[Sample]:
    for seed in range(source.seed, source.seed + (source.phantoms or 0)):
        yield Sample(f"phantom/{seed}", f"phantom/{seed}", position, False, partial(_make_drawn, seed))


def _labelled(source: DataSource, position: int, data: Path) -> Iterable[Sample]:
    """Photographs without drawings, with the probabilities that another model found."""
    photographs, probabilities = data / str(source.photographs), data / str(source.probabilities)
    maps = files_by_stem(probabilities)
    paths = files_by_stem(photographs).values()
    if not paths:
        raise RecipeError(f"{photographs} contains no photograph")
    for path in paths:
        stem = stem_of(path.name)
        found = maps.get(f"{stem}{PROBABILITY}".casefold(), maps.get(stem.casefold()))
        if found is None:
            raise RecipeError(
                f"{path} has no map of probabilities in {probabilities}: make them with venule segment {photographs} "
                f"-o {probabilities} --probability"
            )
        name = f"{source.photographs}/{stem}"
        yield Sample(name, name, position, False, partial(_read_labelled, path, found))


def _read_labelled(path: Path, found: Path) -> tuple[Photograph, NDArray[np.uint8]]:
    photograph, probability = read_photograph(path), read_probability(found)
    check_size(probability, photograph.fov.mask.shape, name=str(found))
    return photograph, np.rint(255 * probability).astype(np.uint8)


def read_drawn(record: Record) -> tuple[Photograph, BoolArray]:
    """A photograph and its drawing; RecipeError where it has none."""
    example = read_record(record)
    if example.reference is None:
        raise RecipeError(f"{record.photograph} has no drawing")
    return example.photograph, example.reference


def read_lower(record: Record, diameter: float) -> tuple[Photograph, BoolArray]:
    """A photograph and its drawing as from a camera of lower resolution; a pixel a third full of vessel is drawn."""
    photograph, reference = read_drawn(record)
    scale = WorkingScale.fit(photograph.fov, diameter)
    centre = scale.to_working(np.array([photograph.fov.centre]))[0]
    fov = FieldOfView(scale.apply_mask(photograph.fov.mask), (float(centre[0]), float(centre[1])), diameter)
    drawn = scale.apply_image(reference.astype(np.uint8) * 255) >= 85
    return Photograph(scale.apply_image(photograph.image), fov), drawn


def _make_drawn(seed: int, size: int = 768) -> tuple[Photograph, BoolArray]:
    phantom = make_phantom(seed, size=size)
    return Photograph(phantom.image, phantom.fov), phantom.vessels
