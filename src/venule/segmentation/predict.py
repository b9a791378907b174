"""From a photograph through a network and back, the same for training and for use."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from venule.photograph import Photograph, WorkingScale
from venule.photograph.arrays import ProbabilityArray
from venule.photograph.working import normalise

MIRRORS = ((2,), (3,), (2, 3))  # axes of (N, C, H, W)

MARGIN = 16  # pixels at working scale
LEAST = np.float32(1e-4)  # a probability that counts in an average of log-odds


def predict_with(
    run: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    photograph: Photograph,
    *,
    working_diameter: float,
    smallest_diameter: float | None,
    multiple: int,
    flips: bool = False,
    scales: Sequence[float] = (),
) -> ProbabilityArray:
    """Compute the probability of vessel: resample to working scale, run the network, and resample back.

    Args:
        run: the network, float32 (1, 3, H, W) -> probability float32 (1, 1, H, W).
        photograph: of any size.
        working_diameter: diameter of the field of view, in pixels, at which the network works.
        smallest_diameter: photographs between this and the working diameter are not resampled; see
            `WorkingScale.fit`.
        multiple: H and W must be multiples of it.
        flips: average over the photograph and its three mirror images: steadier, and four times slower.
        scales: working diameters in place of the one, over which the log-odds are averaged.

    Returns:
        float32 (height, width) in [0, 1], the size of the photograph; 0 outside the field of view.

    Example:
        >>> def dark(network_input):
        ...     return np.full((1, 1, *network_input.shape[2:]), 0.25, np.float32)
        >>> predict_with(dark, phantom.photograph, working_diameter=256, smallest_diameter=None, multiple=16).shape
        (400, 400)
    """
    if scales:
        total = np.zeros(photograph.fov.mask.shape, np.float32)
        for diameter in scales:
            scale = WorkingScale.fit(photograph.fov, diameter)
            found = np.clip(_at(scale, run, photograph, multiple, flips), LEAST, 1 - LEAST)
            total += np.log(found / (1 - found))
        probability = np.asarray(1 / (1 + np.exp(-total / len(scales))), np.float32)
    else:
        scale = WorkingScale.fit(photograph.fov, working_diameter, smallest=smallest_diameter)
        probability = _at(scale, run, photograph, multiple, flips)
    probability[~photograph.fov.mask] = 0
    return probability


def _at(
    scale: WorkingScale,
    run: Callable[[NDArray[np.float32]], NDArray[np.float32]],
    photograph: Photograph,
    multiple: int,
    flips: bool,
) -> ProbabilityArray:
    prepared = normalise(scale.apply_image(photograph.image), scale.apply_mask(photograph.fov.mask))
    height, width = prepared.shape[1:]
    padded = with_margin(prepared, multiple)
    probability = run(padded)
    if flips:  # one by one, in a quarter of the memory that a batch of four needs
        mirrored = (np.flip(run(np.ascontiguousarray(np.flip(padded, axes))), axes) for axes in MIRRORS)
        probability = sum(mirrored, start=probability) / np.float32(1 + len(MIRRORS))
    return scale.restore(probability[0, 0, MARGIN : MARGIN + height, MARGIN : MARGIN + width])


def with_margin(prepared: NDArray[np.float32], multiple: int) -> NDArray[np.float32]:
    """The input of a network, (C, height, width), as (1, C, H, W), H and W multiples of a number.

    The margin is black, as in training: without it, the network finds vessels along the edge that are not there.
    """
    below, beside = (MARGIN + -(side + 2 * MARGIN) % multiple for side in prepared.shape[1:])
    return np.pad(prepared, ((0, 0), (MARGIN, below), (MARGIN, beside)))[None]
