"""A model that stays loaded, for any number of photographs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from venule.errors import ModelError, VenuleError
from venule.models import Model
from venule.photograph import Photograph
from venule.photograph.arrays import ProbabilityArray
from venule.segmentation.predict import predict_with
from venule.segmentation.runtime import load_network

SMALLEST, LARGEST, MOST_SCALES = 64, 8192, 8


class Segmenter:
    """A loaded model, ready for any number of photographs.

    Args:
        model: from `venule.load_model`.

    Raises:
        ModelError: the runtime cannot load the model, or its input or output is not what venule expects.
        VenuleError: the runtime is unknown or not installed.

    Example:
        >>> segmenter = Segmenter(venule.load_model("general"))
        >>> segmenter.probability(phantom.photograph).shape
        (400, 400)
    """

    def __init__(self, model: Model) -> None:
        """Load the model's network."""
        self.card = model.card
        self._network = load_network(model)

    def probability(
        self, photograph: Photograph, *, flips: bool = False, scales: Sequence[float] = ()
    ) -> ProbabilityArray:
        """Compute the probability of vessel at each pixel.

        Args:
            photograph: of any size.
            flips: average over the photograph and its three mirror images: steadier, and four times slower.
            scales: see `venule.segment`.

        Returns:
            float32 (height, width) in [0, 1], the size of the photograph; 0 outside the field of view.

        Raises:
            ModelError: the model fails on the photograph, its output has the wrong shape, or it finds no vessels.
        """
        card = self.card
        if card.finds != "vessels":
            raise ModelError(f"model {card.name} finds {card.finds}, not vessels: choose another")
        probability = predict_with(
            self.run,
            photograph,
            working_diameter=card.working_diameter,
            smallest_diameter=card.smallest_diameter,
            multiple=card.multiple,
            flips=flips,
            scales=scales,
        )
        # The exponent was measured down to the smallest diameter; photographs below it are raised no further.
        diameter = max(photograph.fov.diameter, card.smallest_diameter or 0)
        if card.odds_exponent and diameter < card.working_diameter:
            odds = (card.working_diameter / diameter) ** card.odds_exponent
            raised = float(np.clip(odds, 1e-9, 1e9)) * probability  # float32 overflows beyond this range
            probability = np.asarray(raised / (1 - probability + raised), np.float32)
        return probability

    def run(self, network_input: NDArray[np.float32]) -> NDArray[np.float32]:
        """Run the network.

        Args:
            network_input: float32 (1, channels, H, W), H and W multiples of the card's `multiple`.

        Returns:
            float32 (1, 1, H, W) in [0, 1] of a model that finds vessels, otherwise (1, 2, H, W).

        Raises:
            ModelError: the model fails, or its output has the wrong shape.
        """
        try:
            probability = np.asarray(self._network(network_input))
        except Exception as error:  # each runtime has its own errors
            raise ModelError(f"model {self.card.name} fails on an input of {network_input.shape}: {error}") from error
        expected = (1, 1 if self.card.finds == "vessels" else 2, *network_input.shape[2:])
        real = np.issubdtype(probability.dtype, np.floating)
        if probability.shape != expected or not real or not np.isfinite(probability).all():
            raise ModelError(
                f"model {self.card.name} gives {probability.dtype} of shape {probability.shape}, or values that are "
                f"not finite, for an input of {network_input.shape}; it should give finite float32 of {expected}"
            )
        return np.asarray(probability, np.float32)


def check_scales(scales: Sequence[float]) -> tuple[float, ...]:
    """Return the sizes, if a network can work at each of them.

    Raises:
        VenuleError: there are more than eight, or one is not from 64 to 8,192 pixels.

    Example:
        >>> check_scales([540, 760, 1080])
        (540, 760, 1080)
    """
    wrong = [size for size in scales if not SMALLEST <= size <= LARGEST]
    if wrong:
        raise VenuleError(
            f"a scale is the width of the field of view in pixels, from {SMALLEST} to {LARGEST}; got {wrong[0]:g}",
            reason="bad-scales",
        )
    if len(scales) > MOST_SCALES:
        raise VenuleError(f"{len(scales)} scales; choose {MOST_SCALES} or fewer", reason="bad-scales")
    return tuple(scales)
