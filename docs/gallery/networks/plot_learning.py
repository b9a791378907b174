"""
How a network learns
====================

How quickly does a network learn to find vessels? This example trains a very small network
on 800 crops of phantoms, and tests it several times on another phantom. It shows the
principle; for real training, use ``venule train``.
"""

import matplotlib.pyplot as plt
import numpy as np
import torch

from venule import networks
from venule.datasets.phantoms import make_phantom
from venule.evaluation import Counts
from venule.photograph import Photograph
from venule.photograph.working import normalise
from venule.segmentation import predict_with
from venule.training.losses import vessel_loss

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

SEED, STEPS, SHOWN = 0, 100, (0, 20, 50, 100)
rng = np.random.default_rng(SEED)
torch.manual_seed(SEED)
torch.set_num_threads(1)  # more threads do not help here, and change the order of sums
network = networks.create("compact", widths=(8, 16, 32), fine=8)
print(f"{networks.count_parameters(network).trainable:,} parameters")

# %%
# Photographs are normalised as in ``venule.segment``: each channel has mean 0 and
# standard deviation 1 in the field of view. Crops are taken at random places, rotated and
# mirrored.

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
    """The probability of vessel according to the current network."""

    def run(x):
        with torch.no_grad():
            return torch.sigmoid(
                network.eval()(torch.from_numpy(np.ascontiguousarray(x)))
            ).numpy()

    diameter = photograph.fov.diameter  # so that nothing is resampled
    return predict_with(
        run,
        photograph,
        working_diameter=diameter,
        smallest_diameter=None,
        multiple=network.multiple,
    )


# %%
# We use the AdamW optimiser and the sum of cross entropy and Dice loss, as in venule's
# recipes.

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
# The result on a phantom that was not used for training.

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
ax.set(xlabel="step (eight crops each)", ylabel="loss", xlim=(0, STEPS), ylim=(0, None))
