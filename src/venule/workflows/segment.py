"""Segment many photographs, and encode what is found."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar, Self

import cv2
import numpy as np

from venule import __version__
from venule.batch import Batch, BatchResult, Done, Joined, run
from venule.errors import VenuleError
from venule.models import load_model
from venule.photograph import Photograph, read_photograph
from venule.photograph.arrays import BoolArray, ImageArray, ProbabilityArray
from venule.photograph.decode import SUFFIXES, looks_like_photograph
from venule.segmentation import check_runtime, check_threshold, segment
from venule.vessel_map import VesselMap
from venule.workflows.dicom import SEG, check_installed, dicom_files, header_to_answer

# What in a card determines the result.
_DECIDES = {"name", "sha256", "working_diameter", "smallest_diameter", "odds_exponent"}
MASKS = {"png": "_vessels.png", "rle": "_vessels.json"}


@dataclass(frozen=True)
class SegmentPhotograph:
    """The work on one photograph: decode, segment, encode.

    Attributes:
        model: name of a shipped model, or folder of your own.
        threshold: of the probability; None: that of the model's card.
        flips: average over four mirror images.
        scales: average over the photograph at these sizes, see `venule.segment`.
        any_picture: do not refuse what seems to show no retina.
        probability: also write the probability.
        overlay: also write the photograph with its vessels drawn in.
        runtime: what runs the network, see `venule.segment`.
        threads: for each process; None: one for each core. Does not change the result.
        masks: "png", or "rle": the run lengths of COCO, as JSON.
        dicom_seg: also write a DICOM Segmentation; only of DICOM photographs.

    Raises:
        VenuleError: the kind of masks is unknown.
    """

    model: str = "general"
    threshold: float | None = None
    flips: bool = False
    scales: tuple[float, ...] = ()
    any_picture: bool = False
    probability: bool = False
    overlay: bool = False
    runtime: str = "onnxruntime"
    threads: int | None = None
    masks: str = "png"
    dicom_seg: bool = False

    columns: ClassVar[Mapping[str, type]] = {"fov_diameter_px": float, "vessel_share": float}
    joined: ClassVar[Mapping[str, Joined]] = {}
    parquet: ClassVar[bool] = False
    by_content: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the kind of masks."""
        if self.masks not in MASKS:
            raise VenuleError(f"unknown kind of masks {self.masks!r}: choose one of {', '.join(MASKS)}")

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Suffixes of the outputs."""
        others = {"_probability.png": self.probability, "_overlay.png": self.overlay, SEG: self.dicom_seg}
        return (MASKS[self.masks], *(suffix for suffix, asked in others.items() if asked))

    def also_read(self, path: str, name: str, /) -> Sequence[Path]:
        """Nothing."""
        return ()

    def with_threads(self, threads: int) -> Self:
        """The same with this number of threads for each process."""
        return replace(self, threads=threads)

    def __call__(self, path: str, content: bytes, name: str = "", /) -> Done:
        """Segment a photograph.

        Returns:
            `_vessels.png`, 0 and 255, or `_vessels.json`, run lengths; `_probability.png`, 8 bits, probability x 255
            rounded; `_overlay.png`: of the size of the photograph; `_seg.dcm`. The row: diameter of the field of view
            in pixels, and its share that is vessel.

        Raises:
            PhotographError: it cannot be read, is no fundus photograph, or no DICOM where that is asked for.
        """
        if self.threads:
            cv2.setNumThreads(self.threads)
        header = header_to_answer(path, content) if self.dicom_seg else None
        photograph = read_photograph(content, name=path)
        found = self.find(photograph)
        encode = encode_mask if self.masks == "png" else encode_runs
        outputs = {MASKS[self.masks]: encode(found.vessels)}
        if self.probability:
            outputs["_probability.png"] = encode_probability(found.probability)
        if self.overlay:
            outputs["_overlay.png"] = encode_picture(found.overlay())
        if header is not None:
            outputs |= dicom_files(found, header, model=self.model, name=path)
        row = {"fov_diameter_px": round(found.fov_diameter, 1), "vessel_share": round(found.vessel_share, 6)}
        return Done(outputs, row)

    def find(self, photograph: Photograph) -> VesselMap:
        """The vessels of a photograph, with these options."""
        return segment(
            photograph, model=self.model, threshold=self.threshold, flips=self.flips, scales=self.scales,
            any_picture=self.any_picture, runtime=self.runtime, threads=self.threads,
        )  # fmt: skip

    def settings(self) -> dict[str, Any]:
        """Everything that the results depend on, besides the photograph.

        Raises:
            ModelError: the model is unknown or altered.
            VenuleError: the threshold is not in (0, 1), or the runtime or highdicom is not installed.
        """
        if self.dicom_seg:
            check_installed()
        card = load_model(self.model).card
        threshold = check_threshold(card.threshold if self.threshold is None else self.threshold)
        check_runtime(self.runtime)
        model = card.model_dump(include=_DECIDES)
        options = {name: value for name, value in asdict(self).items() if name not in ("model", "threshold", "threads")}
        return {"venule": __version__, "model": model, "threshold": threshold, **options}


def segment_files(
    paths: Sequence[Path | str], output: Path | str, *, work: SegmentPhotograph, batch: Batch | None = None
) -> BatchResult:
    """Segment files, folders, patterns, lists and archives: see `venule.batch.batch`.

    Args:
        paths: of the photographs.
        output: folder for the results, or URL.
        work: the options; its `threads` are set so that processes x threads are the cores.
        batch: how it runs.

    Raises:
        VenuleError: nothing is found, the output folder is in use, or an option is wrong.
    """
    return run(
        paths,
        output,
        work=work,
        suffixes=SUFFIXES,
        recognise=looks_like_photograph,
        settings=work.settings(),
        batch=batch,
    )


def encode_mask(mask: BoolArray) -> bytes:
    """A mask as a grey PNG of 0 and 255."""
    return _png(mask.view(np.uint8) * np.uint8(255))


def decode_mask(content: bytes) -> BoolArray:
    """The mask of such a PNG, bool (height, width)."""
    return np.asarray(cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)) > 127


def encode_runs(mask: BoolArray) -> bytes:
    """A mask as the uncompressed run lengths of COCO, in JSON.

    `{"size": [height, width], "counts": [...]}`: column by column, the number of background pixels, then of vessel
    pixels, and so on. Both pycocotools and `decode_runs` read it.
    """
    flat = mask.ravel(order="F")
    changes = np.flatnonzero(np.diff(flat, prepend=False))
    counts = np.diff(changes, prepend=0, append=flat.size).tolist()
    return json.dumps({"size": list(mask.shape), "counts": counts}, separators=(",", ":")).encode()


def decode_runs(content: bytes | str) -> BoolArray:
    """The mask of such run lengths, bool (height, width)."""
    runs = json.loads(content)
    values = np.arange(len(runs["counts"])) % 2 == 1
    return np.repeat(values, runs["counts"]).reshape(runs["size"], order="F")


def encode_probability(probability: ProbabilityArray) -> bytes:
    """A probability as a grey PNG of 8 bits: probability x 255, rounded."""
    return _png(np.rint(probability * 255).astype(np.uint8))


def encode_picture(picture: ImageArray) -> bytes:
    """A picture as an RGB PNG."""
    return _png(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))


def _png(pixels: Any) -> bytes:
    # The defaults of OpenCV (run lengths, one filter) are three times faster than zlib level 1 on masks, and smaller.
    return cv2.imencode(".png", pixels)[1].tobytes()
