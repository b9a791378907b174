"""
The effect of resolution
========================

Which vessels are lost in small photographs? Phantoms with the same seed have the same
anatomy at every size, so we can photograph the same eye with more and with fewer pixels.
"""

import matplotlib.pyplot as plt
import numpy as np

import venule
from venule.datasets.phantoms import make_phantom
from venule.evaluation import agreement_colours

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

SEED = 8
sizes = (300, 450, 650, 900)
phantoms = [make_phantom(SEED, size=size) for size in sizes]
maps = [venule.segment(phantom.image) for phantom in phantoms]
for phantom, found in zip(phantoms, maps, strict=True):
    scores = venule.evaluate(found, phantom.vessels).fov.values
    dice, cl_dice = scores["dice"], scores["cl_dice"]
    print(f"{phantom.fov.diameter:5.0f} px across: Dice {dice:.3f}, clDice {cl_dice:.3f}")

# %%
# A phantom knows the centreline of every vessel and its calibre at each point. This shows
# which percentage of the centrelines was found for each calibre. The calibre is given in
# thousandths of the field of view, so that it is the same at every size.


def share_found(phantom, found, edges):
    """The percentage of the centrelines that was found, for each range of calibres."""
    points = np.concatenate([segment.centreline for segment in phantom.segments])
    calibres = (
        np.concatenate([segment.calibre for segment in phantom.segments])
        / phantom.fov.diameter
        * 1000
    )
    rows, columns = np.clip(np.rint(points).astype(int), 0, np.array(found.fov.shape) - 1).T
    seen = found.fov[rows, columns]
    hit, bins = found.vessels[rows, columns], np.digitize(calibres, edges)
    return [100 * hit[seen & (bins == b)].mean() for b in range(1, len(edges))]


edges = np.array([2.2, 2.5, 2.8, 3.2, 3.7, 4.4, 5.3, 6.6, 8.3])
middles = np.sqrt(edges[:-1] * edges[1:])
figure, ax = plt.subplots(figsize=(7, 4.2), layout="constrained")
for phantom, found, colour in zip(
    phantoms, maps, plt.cm.viridis([0.88, 0.6, 0.35, 0.05]), strict=True
):
    label = f"{phantom.fov.diameter:.0f} px across"
    ax.plot(
        middles,
        share_found(phantom, found, edges),
        "o-",
        color=colour,
        linewidth=2,
        label=label,
    )
ax.set(
    xlabel="calibre, thousandths of the field of view",
    ylabel="centreline found, %",
    ylim=(0, 102),
)
ax.legend(frameon=False, loc="lower right")

# %%
# The same part of the same eye. White: found correctly. Orange: found, but not a vessel.
# Blue: missed.

figure, axes = plt.subplots(2, 4, figsize=(10, 5), layout="constrained")
for column, (size, phantom, found) in enumerate(zip(sizes, phantoms, maps, strict=True)):
    piece = np.s_[int(0.12 * size) : int(0.42 * size), int(0.42 * size) : int(0.72 * size)]
    axes[0, column].imshow(phantom.image[piece])
    axes[0, column].set_title(f"{phantom.fov.diameter:.0f} px across")
    axes[1, column].imshow(
        agreement_colours(found.vessels, phantom.vessels, fov=found.fov)[piece]
    )
for ax in axes.flat:
    ax.axis("off")

# sphinx_gallery_thumbnail_number = 2
