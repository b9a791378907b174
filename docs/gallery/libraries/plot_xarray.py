"""
A map of vessel density with xarray
===================================

Where are the vessels dense? ``to_xarray`` hands over a vessel map with its axes named, and
a density is then a mean over blocks: one line. xarray comes with the extra ``notebook``.
"""

import matplotlib.pyplot as plt
from venule.convert import to_xarray

import venule
from venule.datasets.phantoms import make_phantom

phantom = make_phantom(15)
dataset = to_xarray(venule.segment(phantom.image))
print(dataset)

# %%
# Blocks of 24 pixels, of which those count that lie in the field of view by three quarters
# at least. Of each, the share of its field of view that is vessel.

blocks = (
    dataset[["vessels", "fov"]].astype(float).coarsen(y=24, x=24, boundary="trim").mean()
)
density = 100 * (blocks.vessels / blocks.fov).where(blocks.fov >= 0.75)

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4.8), layout="constrained")
dataset.image.plot.imshow(ax=left, rgb="channel")
density.plot.imshow(
    ax=right,
    cmap="viridis",
    vmin=0,
    cbar_kwargs={"label": "area that is vessel, %", "shrink": 0.8},
)
for ax, title in ((left, "photograph"), (right, "vessel density, in blocks of 24 px")):
    ax.set(
        title=title,
        aspect="equal",
        xlim=(0, dataset.sizes["x"]),
        ylim=(dataset.sizes["y"], 0),
    )
    ax.axis("off")

# %%
# A profile from left to right, over the rows of the photograph, with the disc and the fovea
# where the phantom has them.

across = (
    100 * dataset.vessels.where(dataset.fov).mean("y").rolling(x=25, center=True).mean()
)
figure, ax = plt.subplots(figsize=(8, 3.4), layout="constrained")
across.plot(ax=ax, color="#0072b2", linewidth=2)
for name, (_, column) in (("optic disc", phantom.disc_centre), ("fovea", phantom.fovea)):
    ax.axvline(column, color="0.6", linewidth=1)
    ax.text(column + 5, 1, name, color="0.35")
ax.set(
    title="",
    xlabel="column, px",
    ylabel="area that is vessel, %",
    xlim=(0, dataset.sizes["x"]),
    ylim=(0, None),
)
ax.spines[["top", "right"]].set_visible(False)
