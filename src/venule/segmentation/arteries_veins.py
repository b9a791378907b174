"""Arteries and veins among the vessels: a network sees them in the pixels, and the tree of the vessels decides."""

import itertools
from collections import defaultdict
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from venule.photograph import FieldOfView, WorkingScale
from venule.photograph.arrays import BoolArray, FloatArray, ProbabilityArray
from venule.photograph.working import normalise
from venule.segmentation.predict import MARGIN, with_margin
from venule.segmentation.segmenter import Segmenter
from venule.vessel_map import VesselMap

LEAST = 0.02  # probability of a pixel that counts
KNOT = 1.5  # pixels at working scale: the least radius of a place where vessels meet
ARM = 10.0  # pixels beyond it along which the direction of a vessel is seen
STRAIGHT = -0.8  # cosine between the two arms of a vessel that goes straight on
LONG = 6.0  # pixels of middle line that are as good as a second look
# The log-odds that two pieces of vessel that meet are of one kind, as counted on the training photographs of AVRDB:
# where two, three, four or more pieces meet, two that go straight on; a branch; two that cross; two that go straight on
# where more than four meet. A third of each: pieces of one vessel are seen in the same light, which counts once.
MEETING = 0.35
ONWARD = {2: 0.9 * MEETING, 3: 3.0 * MEETING, 4: 2.2 * MEETING}
BRANCH, ACROSS, UNCLEAR = 2.1 * MEETING, -1.0 * MEETING, 0.5 * MEETING
# The network is surer than it is right, and misses arteries more often than veins: less of the drawings is artery. Of
# some values tried, these told most on the training photographs.
TRUST, BIAS = 0.5, 0.5
ROUNDS = 40


@dataclass(frozen=True, eq=False)
class Tree:
    """Pieces of vessel between the places where vessels meet, and how they meet there.

    Attributes:
        pieces: int32 (height, width): 1 to n on the middle line of each piece, 0 elsewhere.
        knots: int32 (height, width): 1 to m where vessels meet, 0 elsewhere.
        joined: pairs of pieces with the log-odds that they are of one kind, (k, 3): piece, piece, log-odds.
        crossings: of each crossing its knot, and a piece of either vessel.
    """

    pieces: NDArray[np.int32]
    knots: NDArray[np.int32]
    joined: FloatArray
    crossings: tuple[tuple[int, int, int], ...]


def find_arteries_veins(found: VesselMap, segmenter: Segmenter) -> tuple[ProbabilityArray, ProbabilityArray]:
    """The probability of each vessel pixel that it is artery, and that it is vein.

    Args:
        found: the vessels.
        segmenter: with a model that finds arteries and veins.

    Returns:
        Two float32 (height, width) in [0, 1], everywhere in the field of view those of the nearest vessel. Where an
        artery and a vein cross, both are high; elsewhere they add up to 1.

    Example:
        >>> artery, vein = find_arteries_veins(found, Segmenter(venule.load_model("arteries-veins")))
        >>> artery.shape == vein.shape == found.vessels.shape
        True
    """
    scale = WorkingScale.fit(_field(found), segmenter.card.working_diameter)
    artery, vein = see(found, segmenter, scale)
    vessels = (scale.apply_probability(found.probability) >= found.threshold) & scale.apply_mask(found.fov)
    if not vessels.any():
        nothing = np.zeros(found.fov.shape, np.float32)
        return nothing, nothing.copy()
    kinds = decide(take_apart(vessels), log_odds(artery, vein))
    artery, vein = (np.where(found.fov, scale.restore(kind), np.float32(0)) for kind in kinds)
    return artery, vein


def see(found: VesselMap, segmenter: Segmenter, scale: WorkingScale) -> NDArray[np.float32]:
    """What the network sees of arteries and of veins: (2, height, width) in [0, 1] at working scale."""
    fov = scale.apply_mask(found.fov)
    vessels = np.where(fov, scale.apply_probability(found.probability), np.float32(0))
    prepared = np.concatenate([normalise(scale.apply_image(found.image), fov), vessels[None]])
    height, width = fov.shape
    maps = segmenter.run(with_margin(prepared, segmenter.card.multiple))
    return maps[0, :, MARGIN : MARGIN + height, MARGIN : MARGIN + width]


def log_odds(artery: ProbabilityArray, vein: ProbabilityArray) -> NDArray[np.float32]:
    """Of being artery and not vein, where there is a vessel."""
    return np.asarray(TRUST * (np.log(np.maximum(artery, LEAST)) - np.log(np.maximum(vein, LEAST)) + BIAS), np.float32)


def take_apart(vessels: BoolArray) -> Tree:
    """Take a map of vessels apart at the places where they meet.

    Args:
        vessels: bool (height, width), with at least one pixel.
    """
    from skimage.morphology import skeletonize  # slow to load, and not needed for vessels alone

    middle = np.asarray(skeletonize(vessels), np.bool_)
    counts = cv2.filter2D(middle.view(np.uint8), -1, np.ones((3, 3)), borderType=cv2.BORDER_CONSTANT)
    radii = cv2.distanceTransform(vessels.view(np.uint8), cv2.DIST_L2, 3)
    filled = np.zeros(vessels.shape, np.uint8)
    for row, column in np.argwhere(middle & (counts > 3)):
        cv2.circle(filled, (int(column), int(row)), round(max(KNOT, float(radii[row, column]))), 1, -1)
    knots, pieces = (
        np.asarray(cv2.connectedComponents(each.view(np.uint8))[1], np.int32)
        for each in (filled, middle & (filled == 0))
    )
    if not pieces.any():  # one knot and nothing else
        pieces = middle.astype(np.int32)
    return Tree(pieces, knots, *_meetings(pieces, knots))


def _meetings(
    pieces: NDArray[np.int32], knots: NDArray[np.int32]
) -> tuple[FloatArray, tuple[tuple[int, int, int], ...]]:
    about = cv2.dilate(knots.astype(np.float32), np.ones((3, 3))).astype(np.int32)
    places = np.argwhere((pieces > 0) & (about > 0))
    arms: dict[int, dict[int, FloatArray]] = defaultdict(dict)
    points = np.argwhere(pieces > 0)
    of = pieces[tuple(points.T)]
    order = np.argsort(of, kind="stable")
    points, starts = points[order].astype(np.float64), np.searchsorted(of[order], np.arange(pieces.max() + 2))
    for row, column in places:
        knot, piece = int(about[row, column]), int(pieces[row, column])
        line = points[starts[piece] : starts[piece + 1]]
        near = line[np.hypot(*(line - (row, column)).T) <= ARM]
        arms[knot].setdefault(piece, near.mean(axis=0))
    joined: list[tuple[int, int, float]] = []
    crossings = []
    for knot, ends in arms.items():
        names = list(ends)
        middle = np.mean(list(ends.values()), axis=0)
        away = {name: (end - middle) / max(1e-6, float(np.hypot(*(end - middle)))) for name, end in ends.items()}
        bends = {pair: float(away[pair[0]] @ away[pair[1]]) for pair in itertools.combinations(names, 2)}
        onward: list[tuple[int, int]] = []
        for pair in sorted(bends, key=bends.__getitem__):
            if bends[pair] <= STRAIGHT and not any(set(pair) & set(other) for other in onward):
                onward.append(pair)
        if len(names) == 2:
            onward = [(names[0], names[1])]
        joined += [(*pair, ONWARD.get(len(names), UNCLEAR)) for pair in onward]
        if len(onward) >= 2:
            crossings.append((knot, onward[0][0], onward[1][0]))
            if len(names) == 4:
                joined.append((onward[0][0], onward[1][0], ACROSS))
        elif len(names) == 3:
            joined += [(*pair, BRANCH) for pair in bends if pair not in onward]
    return np.array(joined, np.float64).reshape(-1, 3), tuple(crossings)


def decide(tree: Tree, seen: NDArray[np.float32]) -> tuple[ProbabilityArray, ProbabilityArray]:
    """Give every piece of vessel its probability of being artery, from its pixels and from the pieces that it meets.

    By belief propagation (Pearl 1988), exact where the vessels form trees and near it where they form loops.

    Args:
        tree: the pieces.
        seen: log-odds of artery, float32 (height, width).

    Returns:
        Probabilities of artery and of vein, float32 (height, width), everywhere those of the nearest piece.
    """
    on = tree.pieces > 0
    of = tree.pieces[on]
    lengths = np.bincount(of)
    own = np.bincount(of, weights=seen[on]) / np.maximum(lengths, 1) * np.sqrt(1 + lengths / LONG)
    one, other = tree.joined[:, :2].astype(np.intp).T
    sender, receiver = np.concatenate([one, other]), np.concatenate([other, one])
    alike = np.tanh(np.tile(tree.joined[:, 2], 2) / 2)
    told = np.zeros(len(sender))  # by each piece to each that it meets
    odds = own
    for _ in range(ROUNDS):
        back = np.roll(told, len(one))  # what the sender was told by the receiver is not told back
        told = 0.5 * told + np.arctanh(alike * np.tanh((odds[sender] - back) / 2))
        odds = own + np.bincount(receiver, weights=told, minlength=len(own))
    probability = np.float32(1) / (1 + np.exp(-odds)).astype(np.float32)
    _, nearest = cv2.distanceTransformWithLabels((~on).view(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    names = np.zeros(nearest.max() + 1, np.intp)
    names[nearest[on]] = of
    artery = probability[names[nearest]]
    vein = 1 - artery
    for knot, first, second in tree.crossings:
        here = tree.knots == knot
        artery[here] = max(probability[first], probability[second])
        vein[here] = 1 - min(probability[first], probability[second])
    return artery, vein


def _field(found: VesselMap) -> FieldOfView:
    return FieldOfView(found.fov, (0.0, 0.0), found.fov_diameter)
