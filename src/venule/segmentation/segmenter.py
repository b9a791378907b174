"""The vessels of one photograph: in one call, or with a model that stays loaded."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from venule.errors import ModelError, VenuleError
from venule.models import Model, load_model, model_folder, read_card, shipped_models
from venule.photograph import Photograph, photograph_from_array, read_photograph
from venule.photograph.arrays import ProbabilityArray
from venule.segmentation.fundus import check_vessels
from venule.segmentation.predict import predict_with
from venule.segmentation.runtime import load_network
from venule.vessel_map import VesselMap, check_threshold

SMALLEST, LARGEST, MOST_SCALES = 64, 8192, 8


def segment(
    source: ArrayLike | Image.Image | Path | str | bytes | Photograph,
    *,
    model: str | Path | Model = "general",
    threshold: float | None = None,
    flips: bool = False,
    scales: Sequence[float] = (),
    any_picture: bool = False,
    runtime: str | None = None,
    threads: int | None = None,
) -> VesselMap:
    """Find the vessels of a fundus photograph.

    Args:
        source: the photograph: a file, the content of a file, a `Photograph`, a Pillow image, or
            an RGB or grey array, (height, width, 3) or (height, width), as `np.asarray` makes it.
        model: name of a shipped model (`venule models` lists them), the folder of your own, or what
            `venule.load_model` returns.
        threshold: probability, in (0, 1), from which a pixel is vessel; None: the threshold in the model's card.
        flips: average over the photograph and its three mirror images: steadier, and four times slower.
        scales: pixels across the field of view: average the log-odds over the photograph at each of these sizes,
            such as (540, 760, 1080); empty: once, at the size that the model's card says.
        any_picture: do not refuse a picture that seems to show no retina. Only what a shipped model found is judged.
        runtime: what runs the network: "onnxruntime"; or "openvino" (extra `openvino`), faster on the CPU; None: what
            the model was loaded for, or "onnxruntime".
        threads: CPU threads for the network; None: what the model was loaded for, or one for each core.

    Returns:
        The vessel map, of the size of the photograph as it was given.

    Raises:
        PhotographError: it cannot be read, or is not a fundus photograph.
        ModelError: the model is unknown or altered.
        VenuleError: the threshold is not in (0, 1), a scale is no sensible size, or the runtime is unknown or not
            installed.

    Example:
        >>> found = venule.segment(phantom.image)
        >>> 0.05 < found.vessel_share < 0.2
        True
        >>> model = venule.load_model("general", threads=1)  # loaded once, for many photographs
        >>> venule.segment(phantom.image, model=model).model
        'general'
    """
    if not isinstance(model, Model):
        folder = model_folder(model)
        model = _model(folder, read_card(folder).model_dump_json())
    threshold = check_threshold(model.card.threshold if threshold is None else threshold)
    scales = check_scales(scales)
    if isinstance(source, Photograph):
        photograph = source
    elif isinstance(source, str | Path | bytes):
        photograph = read_photograph(source)
    else:
        photograph = photograph_from_array(source)
    segmenter = _segmenter(model, runtime or model.runtime, threads or model.threads)
    probability = segmenter.probability(photograph, flips=flips, scales=scales)
    found = VesselMap.from_probability(
        probability,
        photograph,
        threshold=threshold,
        model=model.card.name,
        working_diameter=model.card.working_diameter,
    )
    if not any_picture and model.folder in {model_folder(name) for name in shipped_models()}:
        check_vessels(found, threshold=model.card.threshold)
    return found


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
            ModelError: the model fails on the photograph, or its output has the wrong shape.
        """
        card = self.card
        probability = predict_with(
            self._run,
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

    def _run(self, network_input: NDArray[np.float32]) -> NDArray[np.float32]:
        try:
            probability = np.asarray(self._network(network_input))
        except Exception as error:  # each runtime has its own errors
            raise ModelError(f"model {self.card.name} fails on an input of {network_input.shape}: {error}") from error
        expected = (1, 1, *network_input.shape[2:])
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


@lru_cache(maxsize=4)
def _model(folder: Path, card: str) -> Model:
    """A loop over photographs reads the model once; a changed card reads it again."""
    return load_model(folder)


@lru_cache(maxsize=4)
def _segmenter(model: Model, runtime: str, threads: int | None) -> Segmenter:
    """A loop over photographs loads the network once."""
    return Segmenter(replace(model, runtime=runtime, threads=threads))
