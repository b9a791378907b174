"""
The vessels of one photograph
=============================

What comes out when a photograph goes in? Three arrays of its own size: how likely each
pixel is to be vessel, which pixels are, and where the retina is at all.
"""

import matplotlib.pyplot as plt
import numpy as np

import venule
from venule.datasets.phantoms import make_phantom

# %%
# The photograph is a phantom here, made from a seed. The path of a file does as well.

phantom = make_phantom(15)
found = venule.segment(phantom.image)
print(
    f"{found.vessel_share:.1%} of the field of view is vessel, by the model {found.model!r}"
)

# %%
# ``overlay`` lays the vessels over the photograph in light blue, a colour that no retina
# has.

figure, axes = plt.subplots(1, 2, figsize=(10, 5.2), layout="constrained")
for ax, picture, title in zip(
    axes, (phantom.image, found.overlay()), ("photograph", "vessels"), strict=True
):
    ax.imshow(picture)
    ax.set_title(title)
    ax.axis("off")

# %%
# Close by: how likely each pixel is to be vessel, and what comes of it from the model's own
# threshold on, on the green channel, where vessels stand out most. Blue: the walls that
# venule finds. Orange: those that the phantom has.

piece = np.s_[180:400, 330:590]
figure, axes = plt.subplots(1, 3, figsize=(10, 3.3), layout="constrained")
shown = axes[0].imshow(found.probability[piece], cmap="magma", vmin=0, vmax=1)
axes[0].set_title("probability of vessel")
figure.colorbar(shown, ax=axes[0], location="bottom", aspect=30, shrink=0.9)
for ax, vessels, colour, title in (
    (axes[1], found.vessels, "#56b4e9", f"found, from {found.threshold:g} on"),
    (axes[2], phantom.vessels, "#e69f00", "exact"),
):
    ax.imshow(phantom.image[piece][..., 1], cmap="gray")
    ax.contour(vessels[piece], levels=[0.5], colors=colour, linewidths=1.2)
    ax.set_title(title)
for ax in axes:
    ax.axis("off")
