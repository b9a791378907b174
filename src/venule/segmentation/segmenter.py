"""A model at work: a photograph goes in, the probability of vessel comes out."""

import numpy as np
from numpy.typing import NDArray

from venule.errors import ModelError
from venule.models import Model
from venule.photograph import Photograph
from venule.photograph.arrays import ProbabilityArray
from venule.segmentation.predict import predict_with
from venule.segmentation.runtime import load_network


class Segmenter:
    """A loaded model, ready for any number of photographs.

    Args:
        model: from `venule.load_model`.
        runtime: what runs the network, see `load_network`.
        threads: for the arithmetic of the network on the CPU; None: as many as there are cores.

    Raises:
        ModelError: the runtime cannot load the model, or its input and output are not those of the contract.
        VenuleError: there is no such runtime, or it is not installed.
    """

    def __init__(self, model: Model, *, runtime: str = "onnxruntime", threads: int | None = None) -> None:
        """Load the model's network."""
        self.card = model.card
        self._network = load_network(model, runtime=runtime, threads=threads)

    def probability(self, photograph: Photograph, *, flips: bool = False) -> ProbabilityArray:
        """How likely each pixel is to be vessel.

        Args:
            photograph: of any size.
            flips: average over the photograph and its three mirror images: steadier, and four times the work.

        Returns:
            float32 (height, width) in [0, 1], the size of the photograph; 0 outside the field of view.

        Raises:
            ModelError: the model fails on the photograph, or gives something of another size.
        """
        card = self.card
        probability = predict_with(
            self._run,
            photograph,
            working_diameter=card.working_diameter,
            smallest_diameter=card.smallest_diameter,
            multiple=card.multiple,
            flips=flips,
        )
        # Not beyond what copies of lower resolution have shown: smaller photographs are raised as the smallest.
        diameter = max(photograph.fov.diameter, card.smallest_diameter or 0)
        if card.odds_exponent and diameter < card.working_diameter:
            odds = (card.working_diameter / diameter) ** card.odds_exponent
            raised = float(np.clip(odds, 1e-9, 1e9)) * probability  # beyond, 32 bits overflow
            probability = np.asarray(raised / (1 - probability + raised), np.float32)
        return probability

    def _run(self, network_input: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            probability = np.asarray(self._network(network_input))
        except Exception as error:  # of whichever runtime
            raise ModelError(f"model {self.card.name} fails on an input of {network_input.shape}: {error}") from error
        expected = (1, 1, *network_input.shape[2:])
        real = np.issubdtype(probability.dtype, np.floating)
        if probability.shape != expected or not real or not np.isfinite(probability).all():
            raise ModelError(
                f"model {self.card.name} gives {probability.dtype} of {probability.shape}, or values that are no "
                f"numbers, for an input of {network_input.shape}; it should give finite float32 of {expected}"
            )
        return np.asarray(probability, np.float32)
