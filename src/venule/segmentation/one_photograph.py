"""What one photograph shows, in one call."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike
from PIL import Image

from venule.errors import ModelError, PhotographError
from venule.models import Model, load_model, model_folder, read_card
from venule.photograph import Photograph, photograph_from_array, read_photograph
from venule.photograph.mask import MaskSource
from venule.segmentation.arteries_veins import find_arteries_veins
from venule.segmentation.fundus import check_vessels
from venule.segmentation.landmarks import find_landmarks
from venule.segmentation.segmenter import Segmenter, check_scales
from venule.vessel_map import VesselMap, check_threshold

CORRECTED = 0.9  # Dice from which on a mask that is given is a correction of what the model finds


def segment(
    source: ArrayLike | Image.Image | Path | str | bytes | Photograph,
    *,
    vessels: MaskSource | None = None,
    model: str | Path | Model = "general",
    threshold: float | None = None,
    flips: bool = False,
    scales: Sequence[float] = (),
    any_picture: bool = False,
    av: str | Path | Model | None = "arteries-veins",
    landmarks: str | Path | Model | None = "landmarks",
    field_degrees: float | None = None,
    runtime: str | None = None,
    threads: int | None = None,
) -> VesselMap:
    """Find the vessels of a fundus photograph, which of them are arteries and veins, the optic disc and the fovea.

    Args:
        source: the photograph: a file, the content of a file, a `Photograph`, a Pillow image, or
            an RGB or grey array, (height, width, 3) or (height, width), as `np.asarray` makes it.
        vessels: a mask of the vessels, drawn by a person or found by another tool, as `venule.photograph.read_mask`
            takes it; None: `model` finds them. A mask that agrees with those to a Dice of 0.9 or more is taken for a
            correction of them, and keeps their probabilities, see `VesselMap.redrawn`.
        model: name of a shipped model (`venule models` lists them), the folder of your own, or what
            `venule.load_model` returns.
        threshold: probability, in (0, 1), from which a pixel is vessel; None: the threshold in the model's card.
        flips: average over the photograph and its three mirror images: steadier, and four times slower.
        scales: pixels across the field of view: average the log-odds over the photograph at each of these sizes,
            such as (540, 760, 1080); empty: once, at the size that the model's card says.
        any_picture: do not refuse a picture that seems to show no retina, but note `unlikely-fundus`. Only what a
            shipped model found is judged.
        av: the model that tells arteries from veins, as for `model`; None: they are not told apart, and it is faster.
        landmarks: the model that finds disc and fovea, as for `model`; None: nobody looks for them.
        field_degrees: that the field of view spans, if it is known: it says how large a disc to look for.
        runtime: what runs the networks: "onnxruntime"; or "openvino" (extra `openvino`), faster on the CPU; None: what
            the model was loaded for, or "onnxruntime".
        threads: CPU threads for the networks; None: what the model was loaded for, or one for each core.

    Returns:
        The vessel map, of the size of the photograph as it was given.

    Raises:
        PhotographError: it cannot be read, or is not a fundus photograph.
        MaskError: `vessels` holds labels or grey levels, is inverted or empty, or has another size than the photograph.
        ModelError: a model is unknown or altered, or finds something else.
        VenuleError: the threshold is not in (0, 1), a scale is no sensible size, or the runtime is unknown or not
            installed.

    Example:
        >>> found = venule.segment(phantom.image)
        >>> 0.05 < found.vessel_share < 0.2
        True
        >>> bool(found.arteries.any() and found.veins.any())
        True
        >>> found.landmarks.disc.confidence > 0.2
        True
        >>> model = venule.load_model("general", threads=1)  # loaded once, for many photographs
        >>> venule.segment(phantom.image, model=model).model
        'general'
    """
    tells = None if av is None else _loaded(av, "arteries-veins")
    finds = None if landmarks is None else _loaded(landmarks, "landmarks")
    if isinstance(source, Photograph):
        photograph = source
    elif isinstance(source, str | Path | bytes):
        photograph = read_photograph(source)
    else:
        photograph = photograph_from_array(source)
    found = _find_vessels(
        photograph,
        _loaded(model, "vessels"),
        threshold,
        flips=flips,
        scales=check_scales(scales),
        any_picture=any_picture or vessels is not None,
        runtime=runtime,
        threads=threads,
    )
    if vessels is not None:
        drawn = VesselMap.from_mask(vessels, photograph)
        found = found.redrawn(drawn.vessels) if _agree(drawn, found) else drawn
    if tells is not None:
        artery, vein = find_arteries_veins(found, _ready(tells, runtime, threads))
        found = replace(found, artery_probability=artery, vein_probability=vein)
    if finds is not None:
        segmenter = _ready(finds, runtime, threads)
        found = replace(found, landmarks=find_landmarks(photograph, segmenter, field_degrees=field_degrees))
    return found


def _agree(drawn: VesselMap, found: VesselMap) -> bool:
    both = np.count_nonzero(drawn.vessels & found.vessels)
    return bool(2 * both >= CORRECTED * (np.count_nonzero(drawn.vessels) + np.count_nonzero(found.vessels)))


def _find_vessels(
    photograph: Photograph,
    model: Model,
    threshold: float | None,
    *,
    flips: bool,
    scales: tuple[float, ...],
    any_picture: bool,
    runtime: str | None,
    threads: int | None,
) -> VesselMap:
    threshold = check_threshold(model.card.threshold if threshold is None else threshold)
    probability = _ready(model, runtime, threads).probability(photograph, flips=flips, scales=scales)
    found = VesselMap.from_probability(
        probability,
        photograph,
        threshold=threshold,
        model=model.card.name,
        working_diameter=model.card.working_diameter,
    )
    if model.is_shipped:
        try:
            check_vessels(found, threshold=model.card.threshold)
        except PhotographError:
            if not any_picture:
                raise
            found = replace(found, notes=(*found.notes, "unlikely-fundus"))
    return found


def _loaded(model: str | Path | Model, finds: str) -> Model:
    if not isinstance(model, Model):
        folder = model_folder(model)
        model = _model(folder, read_card(folder).model_dump_json())
    if model.card.finds != finds:
        raise ModelError(f"model {model.card.name} finds {model.card.finds}, not {finds}: choose another")
    return model


def _ready(model: Model, runtime: str | None, threads: int | None) -> Segmenter:
    return _segmenter(model, runtime or model.runtime, threads or model.threads)


@lru_cache(maxsize=8)
def _model(folder: Path, card: str) -> Model:
    """A loop over photographs reads the model once; a changed card reads it again."""
    return load_model(folder)


@lru_cache(maxsize=8)
def _segmenter(model: Model, runtime: str, threads: int | None) -> Segmenter:
    """A loop over photographs loads the network once."""
    return Segmenter(replace(model, runtime=runtime, threads=threads))
