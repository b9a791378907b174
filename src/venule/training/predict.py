"""A network in training, at work on a whole photograph."""

import numpy as np
import torch
from torch import nn

from venule.photograph import Photograph
from venule.photograph.arrays import ProbabilityArray
from venule.segmentation import predict_with
from venule.training.recipe import Recipe


def predict(network: nn.Module, photograph: Photograph, recipe: Recipe, *, device: torch.device) -> ProbabilityArray:
    """The probability of vessel, by the very steps that `venule.segment` takes.

    Returns:
        float32 (height, width), the size of the photograph; 0 outside the field of view.
    """

    def run(network_input: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            logits = network(torch.from_numpy(np.ascontiguousarray(network_input)).to(device))
        return np.asarray(torch.sigmoid(logits.float()).cpu().numpy())

    multiple = getattr(network, "multiple", 1)
    return predict_with(
        run,
        photograph,
        working_diameter=recipe.largest_diameter,
        smallest_diameter=recipe.smallest_diameter,
        multiple=multiple,
    )
