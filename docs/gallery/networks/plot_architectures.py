"""
The networks, by size and by work
=================================

What does a network cost? Parameters are the numbers that it has learnt, and its size on
disk; multiply-adds are the work that one photograph takes.
"""

import matplotlib.pyplot as plt
import torch

from venule import networks

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

# %%
# A network is built by its name; its arguments make it wider, or deeper. It takes
# photographs whose sides are multiples of ``multiple`` and gives the logit of vessel for
# every pixel.

torch.manual_seed(0)
small = networks.create("unet", widths=(16, 32, 64))
logits = small(torch.zeros(1, 3, 64, 96))
print(f"(1, 3, 64, 96) -> {tuple(logits.shape)}")
print(f"three levels: {networks.count_parameters(small).trainable:,} parameters")
print(f"as published: {networks.parameters_of('unet').trainable:,} parameters")

# %%
# Where they are: of the U-Net, by its levels. Nearly all parameters lie at the bottom,
# where the picture is small.

with torch.device("meta"):  # shapes alone: nothing is computed, and no memory taken
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
# All networks of venule. What is in orange is its own, the one that its models are made of.

costs = {}  # networks of the same cost share a point
for name in networks.NETWORKS:
    cost = networks.parameters_of(name).trainable, networks.multiply_adds(name, 512)
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
    print(f"{what}: {most[0]} has {ratio:.0f} times those of {least[0]}")

# sphinx_gallery_thumbnail_number = 2
