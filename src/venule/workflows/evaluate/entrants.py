"""Who takes part in a trial: models, the masks of another tool, the second observer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from venule.datasets import Example, Record
from venule.datasets.folder import files_by_stem
from venule.errors import EvaluationError, MaskError
from venule.photograph import read_mask, read_probability
from venule.photograph.arrays import BoolArray, ProbabilityArray
from venule.photograph.mask import check_drawing, check_size
from venule.vessel_map import VesselMap

Found = VesselMap | BoolArray | ProbabilityArray  # a vessel map, a mask, or a probability that a threshold must cut


@dataclass(frozen=True)
class Entrant:
    """One row of a trial.

    Attributes:
        name: in the tables.
        map: vessels of one photograph: a vessel map, a mask, or a probability to be cut at `threshold`;
            None where the entrant has nothing for it.
        threshold: of a probability; None where the map says it itself or needs none.
    """

    name: str
    map: Callable[[Record, Example], Found | None]
    threshold: float | None = None


def model_entrant(model: str, *, threshold: float | None = None, flips: bool = False) -> Entrant:
    """A model, with the field of view that the data set gives.

    Args:
        model: name of a shipped model, or the folder of an own one.
        threshold: None for the one of its card.
        flips: average over mirrored photographs.

    Raises:
        ModelError: there is no such model.
    """
    from venule.models import load_model
    from venule.segmentation import segment

    load_model(model)
    return Entrant(model, lambda _, example: segment(example.photograph, model=model, threshold=threshold, flips=flips))


def mask_entrant(folder: Path, records: Sequence[Record], *, threshold: float | None = None) -> Entrant:
    """The masks that another tool, or `venule segment`, left in a folder.

    A mask is called as its photograph, whatever its suffix, or as the record, alone or with `_vessels` behind (and
    with a threshold, `_probability`). It holds 0 and 255, or 0 and 1; with a threshold, grey levels of probability.

    Args:
        folder: where they lie.
        records: what they must be there for.
        threshold: from which on a grey level, as a share of white, is vessel.

    Raises:
        EvaluationError: masks are missing; the message names them.
        DatasetError: two masks differ in their suffix alone.
        VenuleError: the threshold is not in (0, 1).
    """
    from venule.segmentation import check_threshold

    threshold = None if threshold is None else check_threshold(threshold)
    if not folder.is_dir():
        raise EvaluationError(f"{folder} is no folder: --masks takes the folder with the masks of another tool")
    endings = ("", "_vessels") if threshold is None else ("", "_probability", "_vessels")
    there = files_by_stem(folder)
    found, missing = {}, []
    for record in records:
        stems = (record.photograph.name.removesuffix(".gz").rsplit(".", 1)[0], record.name)
        names = [(stem + ending).lower() for ending in endings for stem in stems]
        match = next((there[name] for name in names if name in there), None)
        if match is None:
            missing.append(stems[0])
        else:
            found[record.name] = match
    if missing:
        raise EvaluationError(
            f"{folder} has no mask for {len(missing)} of {len(records)} photographs: {', '.join(missing[:20])}"
            f"{', ...' if len(missing) > 20 else ''}; a mask is called as its photograph, for example {missing[0]}.png"
        )
    return Entrant(
        str(folder), lambda record, example: _read_map(found[record.name], example, threshold=threshold), threshold
    )


def second_observer() -> Entrant:
    """The second human observer of a data set, judged by the first."""
    return Entrant("second observer", lambda _, example: example.second)


def _read_map(path: Path, example: Example, *, threshold: float | None) -> BoolArray | ProbabilityArray:
    """A mask, or, where a threshold is given and it is none, grey levels of probability.

    Raises:
        PhotographError: it cannot be decoded.
        MaskError: it is neither, is inverted, or has another size than the photograph.
    """
    try:
        mask = read_mask(path)
    except MaskError as error:
        if threshold is None:
            raise MaskError(f"{error}: --threshold says from which probability on a pixel is vessel") from None
        probability = read_probability(path)
        check_size(probability, example.photograph.image.shape, name=str(path))
        return probability
    check_drawing(mask, example.photograph.fov.mask, name=str(path))
    return mask
