"""
A network learns to see vessels
===============================

How soon does a network see anything? A very small one is shown 1,200 crops of phantoms, and
asked from time to time for the vessels of a phantom that it has not seen. This is how it
goes in principle; ``venule train`` does it in earnest.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from venule import networks
from venule.datasets.phantoms import make_phantom
from venule.evaluation import Counts
from venule.photograph import Photograph
from venule.photograph.normalise import normalise
from venule.segmentation import predict_with
from venule.training.losses import vessel_loss

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

SEED, STEPS, SHOWN = 0, 150, (0, 20, 60, 150)
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)  # more gain nothing on crops so small, and add up in another order
network = networks.create("compact", widths=(8, 16, 32), fine=8)
print(f"{networks.count_parameters(network).trainable:,} parameters")

# %%
# Photographs are given as ``venule.segment`` gives them: each channel with mean 0 and
# standard deviation 1 in the field of view. Crops come from anywhere, turned and mirrored.

phantoms = [make_phantom(seed, size=480) for seed in range(201, 207)]
shown = make_phantom(15, size=480)
given = [
    np.concatenate(
        [normalise(p.image, p.fov.mask), p.vessels[None], p.fov.mask[None]]
    ).astype(np.float32)
    for p in phantoms
]


def crops(count, side=64):
    """Crops of the photographs with their drawings: photograph, vessels, field of view."""
    cut = []
    for _ in range(count):
        whole = given[rng.integers(len(given))]
        top, left = (rng.integers(0, size - side) for size in whole.shape[1:])
        turned = np.rot90(
            whole[:, top : top + side, left : left + side], rng.integers(4), axes=(1, 2)
        )
        cut.append(turned[..., :: rng.choice([-1, 1])])
    batch = torch.from_numpy(np.stack(cut))
    return batch[:, :3], batch[:, 3:4], batch[:, 4:]


def look(photograph: Photograph):
    """The probability of vessel, as the network sees it now."""

    def run(x):
        with torch.no_grad():
            return torch.sigmoid(
                network.eval()(torch.from_numpy(np.ascontiguousarray(x)))
            ).numpy()

    diameter = photograph.fov.diameter  # its own: nothing is resampled
    return predict_with(
        run,
        photograph,
        working_diameter=diameter,
        smallest_diameter=None,
        multiple=network.multiple,
    )


# %%
# Adam, and the sum of cross entropy and Dice loss, as in venule's own recipes.

optimiser = torch.optim.AdamW(network.parameters(), lr=0.03)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 0.03, total_steps=STEPS)
losses, seen = [], {0: look(shown.photograph)}
for step in range(1, STEPS + 1):
    photographs, vessels, fov = crops(8)
    loss = vessel_loss(
        network.train()(photographs), vessels, fov, cross_entropy=1.0, dice=1.0
    )
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    schedule.step()
    losses.append(loss.item())
    if step in SHOWN:
        seen[step] = look(shown.photograph)

# %%
# The probability that it gives to a phantom that it was never shown.

figure = plt.figure(figsize=(10, 6), layout="constrained")
upper, lower = figure.subfigures(2, 1, height_ratios=(1, 1))
for ax, (step, probability) in zip(upper.subplots(1, 4), seen.items(), strict=True):
    dice = Counts.of(probability >= 0.5, shown.vessels, shown.fov.mask).dice
    ax.imshow(probability, cmap="magma", vmin=0, vmax=1)
    ax.set_title(f"step {step}: Dice {dice:.2f}")
    ax.axis("off")
ax = lower.subplots()
ax.plot(np.arange(1, STEPS + 1), losses, color="0.7", linewidth=1)
smooth = np.convolve(np.pad(losses, 7, "edge"), np.ones(15) / 15, "valid")
ax.plot(np.arange(1, STEPS + 1), smooth, color="#0072b2", linewidth=2)
ax.set(xlabel="step, of eight crops each", ylabel="loss", xlim=(0, STEPS), ylim=(0, None))
