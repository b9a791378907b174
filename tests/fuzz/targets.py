"""What is fuzzed: for each subject what must hold for any bytes, and valid files to start from."""

import contextlib
import hashlib
import json
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

TESTS = Path(__file__).parents[1]
sys.path += [str(TESTS / folder) for folder in ("photograph", "models", "dicom")]  # whose tests share the seeds

from seeds import encoded, seed_files, small_eye  # noqa: E402

from venule.batch.inputs import find_inputs  # noqa: E402
from venule.batch.lists import read_list  # noqa: E402
from venule.batch.outputs import Output  # noqa: E402
from venule.errors import MaskError, ModelError, PhotographError, RecipeError, VenuleError  # noqa: E402
from venule.models import load_model, model_folder, read_card  # noqa: E402
from venule.photograph import FieldOfView, Photograph, WorkingScale, decode, find_fov, read_mask, read_probability  # noqa: E402  # noqa: E402
from venule.photograph.mask import read_vessels  # noqa: E402

MOST_PIXELS = 200_000  # small, so that many files are tried in a minute
WORKING = 100.0
FOLDER = Path(tempfile.mkdtemp(prefix="venule-fuzz-"))
SHIPPED = TESTS.parent / "src" / "venule"
INSIDE = np.hypot(*(np.indices((64, 72)) - [[[32]], [[36]]])) < 30
CARD = json.loads((model_folder("general") / "card.json").read_text()) | {"working_diameter": 64, "multiple": 16}
GREY = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
EYE = Photograph(GREY, FieldOfView(np.ones((64, 64), np.bool_), (31.5, 31.5), 64.0))


@dataclass(frozen=True)
class Target:
    """One subject.

    Attributes:
        check: takes any bytes; raises whatever must not come out, or fails an assertion.
        seeds: valid files by name.
        is_text: whether the files are words and numbers, so that whole words are changed, too.
    """

    check: Callable[[bytes], None]
    seeds: Callable[[], dict[str, bytes]]
    is_text: bool = False


def check_decoding(data: bytes) -> None:
    """A photograph as promised, with a field of view in it that has a size to work at; or a PhotographError."""
    with contextlib.suppress(PhotographError):
        image = decode(data, max_pixels=MOST_PIXELS)
        assert (image.dtype, image.ndim, image.shape[2]) == (np.uint8, 3, 3)
        assert min(image.shape[:2]) >= 64
        assert image.shape[0] * image.shape[1] <= MOST_PIXELS
        fov = find_fov(image)
        assert fov.mask.shape == image.shape[:2]
        assert fov.mask.any()
        assert np.isfinite([*fov.centre, fov.diameter]).all()
        assert fov.diameter >= 1
        scale = WorkingScale.fit(fov, WORKING)
        assert max(scale.size) <= 2 * WORKING, "a network would be given far more pixels than the card says"


def check_masks(data: bytes) -> None:
    """A mask of bool, probabilities from 0 to 1, and vessels in the field of view that are not empty; or an error."""
    with contextlib.suppress(MaskError, PhotographError):
        mask = read_mask(data, max_pixels=MOST_PIXELS)
        assert (mask.dtype, mask.ndim) == (np.bool_, 2)
        assert set(np.unique(mask.view(np.uint8))) <= {0, 1}
    with contextlib.suppress(MaskError, PhotographError):
        share = read_probability(data, max_pixels=MOST_PIXELS)
        assert (share.dtype, share.ndim) == (np.float32, 2)
        assert ((share >= 0) & (share <= 1)).all()
    with contextlib.suppress(MaskError, PhotographError):
        vessels = read_vessels(data, INSIDE, max_pixels=MOST_PIXELS)
        assert vessels.any()
        assert not (vessels & ~INSIDE).any()


def check_lists(data: bytes) -> None:
    """Rows with a path and only text in their cells; or a VenuleError."""
    path = FOLDER / ("list.parquet" if data[:4] == b"PAR1" else "list.csv")
    path.write_bytes(data)
    with contextlib.suppress(VenuleError):
        for address, name, carried in read_list(str(path)):
            assert address
            assert all(isinstance(text, str) for text in (address, name, *carried, *carried.values()))
    with contextlib.suppress(VenuleError):
        for found in find_inputs([path], suffixes=(".png",), output=Output.at(FOLDER / "out")):
            assert found.path


def check_dicom(data: bytes) -> None:
    """A photograph as promised, and a scale that a retina can have; or a PhotographError."""
    from venule.photograph.dicom import facts_of, read_header, read_image

    with contextlib.suppress(PhotographError):
        image = read_image(data, max_pixels=MOST_PIXELS, name="it")
        assert (image.dtype, image.ndim, image.shape[2]) == (np.uint8, 3, 3)
        assert image.shape[0] * image.shape[1] <= MOST_PIXELS
    with contextlib.suppress(PhotographError):
        facts = facts_of(read_header(data, name="it"), name="it")
        assert facts.laterality in ("R", "L", "B", "")
        for number in (facts.micrometres_per_pixel, facts.field_degrees):
            assert number is None or 0 < number < float("inf")


def check_cards(data: bytes) -> None:
    """A card whose numbers can be worked with; or a ModelError."""
    (FOLDER / "card.json").write_bytes(data)
    with contextlib.suppress(ModelError):
        card = read_card(FOLDER)
        assert 0 < card.threshold < 1
        assert 0 < card.working_diameter < float("inf")
        assert np.isfinite(card.odds_exponent)
        assert card.multiple >= 1


def check_networks(onnx: bytes) -> None:
    """A model whose card has the right hash gives probabilities from 0 to 1; or a ModelError."""
    (FOLDER / "model.onnx").write_bytes(onnx)
    (FOLDER / "card.json").write_text(json.dumps(CARD | {"sha256": hashlib.sha256(onnx).hexdigest()}))
    from venule.segmentation import Segmenter

    with contextlib.suppress(ModelError):
        probability = Segmenter(load_model(FOLDER, threads=1)).probability(EYE)
        assert probability.shape == (64, 64)
        assert probability.min() >= 0
        assert probability.max() <= 1


def check_recipes(data: bytes) -> None:
    """A recipe and a study are read; or a RecipeError says why not."""
    from venule.study.plan import read_study, runs_of
    from venule.training.recipe import read_recipe

    path = FOLDER / "recipe.yaml"
    path.write_bytes(data)
    with contextlib.suppress(RecipeError):
        recipe = read_recipe(path)
        assert 0 < recipe.smallest_diameter <= recipe.largest_diameter if recipe.used_at else True
    with contextlib.suppress(RecipeError):
        study = read_study(path)
        if sum(len(plan.seeds) for plan in study.networks) * (study.folds or 1) < 1000:
            assert len({run.name for run in runs_of(study)}) == len(runs_of(study))


def photographs() -> dict[str, bytes]:
    """Every kind of file, and some without compression, so that what is changed are pixels."""
    sizes = ((64, 64), (64, 200), (200, 64), (100, 120))
    return seed_files() | {f"{s}.ppm": encoded(Image.fromarray(small_eye(*s)), "PPM") for s in sizes}


def masks() -> dict[str, bytes]:
    """Drawings with the values that tools save."""
    drawn = np.abs(np.subtract(*np.indices((64, 72)))) < 3
    levels = {"255": drawn * 255, "1": drawn, "3-253": drawn * 250 + 3, "inverted": ~drawn * 255, "empty": drawn * 0}
    files = {f"{name}.png": encoded(Image.fromarray(v.astype(np.uint8)), "PNG") for name, v in levels.items()}
    bits = Image.fromarray(drawn)
    files |= {"bits.png": encoded(bits, "PNG"), "bits.tif": encoded(bits, "TIFF"), "bits.gif": encoded(bits, "GIF")}
    files["lossy.jpg"] = encoded(Image.fromarray(drawn.astype(np.uint8) * 255), "JPEG")
    files["raw.pgm"] = encoded(Image.fromarray(drawn.astype(np.uint8) * 255), "PPM")
    few = ("palette.png", "see-through.png", "grey-see-through.png", "turned.png", "deep-grey.png", "one-bit.bmp")
    return files | {name: content for name, content in seed_files().items() if name in few}


def lists() -> dict[str, bytes]:
    """Lists as spreadsheets and programs write them."""
    import pandas as pd

    rows = {"path": ["a.png", "b/c.png"], "id": ["one", "two"], "eye": ["left", "right"], "um_per_pixel": [5.2, None]}
    table = pd.DataFrame(rows)
    return {
        "plain.csv": table.to_csv(index=False).encode(),
        "bom.csv": table.to_csv(index=False).encode("utf-8-sig"),
        "lines.csv": table.to_csv(index=False, lineterminator="\r\n").encode(),
        "quoted.csv": b'filename,note\n"a, b.png","two\nlines"\n"say ""x"".png",\n',
        "remote.csv": b"path\nmemory://a/b.png\nhttps://localhost:1/x.png\n/etc/passwd\n../../x.png\n",
        "twice.csv": b"path,path\na.png,b.png\n",
        "cells.csv": b"path,id\na.png,1,2,3\n\nb.png\n",
        "plain.parquet": table.to_parquet(),
    }


def dicoms() -> dict[str, bytes]:
    """Photographs as cameras send them: raw and compressed, colour and grey, 8 and 16 bits."""
    from dicom_files import as_file, encapsulated, photograph_dataset, secondary_capture, without_meta
    from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, RLELossless

    eye, grey = small_eye(), np.ascontiguousarray(small_eye()[..., 1])
    files = {
        "colour": as_file(photograph_dataset(eye)),
        "grey": as_file(photograph_dataset(grey)),
        "deep": as_file(photograph_dataset(grey.astype(np.uint16) << 4, bits=12)),
        "frames": as_file(photograph_dataset(eye, frames=2)),
        "secondary": as_file(secondary_capture(eye)),
        "bare": without_meta(photograph_dataset(grey)),
    }
    jpeg = encoded(Image.fromarray(eye), "JPEG")
    files["jpeg"] = as_file(
        encapsulated(photograph_dataset(eye), [jpeg], JPEGBaseline8Bit, PhotometricInterpretation="YBR_FULL_422")
    )
    files["jpeg2000"] = as_file(
        encapsulated(photograph_dataset(grey), [encoded(Image.fromarray(grey), "JPEG2000")], JPEG2000Lossless)
    )
    packed = photograph_dataset(grey)
    packed.compress(RLELossless)
    return files | {"rle": as_file(packed)}


def cards() -> dict[str, bytes]:
    """The shipped ones, and one with everything that a card can hold."""
    return {path.parent.name: path.read_bytes() for path in (SHIPPED / "models").glob("*/card.json")}


def networks() -> dict[str, bytes]:
    """Small networks, whole and with what is refused; they are made with the package onnx."""
    from hostile_networks import convolutions, hostile_networks, small_network

    return {"small": small_network(), "convolutions": convolutions()} | hostile_networks()


def recipes() -> dict[str, bytes]:
    """What is shipped, and what PyYAML can be asked for."""
    shipped = {path.name: path.read_bytes() for path in SHIPPED.glob("*/recipes/*.yaml")}
    return shipped | {
        "aliases": b"a: &a [1, 1]\nb: *a",
        "date": b"seed: 2001-02-30",
        "number": b"steps: !!int ''",
        "object": b"name: !!python/object/apply:os.system ['true']",
        "not-a-number": b"learning_rate: .nan",
        "merge": b"<<: {steps: 3}\nseed: 1:30:00",
        "augmentation": b"augmentation: {scale: [0.5, 2], gamma: 0.3, jpeg: 0.2}\nused_at: [480, 900]\n",
        "folds": b"name: a\ndata: {phantoms: 4}\nnetworks: [{network: unet, seeds: [0, 1]}]\nfolds: 2\n",
    }


TARGETS = {
    "decoding": Target(check_decoding, photographs),
    "masks": Target(check_masks, masks),
    "lists": Target(check_lists, lists, is_text=True),
    "dicom": Target(check_dicom, dicoms),
    "cards": Target(check_cards, cards, is_text=True),
    "recipes": Target(check_recipes, recipes, is_text=True),
    "networks": Target(check_networks, networks),
}
