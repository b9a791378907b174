"""The whole way in one go, on phantoms: photographs, vessels, scores, pictures."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from venule.batch import BatchResult
from venule.datasets import open_dataset
from venule.datasets.phantoms import write_phantoms
from venule.errors import OutputError
from venule.photograph.arrays import ImageArray
from venule.report import contact_sheet
from venule.workflows import SegmentPhotograph, segment_files
from venule.workflows.evaluate import evaluate_dataset
from venule.workflows.score_files import write_evaluation


@dataclass(frozen=True, eq=False)
class Demo:
    """The results of a demonstration, and their folders.

    Attributes:
        photographs: folder of the phantoms and their drawings.
        vessels: folder of what was segmented.
        scores: folder of scores and maps of agreement.
        sheet: one picture of all.
        result: of the segmentation.
        dice: mean over the phantoms, inside the field of view.
    """

    photographs: Path
    vessels: Path
    scores: Path
    sheet: Path
    result: BatchResult
    dice: float


def make_demo(output: Path, *, count: int = 3, seed: int = 1, model: str = "general") -> Demo:
    """Make phantoms, segment them, score the vessels against the exact drawings, and lay all out on one sheet.

    Args:
        output: a new or empty folder.
        count: of phantoms.
        seed: of the first.
        model: that segments.

    Raises:
        OutputError: the folder holds something already.
    """
    if output.exists() and (not output.is_dir() or any(output.iterdir())):
        raise OutputError(f"{output} is not empty: name a new folder for the demonstration with -o")
    photographs, vessels, scores = output / "phantoms", output / "vessels", output / "scores"
    write_phantoms(photographs, count=count, seed=seed)
    work = SegmentPhotograph(model, overlay=True)
    result = segment_files([str(photographs / "images")], vessels, work=work)
    dataset = open_dataset(photographs)
    evaluation = evaluate_dataset(dataset, split="all", model=model, output=scores)
    write_evaluation(evaluation, scores)
    pictures = []
    for record in dataset.records:
        found = {
            "photograph": record.photograph,
            "vessels found": vessels / f"{record.name}_vessels.png",
            "overlay": vessels / f"{record.name}_overlay.png",
            "agreement": scores / "agreement" / f"{record.name}.png",
        }
        pictures += [(f"{record.name}: {title}", _read(path)) for title, path in found.items()]
    sheet = output / "contact_sheet.png"
    Image.fromarray(contact_sheet(pictures, 4)).save(sheet)
    dice = np.mean([row.scores.fov.values["dice"] for row in evaluation.rows])
    return Demo(photographs, vessels, scores, sheet, result, float(dice))


def _read(path: Path) -> ImageArray:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
