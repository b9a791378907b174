"""Label photographs without drawings with what slow models find: the targets of a distillation.

    python -m benchmarks.label PHOTOGRAPHS -o MAPS --models teacher/model [general-wide/model ...] [--flips]

The log-odds are averaged over the models, each at 540, 760 and 1,080 pixels across the field of view, and with --flips
over the mirror images, too. MAPS gets NAME_probability.png of each photograph, 8 bits, as a recipe's `probabilities`.
"""

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from venule.datasets.folder import images_in, stem_of
from venule.models import load_model
from venule.photograph import read_photograph
from venule.segmentation import Segmenter
from venule.workflows.segment import encode_probability

SCALES = (540, 760, 1080)
LEAST = 1e-4


def main() -> None:
    """Write a map for each photograph that has none."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("photographs", type=Path)
    parser.add_argument("-o", "--output", type=Path, required=True)
    parser.add_argument("--models", nargs="+", required=True)
    parser.add_argument("--flips", action="store_true")
    arguments = parser.parse_args()
    models = [load_model(name) for name in arguments.models]
    # The odds of the networks themselves, not raised for small photographs as a card's exponent says.
    segmenters = [Segmenter(replace(one, card=one.card.model_copy(update={"odds_exponent": 0.0}))) for one in models]
    arguments.output.mkdir(parents=True, exist_ok=True)
    for path in images_in(arguments.photographs):
        target = arguments.output / f"{stem_of(path.name)}_probability.png"
        if target.exists():
            continue
        photograph = read_photograph(path)
        total = np.zeros(photograph.fov.mask.shape, np.float32)
        for segmenter in segmenters:
            found = segmenter.probability(photograph, flips=arguments.flips, scales=SCALES)
            total += np.log(np.clip(found, LEAST, 1 - LEAST)) - np.log(np.clip(1 - found, LEAST, 1 - LEAST))
        probability = 1 / (1 + np.exp(-total / len(segmenters)))
        target.write_bytes(encode_probability(np.where(photograph.fov.mask, probability, 0)))
        print(target, flush=True)


if __name__ == "__main__":
    main()
