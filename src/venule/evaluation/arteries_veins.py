"""Arteries and veins against a drawing in colours."""

import numpy as np
from skimage.morphology import skeletonize

from venule.errors import EvaluationError
from venule.evaluation.counts import Counts
from venule.photograph.arrays import BoolArray
from venule.photograph.coloured import ArteriesVeins
from venule.photograph.mask import check_size
from venule.vessel_map import VesselMap

AV_SCORES = {
    "balanced_accuracy": "balanced accuracy, vessel pixels",
    "accuracy": "accuracy, vessel pixels",
    "centreline_balanced_accuracy": "balanced accuracy, centrelines",
    "centreline_accuracy": "accuracy, centrelines",
    "dice_arteries": "Dice of arteries",
    "dice_veins": "Dice of veins",
    "dice_arteries_in_reach": "Dice of arteries, found and drawn vessels alone",
    "dice_veins_in_reach": "Dice of veins, found and drawn vessels alone",
    "swapped": "share called the other kind",
    "unsure": "share called unsure",
    "missed": "share not found",
}


def score_arteries_veins(found: VesselMap, drawn: ArteriesVeins) -> dict[str, float | None]:
    """Score the arteries and veins of one photograph.

    Accuracies are of pixels that were found to be vessel and were drawn as artery or vein alone: each counts as what is
    likelier of it, however unsure. Balanced accuracy is the mean over arteries and veins. The Dice in reach counts such
    pixels and crossings alone, so that the width of a brush does not matter. The shares are of all drawn pixels of one
    kind in the field of view.

    Args:
        found: with arteries and veins.
        drawn: of the same photograph.

    Returns:
        By the names of `AV_SCORES`; None for what is not defined, such as the accuracy where no vein was drawn.

    Raises:
        EvaluationError: arteries and veins are not known.
        MaskError: the drawing has another size.

    Example:
        >>> from venule.photograph import ArteriesVeins
        >>> nothing = np.zeros_like(phantom.vessels)
        >>> drawn = ArteriesVeins(phantom.arteries, phantom.veins, nothing)
        >>> score_arteries_veins(found.with_kinds(phantom.arteries, phantom.veins), drawn)["balanced_accuracy"] > 0.99
        True
    """
    artery, vein, arteries, veins = found.artery_probability, found.vein_probability, found.arteries, found.veins
    if artery is None or vein is None or arteries is None or veins is None:
        raise EvaluationError("arteries and veins are not known", reason="no-arteries-and-veins")
    check_size(drawn.arteries, found.fov.shape, name="the drawing of arteries and veins")
    alone = (drawn.arteries ^ drawn.veins) & found.fov
    here = found.vessels & alone
    called = artery >= vein
    line = here & np.asarray(skeletonize(found.vessels), np.bool_)
    reach = found.vessels & (drawn.arteries | drawn.veins)
    wrong = (arteries & ~veins & ~drawn.arteries) | (veins & ~arteries & ~drawn.veins)
    unsure = here & ~arteries & ~veins
    return {
        "balanced_accuracy": _balanced(called, drawn, here),
        "accuracy": _share(called == drawn.arteries, here),
        "centreline_balanced_accuracy": _balanced(called, drawn, line),
        "centreline_accuracy": _share(called == drawn.arteries, line),
        "dice_arteries": _dice(arteries, drawn.arteries & found.fov),
        "dice_veins": _dice(veins, drawn.veins & found.fov),
        "dice_arteries_in_reach": _dice(arteries & reach, drawn.arteries & reach),
        "dice_veins_in_reach": _dice(veins & reach, drawn.veins & reach),
        "swapped": _share(wrong & here, alone),
        "unsure": _share(unsure, alone),
        "missed": _share(~found.vessels, alone),
    }


def _share(true: BoolArray, among: BoolArray) -> float | None:
    return float(true[among].mean()) if among.any() else None


def _balanced(called: BoolArray, drawn: ArteriesVeins, here: BoolArray) -> float | None:
    shares = _share(called, here & drawn.arteries), _share(~called, here & drawn.veins)
    return None if shares[0] is None or shares[1] is None else (shares[0] + shares[1]) / 2


def _dice(found: BoolArray, drawn: BoolArray) -> float | None:
    both, one, other = (int(np.count_nonzero(mask)) for mask in (found & drawn, found & ~drawn, drawn & ~found))
    return Counts(tp=both, fp=one, fn=other, tn=0).dice
