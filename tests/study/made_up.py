"""Results of runs that never were, with a truth that is known."""

import numpy as np

from venule.evaluation import Counts
from venule.study.runs import RunResult, ScoredPhotograph

VESSEL, REST = 12_000, 88_000  # pixels drawn, and not


def make_results(truth, *, seeds=3, photographs=4, seed_noise=0.001, photograph_noise=0.01, balance=1.0):
    """Runs whose Dice is that of `truth` {(network, variant): Dice}, moved by the seed and by the photograph."""
    rng = np.random.default_rng(5)
    by_photograph = rng.normal(0, photograph_noise, photographs)
    by_photograph -= by_photograph.mean()
    results = []
    for (network, variant), dice in truth.items():
        for seed in range(seeds):
            shift = rng.normal(0, seed_noise)
            scored = [
                _scored(f"photograph {place}", dice + shift + each, balance) for place, each in enumerate(by_photograph)
            ]
            results.append(_result(network, variant, seed, scored))
    return results


def _scored(name, dice, balance):
    found = balance * VESSEL
    tp = round(dice * (found + VESSEL) / 2)
    counts = Counts(tp=tp, fp=round(found) - tp, fn=VESSEL - tp, tn=REST - round(found) + tp)
    return ScoredPhotograph(name=name, subject=name, **vars(counts), dice=counts.dice)


def _result(network, variant, seed, scored):
    return RunResult(
        name=f"{network}-{variant}-seed{seed}",
        network=network,
        arguments={},
        variant=variant,
        seed=seed,
        fold=None,
        study="0" * 64,
        trained_on=("another",),
        photographs=tuple(scored),
        epochs=(),
        device="none",
        venule="0",
    )
