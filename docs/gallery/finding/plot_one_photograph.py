"""
The vessels of one photograph
=============================

venule turns a photograph into three arrays of the same size: the probability of vessel
for each pixel, the vessels, and the field of view.
"""

import matplotlib.pyplot as plt
import numpy as np

import venule
from venule.datasets.phantoms import make_phantom

# %%
# Here, the photograph is a phantom, made from a seed. You can also pass the path of a
# file.

phantom = make_phantom(15)
found = venule.segment(phantom.image)
print(
    f"{found.vessel_share:.1%} of the field of view is vessel, by the model {found.model!r}"
)

# %%
# ``overlay`` draws the vessels in light blue, a colour that does not occur in a retina.

figure, axes = plt.subplots(1, 2, figsize=(10, 5.2), layout="constrained")
for ax, picture, title in zip(
    axes, (phantom.image, found.overlay()), ("photograph", "vessels"), strict=True
):
    ax.imshow(picture)
    ax.set_title(title)
    ax.axis("off")

# %%
# A part of it in detail. The left picture shows the probability of vessel. The others
# show the green channel, in which vessels have the highest contrast. Blue lines are the
# vessel walls that venule finds at the model's threshold. Orange lines are the true
# walls.

piece = np.s_[180:400, 330:590]
figure, axes = plt.subplots(1, 3, figsize=(10, 3.3), layout="constrained")
shown = axes[0].imshow(found.probability[piece], cmap="magma", vmin=0, vmax=1)
axes[0].set_title("probability of vessel")
figure.colorbar(shown, ax=axes[0], location="bottom", aspect=30, shrink=0.9)
for ax, vessels, colour, title in (
    (axes[1], found.vessels, "#56b4e9", f"found, threshold {found.threshold:g}"),
    (axes[2], phantom.vessels, "#e69f00", "exact"),
):
    ax.imshow(phantom.image[piece][..., 1], cmap="gray")
    ax.contour(vessels[piece], levels=[0.5], colors=colour, linewidths=1.2)
    ax.set_title(title)
for ax in axes:
    ax.axis("off")
