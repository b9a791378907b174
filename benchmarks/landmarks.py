"""How near the optic disc and the fovea that are found lie to where a person marked them.

    python -m benchmarks.landmarks IDRiD [--split all] [--model RUN/model] [--every 1]

Distances are in disc diameters. A disc is taken to be 6 degrees wide, and the field of view `--field` degrees, 50 in
IDRiD. `disc` is the share of the photographs in which the disc's centre lies within half a radius of the marked one,
`fovea` the share in which the fovea lies within half a disc diameter.
"""

import argparse
from pathlib import Path

import numpy as np

from venule.datasets import Record, open_dataset
from venule.models import load_model
from venule.photograph import read_photograph
from venule.report import Table
from venule.segmentation import Segmenter
from venule.segmentation.landmarks import Place, find_landmarks

DISC = 6.0  # degrees


def distances(record: Record, segmenter: Segmenter, *, field: float) -> tuple[float, float, float, float]:
    """Of the disc and of the fovea from where they were marked, in disc diameters, and their confidences."""
    photograph = read_photograph(record.photograph)
    disc, fovea = find_landmarks(photograph, segmenter)
    diameter = photograph.fov.diameter * DISC / field

    def away(place: Place, marked: tuple[float, float] | None) -> float:
        return np.nan if marked is None else float(np.hypot(*np.subtract(place.centre, marked))) / diameter

    return away(disc, record.disc), away(fovea, record.fovea), disc.confidence, fovea.confidence


def main() -> None:
    """Print the table, and the photographs in which a landmark is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--split", default="all")
    parser.add_argument("--model", default="landmarks")
    parser.add_argument("--field", type=float, default=50.0)
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    segmenter = Segmenter(load_model(arguments.model))
    records = [one for one in open_dataset(arguments.data).split(arguments.split) if one.disc or one.fovea]
    records = records[:: arguments.every]
    found = np.array([distances(record, segmenter, field=arguments.field) for record in records])
    rows = []
    for place, (name, limit) in enumerate((("disc", 0.25), ("fovea", 0.5))):
        away = found[:, place][~np.isnan(found[:, place])]
        near, middle, high = np.mean(away <= limit), np.median(away), np.percentile(away, 95)
        rows.append((name, str(len(away)), f"{100 * near:.1f} %", f"{middle:.3f}", f"{high:.3f}"))
    title = f"Landmarks: {arguments.data.name}, {arguments.split}"
    columns = ("landmark", "photographs", "near enough", "median distance", "95th percentile")
    print(Table(title, columns, tuple(rows)).to_markdown())
    for record, (disc, fovea, *confidences) in zip(records, found, strict=True):
        if disc > 0.25 or fovea > 0.5:
            print(f"{record.name}: disc {disc:.2f}, fovea {fovea:.2f}, confidences {confidences}")


if __name__ == "__main__":
    main()
