"""The vessels of one photograph, in one call."""

from functools import lru_cache
from pathlib import Path

from numpy.typing import ArrayLike
from PIL import Image

from venule.errors import VenuleError
from venule.models import load_model, model_folder, read_card
from venule.photograph import Photograph, photograph_from_array, read_photograph
from venule.segmentation.segmenter import Segmenter
from venule.vessel_map import VesselMap


def segment(
    source: ArrayLike | Image.Image | Path | str | bytes | Photograph,
    *,
    model: str | Path = "general",
    threshold: float | None = None,
    flips: bool = False,
    runtime: str = "onnxruntime",
    threads: int | None = None,
) -> VesselMap:
    """Find the vessels of a fundus photograph.

    Args:
        source: the photograph: a file, the content of a file, a `Photograph`, an image of Pillow, or
            an RGB or grey array, (height, width, 3) or (height, width), as `np.asarray` makes it.
        model: name of a shipped model (`venule models` lists them), or the folder of an own one.
        threshold: probability, in (0, 1), from which a pixel is vessel; None: the one of the model's card.
        flips: average over the photograph and its three mirror images: steadier, and four times the work.
        runtime: what runs the network: "onnxruntime"; or "openvino" (extra `openvino`), faster on the CPU.
        threads: for the arithmetic of the network; None: as many as there are cores.

    Returns:
        The vessel map, of the size of the photograph as it was given.

    Raises:
        PhotographError: it cannot be read, or is no fundus photograph.
        ModelError: the model is unknown or altered.
        VenuleError: the threshold is not in (0, 1), or the runtime is unknown or not installed.
    """
    folder = model_folder(model)
    card = read_card(folder)
    threshold = check_threshold(card.threshold if threshold is None else threshold)
    photograph = _photograph(source)
    probability = _segmenter(folder, card.model_dump_json(), runtime, threads).probability(photograph, flips=flips)
    return VesselMap(
        probability=probability,
        vessels=(probability >= threshold) & photograph.fov.mask,
        fov=photograph.fov.mask,
        threshold=threshold,
        fov_diameter=photograph.fov.diameter,
        model=card.name,
        image=photograph.image,
    )


def check_threshold(threshold: float) -> float:
    """The threshold itself.

    Raises:
        VenuleError: it is not in (0, 1).
    """
    if not 0 < threshold < 1:
        raise VenuleError(
            f"threshold {threshold:g} is not a probability between 0 and 1; leave it out for the model's own",
            reason="bad-threshold",
        )
    return float(threshold)


def _photograph(source: ArrayLike | Image.Image | Path | str | bytes | Photograph) -> Photograph:
    if isinstance(source, Photograph):
        return source
    if isinstance(source, str | Path):
        return read_photograph(Path(source))
    return read_photograph(source) if isinstance(source, bytes) else photograph_from_array(source)


@lru_cache(maxsize=4)
def _segmenter(folder: Path, card: str, runtime: str, threads: int | None) -> Segmenter:
    """Loaded once, so that a loop over photographs does not load it again; anew when its card has changed."""
    return Segmenter(load_model(folder), runtime=runtime, threads=threads)
