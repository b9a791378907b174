"""At which probability do the walls of found vessels lie? Calibres and areas found over drawn, at several levels.

    python -m benchmarks.walls DATA [--model general] [--jobs 2]

On photographs to learn from, never on test splits, and on phantoms: calibres where both maps have a vessel, areas of
the whole field of view. `venule.measurement.plane.WALL` is chosen from this table.
"""

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from benchmarks.validation.truth import drawn_map
from scipy.spatial import cKDTree

import venule
from venule.datasets import open_dataset, read_record
from venule.datasets.phantoms import make_phantom
from venule.measurement.make_graph import make_graph, within_walls
from venule.measurement.plane import Plane

LEVELS = (0.45, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8)
SETS = ("CHASE_DB1", "HRF", "DRIVE")
EVERY = 4  # of the photographs
FIRST_SEED, PHANTOMS = 480_000, 8


def ratios(name: str, key: int, *, data: Path, model: str) -> list[tuple[float, float]]:
    """Calibre and area, found over drawn, at each level, of one photograph or phantom."""
    if name == "phantoms":
        phantom = make_phantom(key, size=(600, 900, 1300)[key % 3])
        drawn, photograph = drawn_map(phantom), phantom.image
        found = venule.segment(photograph, model=model, threads=1)
    else:
        example = read_record(open_dataset(data / name).split("train")[key])
        found = venule.segment(example.photograph, model=model, threads=1)
        reference = example.reference & found.fov
        drawn = replace(found, probability=reference.astype(np.float32), vessels=reference, threshold=0.5, model="")
    exact = Plane.of(drawn)
    graph = make_graph(exact)
    return [_at(level, Plane.of(found), exact, graph.points, graph.calibres) for level in LEVELS]


def _at(level: float, plane: Plane, drawn: Plane, points: np.ndarray, calibres: np.ndarray) -> tuple[float, float]:
    plane = replace(plane, wall=max(level, plane.threshold))
    graph = make_graph(plane)
    away, nearest = cKDTree(graph.points).query(points)
    same = away <= np.maximum(1.5, calibres / 4)
    area = np.count_nonzero(within_walls(plane, graph)) / np.count_nonzero(drawn.vessels)
    return float(graph.calibres[nearest[same]].mean() / calibres[same].mean()), area


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="general")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    print("| set | photographs |", " | ".join(f"{level:.2f}" for level in LEVELS), "|\n|" + "---|" * (2 + len(LEVELS)))
    with ProcessPoolExecutor(arguments.jobs, get_context("spawn")) as pool:
        for name in (*SETS, "phantoms"):
            one: Callable[[int], list[tuple[float, float]]] = partial(
                ratios, name, data=arguments.data, model=arguments.model
            )
            if name == "phantoms":
                keys = range(FIRST_SEED, FIRST_SEED + PHANTOMS)
            else:
                keys = range(0, len(open_dataset(arguments.data / name).split("train")), EVERY)
            means = np.mean(list(pool.map(one, keys)), axis=0)
            print(f"| {name} | {len(keys)} |", " | ".join(f"{c:.2f} ({a:.2f})" for c, a in means), "|", flush=True)
    print("\nCalibre found over drawn, and area in brackets.")


if __name__ == "__main__":
    main()
