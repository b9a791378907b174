"""Segment many photographs: what one photograph's work is, and the batch of it."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import cv2
import numpy as np

from venule import __version__
from venule.arrays import BoolArray, ImageArray, ProbabilityArray
from venule.batch import Done, Job, find_files, run
from venule.models import load_model
from venule.photograph import Photograph, read_photograph
from venule.segmentation import check_runtime, check_threshold, segment
from venule.vessels import VesselMap

PHOTOGRAPH_SUFFIXES = (
    ".jpg", ".jpeg", ".jpe", ".png", ".tif", ".tiff", ".gif", ".bmp", ".ppm", ".pgm", ".pnm", ".webp",
)  # fmt: skip
# What of a card decides what a photograph becomes.
_DECIDES = {"name", "sha256", "working_diameter", "smallest_diameter", "odds_exponent"}
# Fewer are done sooner by the threads of one process than by starting another, which takes about a second.
PHOTOGRAPHS_A_PROCESS = 8


@dataclass(frozen=True)
class SegmentPhotograph:
    """The work on one photograph: decode, segment, encode.

    Attributes:
        model: name of a shipped model, or folder of an own one.
        threshold: None: the one of the model's card.
        flips: average over four mirror images.
        probability: write the probability, too.
        overlay: write the photograph with its vessels drawn in, too.
        runtime: what runs the network, see `venule.segment`.
        threads: for each process; None: as many as there are cores. Changes no result.
    """

    model: str = "general"
    threshold: float | None = None
    flips: bool = False
    probability: bool = False
    overlay: bool = False
    runtime: str = "onnxruntime"
    threads: int | None = None

    columns: ClassVar[tuple[str, ...]] = ("fov_diameter_px", "vessel_share")

    def __call__(self, path: Path, content: bytes, /) -> Done:
        """Segment a photograph.

        Returns:
            `_vessels.png`, 0 and 255; `_probability.png`, 8 bits, probability x 255 rounded; `_overlay.png`: of the
            size of the photograph. The row: diameter of the field of view in pixels, share of it that is vessel.

        Raises:
            PhotographError: it cannot be read, or is no fundus photograph.
        """
        if self.threads:
            cv2.setNumThreads(self.threads)
        photograph = read_photograph(content, name=str(path))
        found = self.find(photograph)
        outputs = {"_vessels.png": encode_mask(found.vessels)}
        if self.probability:
            outputs["_probability.png"] = encode_probability(found.probability)
        if self.overlay:
            outputs["_overlay.png"] = encode_picture(found.overlay())
        row = {"fov_diameter_px": round(found.fov_diameter, 1), "vessel_share": round(found.vessel_share, 6)}
        return Done(outputs, row)

    def find(self, photograph: Photograph) -> VesselMap:
        """The vessels of a photograph, with these options."""
        return segment(
            photograph,
            model=self.model,
            threshold=self.threshold,
            flips=self.flips,
            runtime=self.runtime,
            threads=self.threads,
        )

    def settings(self) -> dict[str, Any]:
        """Everything that the results depend on, besides the photograph.

        Raises:
            ModelError: the model is unknown or altered.
            VenuleError: the threshold is not in (0, 1), or the runtime is unknown or not installed.
        """
        card = load_model(self.model).card
        threshold = check_threshold(card.threshold if self.threshold is None else self.threshold)
        return {
            "venule": __version__,
            "model": card.model_dump(include=_DECIDES),
            "threshold": threshold,
            "flips": self.flips,
            "probability": self.probability,
            "overlay": self.overlay,
            "runtime": check_runtime(self.runtime),
        }


def segment_files(
    paths: Sequence[Path | str],
    output: Path,
    *,
    work: SegmentPhotograph,
    jobs: int | None = None,
    resume: bool = False,
    progress: Callable[[Job], None] = lambda job: None,
) -> Job:
    """Segment files, folders and glob patterns into a folder: see `venule.batch.run`.

    Args:
        paths: of the photographs.
        output: folder for the results.
        work: the options; its `threads` are set here, so that jobs x threads are the cores.
        jobs: processes; None: one for a few photographs, up to one for each core for many.
        resume: skip what an earlier run has done.
        progress: is called after each photograph.

    Raises:
        VenuleError: nothing is found, the output folder is in use, or an option is wrong.
    """
    items = find_files(paths, suffixes=PHOTOGRAPH_SUFFIXES, leave_out=output)
    jobs = jobs or processes_for(len(items))
    work = replace(work, threads=max(1, (os.cpu_count() or 1) // jobs))
    return run(items, output, work=work, settings=work.settings(), jobs=jobs, resume=resume, progress=progress)


def processes_for(photographs: int) -> int:
    """How many processes are worth starting: one for a few photographs, up to one for each core for many."""
    return max(1, min(os.cpu_count() or 1, photographs // PHOTOGRAPHS_A_PROCESS))


def encode_mask(mask: BoolArray) -> bytes:
    """A mask as a grey PNG of 0 and 255."""
    return _png(mask.view(np.uint8) * np.uint8(255))


def encode_probability(probability: ProbabilityArray) -> bytes:
    """A probability as a grey PNG of 8 bits: probability x 255, rounded."""
    return _png(np.rint(probability * 255).astype(np.uint8))


def encode_picture(picture: ImageArray) -> bytes:
    """A picture as an RGB PNG."""
    return _png(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def _png(pixels: Any) -> bytes:
    # OpenCV's own settings (run lengths, one filter): on masks, a third of the time of zlib's level 1, and smaller.
    return cv2.imencode(".png", pixels)[1].tobytes()
