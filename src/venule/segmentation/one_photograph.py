"""What one photograph shows, in one call."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from numpy.typing import ArrayLike
from PIL import Image

from venule.errors import PhotographError
from venule.models import Model, load_model, model_folder, read_card, shipped_models
from venule.photograph import Photograph, photograph_from_array, read_photograph
from venule.segmentation.fundus import check_vessels
from venule.segmentation.segmenter import Segmenter, check_scales
from venule.vessel_map import VesselMap, check_threshold


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
        any_picture: do not refuse a picture that seems to show no retina, but note `unlikely-fundus`. Only what a
            shipped model found is judged.
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
    if model.folder in {model_folder(name) for name in shipped_models()}:
        try:
            check_vessels(found, threshold=model.card.threshold)
        except PhotographError:
            if not any_picture:
                raise
            found = replace(found, notes=(*found.notes, "unlikely-fundus"))
    return found


@lru_cache(maxsize=4)
def _model(folder: Path, card: str) -> Model:
    """A loop over photographs reads the model once; a changed card reads it again."""
    return load_model(folder)


@lru_cache(maxsize=4)
def _segmenter(model: Model, runtime: str, threads: int | None) -> Segmenter:
    """A loop over photographs loads the network once."""
    return Segmenter(replace(model, runtime=runtime, threads=threads))
