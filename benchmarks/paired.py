"""Two recipes on the same photographs: the difference of their cross-validated Dice, with its interval.

    python benchmarks/paired.py ONE/cross_validation.json OTHER/cross_validation.json

Both files come from `venule train RECIPE --data DATA --folds N`, with the same data, folds and seed.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from venule.evaluation import paired_difference
from venule.report import Table


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs=2, type=Path)
    one, other = (json.loads(path.read_text())["dice"] for path in parser.parse_args().files)
    if one.keys() != other.keys():
        raise SystemExit(f"not the same photographs: {', '.join(sorted(one.keys() ^ other.keys()))}")
    names = sorted(one)
    difference = paired_difference([one[name] for name in names], [other[name] for name in names])
    rows = [(name, f"{one[name]:.3f}", f"{other[name]:.3f}", f"{one[name] - other[name]:+.3f}") for name in names]
    means = [float(np.mean([dice[name] for name in names])) for dice in (one, other)]
    paired = difference.interval
    interval = f"{paired.mean:+.4f} [{paired.lower:+.4f}, {paired.upper:+.4f}], p = {difference.p_value:.4f}"
    rows.append(("mean, 95 % interval", f"{means[0]:.4f}", f"{means[1]:.4f}", interval))
    print(Table("Cross-validated Dice", ("photograph", "one", "other", "difference"), tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
