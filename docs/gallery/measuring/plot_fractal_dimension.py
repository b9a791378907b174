"""
Fractal dimension of known sets
===============================

The fractal dimension describes how densely vessels fill the plane. A line has dimension
1, the whole plane has dimension 2, and the vessels of a retina lie between. Sets with a
known dimension show how accurate the measurement is.
"""

import matplotlib.pyplot as plt
import numpy as np
from benchmarks.validation.shapes import FRACTALS
from skimage.measure import block_reduce

import venule
from venule.datasets.phantoms import make_phantom
from venule.measurement.fractal import fractal_dimensions

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

sets = {name: (make(), dimension) for name, (make, dimension) in FRACTALS.items()}
figure, axes = plt.subplots(1, 5, figsize=(10, 2.5), layout="constrained")
for ax, (name, (points, dimension)) in zip(axes, sets.items(), strict=False):
    height, width = points.shape
    grain = 4 if points.mean() > 0.02 else 10  # so that thin lines are visible at this size
    thick = block_reduce(points, (grain, grain), np.max)
    ax.imshow(thick, cmap="gray_r", extent=(0, width, height, 0), interpolation="nearest")
    rows, columns = np.nonzero(points)
    half = 0.52 * max(np.ptp(rows), np.ptp(columns))
    row, column = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    ax.set(
        xlim=(column - half, column + half),
        ylim=(row + half, row - half),
        title=f"{name}, {dimension:.3f}",
    )
    ax.axis("off")

# %%
# venule counts boxes of 1/128 to 1/16 of the field of view. The box-counting, the
# information and the correlation dimension are computed from the same counts. For these
# sets, all three should be equal.

KINDS = {"box": "#0072b2", "information": "#e69f00", "correlation": "#cc79a7"}
figure, ax = plt.subplots(figsize=(6.6, 5), layout="constrained")
ax.plot([0.95, 2.05], [0.95, 2.05], color="0.7", linewidth=1)
for name, (points, dimension) in sets.items():
    measured = fractal_dimensions(points, diameter=max(points.shape))
    for kind, colour, marker in (
        ("box", "#0072b2", "o"),
        ("information", "#e69f00", "s"),
        ("correlation", "#cc79a7", "D"),
    ):
        label = kind if name == "line" else None
        ax.plot(
            dimension,
            getattr(measured, kind),
            marker,
            color=colour,
            label=label,
            alpha=0.8,
            markeredgewidth=0,
        )
    ax.annotate(
        name,
        (dimension, measured.box),
        (0, 10),
        textcoords="offset points",
        ha="center",
        color="0.3",
    )
    print(f"{name:7} true dimension {dimension:.3f}, by boxes {measured.box:.3f}")
ax.set(xlabel="true dimension", ylabel="measured dimension", aspect="equal")
ax.legend(frameon=False, loc="upper left")

# %%
# The box-counting dimension of three phantoms, measured on the exact drawing and on the
# vessels that venule finds.

phantoms = [make_phantom(seed, size=480) for seed in (3, 8, 15)]
figure, axes = plt.subplots(1, 3, figsize=(10, 3.7), layout="constrained")
for ax, phantom in zip(axes, phantoms, strict=True):
    drawing = venule.VesselMap.from_mask(phantom.vessels, phantom.photograph)
    drawn, found = (
        venule.measure(one)["box_dimension"]
        for one in (drawing, venule.segment(phantom.image))
    )
    ax.imshow(phantom.vessels, cmap="gray_r")
    ax.contour(phantom.fov.mask, levels=[0.5], colors="0.8", linewidths=1)
    ax.set_title(f"drawn {drawn:.3f}, found {found:.3f}")
    ax.axis("off")

# sphinx_gallery_thumbnail_number = 2
