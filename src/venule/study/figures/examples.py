"""The photograph that the figures show: a phantom, unless somebody names a photograph of the data."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from venule.datasets.phantoms import make_phantom
from venule.errors import RecipeError
from venule.models import load_model
from venule.photograph import Photograph
from venule.photograph.arrays import BoolArray, ProbabilityArray
from venule.segmentation import Segmenter
from venule.study.grid import RUNS
from venule.study.recipe import Study
from venule.study.result import RunResult
from venule.training.samples import Sample

_SEED, _SIZE = 2024, 565  # of the phantom; as wide as a photograph of DRIVE

Predictions = dict[tuple[str, str], ProbabilityArray]  # by network and variant


@dataclass(frozen=True, eq=False)
class Example:
    """A photograph with its drawing, and what networks that did not see it make of it.

    Attributes:
        title: what it is.
        drawn: as trainings read it.
        photograph: that is shown.
        reference: bool (height, width), its drawing.
        predictions: float32 (height, width) probabilities.
    """

    title: str
    drawn: Sample
    photograph: Photograph
    reference: BoolArray
    predictions: Predictions


def find_example(
    study: Study,
    results: Sequence[RunResult],
    photographs: Sequence[Sample],
    output: Path,
    *,
    name: str | None,
) -> Example:
    """The photograph to show, segmented by one model for each network and variant: that of the first seed.

    Args:
        study: whose data are shown where they are phantoms.
        results: of finished runs, at least one.
        photographs: of the study.
        output: folder of the study.
        name: of a photograph held out; None: a phantom.

    Raises:
        RecipeError: no photograph held out has that name.
    """
    held_out = dict.fromkeys(photograph.name for result in results for photograph in result.photographs)
    if name is None and study.data.phantoms:
        name = next(iter(held_out))
    if name is not None and name not in held_out:
        raise RecipeError(f"no photograph held out is called {name!r}; there are: {', '.join(held_out)}")
    drawn = _phantom() if name is None else next(p for p in photographs if p.name == name)
    photograph, reference = drawn.read()
    predictions: Predictions = {}
    for result in results:
        unseen = name is None or name in {scored.name for scored in result.photographs}
        if unseen and (result.network, result.variant) not in predictions:
            model = load_model(output / RUNS / result.name / "model")
            predictions[result.network, result.variant] = Segmenter(model).probability(photograph)
    return Example(drawn.name, drawn, photograph, reference, predictions)


def _phantom() -> Sample:
    def read() -> tuple[Photograph, BoolArray]:
        phantom = make_phantom(_SEED, size=_SIZE)
        return Photograph(phantom.image, phantom.fov), phantom.vessels

    return Sample("a phantom", "phantom", 0, False, read)
