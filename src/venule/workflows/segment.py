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
AV, ARTERIES, VEINS = "_av.png", "_arteries.png", "_veins.png"
_SHARES = ("artery_share", "vein_share")
_SEEN = ("eye_found", "centred_on")
_PLACES = (
    "disc_row_px", "disc_column_px", "disc_diameter_px", "disc_confidence",
    "fovea_row_px", "fovea_column_px", "fovea_confidence",
)  # fmt: skip


@dataclass(frozen=True)
class SegmentPhotograph:
    """The work on one photograph: decode, segment, encode.

    Attributes:
        model: name of a shipped model, or folder of your own.
        threshold: of the probability; None: that of the model's card.
        flips: average over four mirror images.
        scales: average over the photograph at these sizes, see `venule.segment`.
        any_picture: do not refuse what seems to show no retina.
        av: model that tells arteries from veins; None: they are not told apart.
        landmarks: model that finds disc and fovea; None: they are not looked for.
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
    av: str | None = "arteries-veins"
    landmarks: str | None = "landmarks"
    probability: bool = False
    overlay: bool = False
    runtime: str = "onnxruntime"
    threads: int | None = None
    masks: str = "png"
    dicom_seg: bool = False

    joined: ClassVar[Mapping[str, Joined]] = {}
    parquet: ClassVar[bool] = False
    by_content: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the kind of masks."""
        if self.masks not in MASKS:
            raise VenuleError(f"unknown kind of masks {self.masks!r}: choose one of {', '.join(MASKS)}")

    @property
    def columns(self) -> Mapping[str, type]:
        """Columns of the row."""
        names = ("fov_diameter_px", "vessel_share", *(_SHARES if self.av else ()))
        texts, places = (_SEEN, _PLACES) if self.landmarks else ((), ())
        return {**dict.fromkeys(names, float), **dict.fromkeys(texts, str), **dict.fromkeys(places, float)}

    @property
    def suffixes(self) -> tuple[str, ...]:
        """Suffixes of the outputs."""
        others = {
            AV: self.av,
            ARTERIES: self.av,
            VEINS: self.av,
            "_probability.png": self.probability,
            "_overlay.png": self.overlay,
            SEG: self.dicom_seg,
        }
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
            `_vessels.png`, 0 and 255, or `_vessels.json`, run lengths; `_av.png`, in the colours of
            `VesselMap.coloured`; `_arteries.png` and `_veins.png`, 0 and 255; `_probability.png`, 8 bits, probability
            x 255 rounded; `_overlay.png`; all of the size of the photograph; `_seg.dcm`. The row: diameter of the field
            of view in pixels, its shares that are vessel, artery and vein, and the places of disc and fovea.

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
        if found.arteries is not None and found.veins is not None:
            outputs[AV] = encode_picture(found.coloured())
            outputs |= {ARTERIES: encode_mask(found.arteries), VEINS: encode_mask(found.veins)}
        if self.probability:
            outputs["_probability.png"] = encode_probability(found.probability)
        if self.overlay:
            outputs["_overlay.png"] = encode_picture(found.overlay())
        if header is not None:
            outputs |= dicom_files(found, header, model=self.model, name=path)
        return Done(outputs, _row(found))

    def find(
        self, photograph: Photograph, vessels: BoolArray | None = None, *, field_degrees: float | None = None
    ) -> VesselMap:
        """What a photograph shows, with these options.

        Args:
            photograph: of any size.
            vessels: that a person or another tool gave; None: they are found.
            field_degrees: see `venule.segment`.
        """
        return segment(
            photograph, vessels=vessels, model=self.model, threshold=self.threshold, flips=self.flips,
            scales=self.scales, any_picture=self.any_picture, av=self.av, landmarks=self.landmarks,
            field_degrees=field_degrees, runtime=self.runtime, threads=self.threads,
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
        options = {name: value for name, value in asdict(self).items() if name != "threads"}
        return {"venule": __version__, **options, **self.models(), "threshold": threshold}

    def models(self) -> dict[str, dict[str, Any] | None]:
        """What there is to know of the models that results depend on.

        Raises:
            ModelError: a model is unknown or altered.
        """
        named = {"model": self.model, "av": self.av, "landmarks": self.landmarks}
        return {
            option: None if name is None else load_model(name).card.model_dump(include=_DECIDES)
            for option, name in named.items()
        }


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


def _row(found: VesselMap) -> dict[str, Any]:
    row: dict[str, Any] = {"fov_diameter_px": round(found.fov_diameter, 1)}
    area = max(1, int(np.count_nonzero(found.fov)))
    masks = {"vessel_share": found.vessels, "artery_share": found.arteries, "vein_share": found.veins}
    for name, mask in masks.items():
        if mask is not None:
            row[name] = round(np.count_nonzero(mask) / area, 6)
    if found.landmarks is not None:
        disc, fovea = found.landmarks.disc, found.landmarks.fovea
        row |= dict(zip(_SEEN, (found.landmarks.eye, found.landmarks.centred_on(found.middle)), strict=True))
        if disc:
            places = (*(round(one, 1) for one in (*disc.centre, disc.diameter)), disc.confidence)
            row |= dict(zip(_PLACES[:4], places, strict=True))
        if fovea:
            row |= dict(zip(_PLACES[4:], (*(round(one, 1) for one in fovea.centre), fovea.confidence), strict=True))
    return row


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
