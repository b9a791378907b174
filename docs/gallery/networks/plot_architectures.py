"""
Size and cost of the networks
=============================

The number of parameters determines the size of a network on disk. The number of
multiply-adds determines the time for one photograph.
"""

import matplotlib.pyplot as plt
import torch

from venule import networks

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
# ``create`` builds a network by its name. Its arguments can make it wider or deeper. The
# sides of its input must be multiples of ``multiple``. Its output is the logit of vessel
# for every pixel.

torch.manual_seed(0)
small = networks.create("unet", widths=(16, 32, 64))
logits = small(torch.zeros(1, 3, 64, 96))
print(f"(1, 3, 64, 96) -> {tuple(logits.shape)}")
print(f"three levels: {networks.count_parameters(small).trainable:,} parameters")
print(f"as published: {networks.NETWORKS['unet'].trainable:,} parameters")

# %%
# The parameters of each level of the U-Net. Nearly all of them are in the lowest levels,
# where the resolution is low.

with torch.device("meta"):  # only shapes: nothing is computed
    unet = networks.create("unet")
sizes = {}
for level, width in enumerate((64, 128, 256, 512)):
    parts = (unet.encoder[level], unet.up[-1 - level], unet.decoder[-1 - level])
    sizes[f"1/{2**level}\n{width} channels"] = sum(
        networks.count_parameters(part).trainable for part in parts
    )
sizes["1/16\n1024 channels"] = networks.count_parameters(unet.bridge).trainable

figure, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
bars = ax.bar(
    list(sizes), [size / 1e6 for size in sizes.values()], color="#0072b2", width=0.7
)
ax.bar_label(bars, fmt="%.2f", padding=2)
ax.tick_params(axis="x", length=0)
ax.set(xlabel="level, by its resolution", ylabel="parameters, millions")

# %%
# All networks of venule. The orange one is used for venule's own models.

costs = {}  # networks of equal cost share a point
for name, network in networks.NETWORKS.items():
    cost = network.trainable, network.multiply_adds
    costs.setdefault((round(cost[0], -4), round(cost[1], -9)), []).append((name, *cost))

figure, ax = plt.subplots(figsize=(8, 5), layout="constrained")
for alike in costs.values():
    names, (size, *_), (work, *_) = zip(*alike, strict=True)
    own = "compact" in names
    ax.plot(
        size,
        work / 1e9,
        "o",
        color="#d55e00" if own else "#0072b2",
        markersize=9,
        markeredgewidth=0,
    )
    left = size > 2e7
    ax.annotate(
        ", ".join(names), (size, work / 1e9), (-8 if left else 8, 0),
        textcoords="offset points",
        ha="right" if left else "left", va="center", color="#b04a00" if own else "0.2",
    )  # fmt: skip
ax.set(
    xscale="log",
    yscale="log",
    xlabel="parameters",
    ylabel="multiply-adds of 512 x 512 pixels, billions",
)
ax.margins(0.1)

every = [network for alike in costs.values() for network in alike]
for what, column in (("parameters", 1), ("multiply-adds", 2)):
    most, least = (pick(every, key=lambda network: network[column]) for pick in (max, min))
    ratio = most[column] / least[column]
    print(f"{what}: {most[0]} has {ratio:.0f} times as many as {least[0]}")

# sphinx_gallery_thumbnail_number = 2
