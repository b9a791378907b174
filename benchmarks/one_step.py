"""One optimisation step of every network of a study, as the study would take it, at full width.

    python benchmarks/one_step.py [study] [--only NETWORK]

Before hours of a GPU are spent: each network sees one batch of phantoms in a process of its own, in the size, with the
loss, the rate and the conventions of the study, and is asked for the loss of the same batch again. Printed are the
losses, whether every parameter moved and is finite, and what the step took.
"""

import argparse
import resource
import subprocess
import sys
import time
import warnings
from pathlib import Path

import torch
from torch.utils.data import default_collate

from venule import networks
from venule.report import Table
from venule.study.plan import Run, Study, read_study, training_recipe
from venule.training.fit import VesselTraining
from venule.training.recipe import Recipe
from venule.training.samples import Crops, find_photographs, prepare

COLUMNS = ("network", "trainable", "loss before", "loss after", "parameters moved", "s a step", "peak GB")


def one_step(study: Study, name: str) -> tuple[str, ...]:
    """A row of the table."""
    plan = next(each for each in study.networks if each.network == name)
    recipe = training_recipe(Run(plan, "augmented", 0), study, photographs=study.training.batch)
    recipe = Recipe.model_validate({**recipe.model_dump(), "data": [{"phantoms": study.training.batch, "seed": 0}]})
    photographs = [prepare(drawn, recipe.working_diameter) for drawn in find_photographs(recipe, Path())]
    crops = Crops(photographs, recipe, first=0, count=recipe.batch)
    batch = default_collate([crops[k] for k in range(len(crops))])
    torch.manual_seed(recipe.seed)
    network = networks.create(recipe.network, **recipe.network_arguments)
    if recipe.conventions == "keras":
        networks.use_keras_conventions(network)
    warnings.filterwarnings("ignore", module="lightning")  # that there is no trainer to log to
    training = VesselTraining(recipe, network, photographs, ()).train()
    optimizer = training.configure_optimizers()["optimizer"]
    before = [parameter.detach().clone() for parameter in network.parameters()]
    start = time.perf_counter()
    loss = training.training_step(batch, 0)
    loss.backward()
    optimizer.step()
    seconds = time.perf_counter() - start
    with torch.no_grad():  # once more on the same batch
        again = training.training_step(batch, 0)
    pairs = list(zip(before, network.parameters(), strict=True))
    moved = sum(bool(new.isfinite().all() and (new != old).any()) for old, new in pairs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    trainable = networks.count_parameters(network).trainable
    losses = [f"{each.item():.4f}" for each in (loss, again)]
    return (name, f"{trainable:,}", *losses, f"{moved} of {len(pairs)}", f"{seconds:.1f}", f"{peak:.1f}")


def main() -> None:
    """Print the table; with `--only`, its row as words."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("study", nargs="?", default="study")
    parser.add_argument("--only")
    arguments = parser.parse_args()
    study = read_study(arguments.study)
    if arguments.only:
        print("\t".join(one_step(study, arguments.only)))
        return
    rows = []
    for plan in study.networks:
        command = [sys.executable, __file__, arguments.study, "--only", plan.network]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        failed = (plan.network, *("–" for _ in COLUMNS[2:]), (done.stderr.strip().splitlines() or ["killed"])[-1])
        rows.append(tuple(done.stdout.strip().splitlines()[-1].split("\t")) if done.returncode == 0 else failed)
        print(*rows[-1], sep="  ", file=sys.stderr, flush=True)
    training = study.training
    title = f"One step of {study.name}: batch {training.batch}, {training.crop}x{training.crop}, {training.conventions}"
    print(Table(title, COLUMNS, tuple(rows)).to_markdown())


if __name__ == "__main__":
    main()
