"""
The vessels of one photograph
=============================

What comes out when a photograph goes in? Three arrays of its own size: how likely each pixel is to be vessel, which
pixels are, and where the retina is at all.
"""

import matplotlib.pyplot as plt
import numpy as np

import venule
from venule.datasets.phantoms import make_phantom

# %%
# The photograph is a phantom here, made from a seed. The path of a file does as well.

phantom = make_phantom(15)
found = venule.segment(phantom.image)
print(f"{found.vessel_share:.1%} of the field of view is vessel, by the model {found.model!r}")

# %%
# ``overlay`` lays the vessels over the photograph in light blue, a colour that no retina has.

figure, axes = plt.subplots(1, 3, figsize=(10, 3.7), layout="constrained")
axes[0].imshow(phantom.image)
axes[0].set_title("photograph")
shown = axes[1].imshow(found.probability, cmap="magma", vmin=0, vmax=1)
axes[1].set_title("probability of vessel")
axes[2].imshow(found.overlay())
axes[2].set_title(f"vessels, from {found.threshold:g} on")
figure.colorbar(shown, ax=axes[1], location="bottom", shrink=0.8, aspect=30)
for ax in axes:
    ax.axis("off")

# %%
# Close by, on the green channel, where vessels stand out most. Blue: the walls that venule finds. Orange: those that
# the phantom has.

piece = np.s_[180:400, 330:660]
figure, axes = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
for ax, vessels, colour, title in (
    (axes[0], found.vessels, "#56b4e9", "found"),
    (axes[1], phantom.vessels, "#e69f00", "exact"),
):
    ax.imshow(phantom.image[piece][..., 1], cmap="gray")
    ax.contour(vessels[piece], levels=[0.5], colors=colour, linewidths=1.2)
    ax.set_title(title)
    ax.axis("off")
