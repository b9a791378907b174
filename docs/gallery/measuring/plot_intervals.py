"""
How accurate are measurements and their intervals?
==================================================

The true measurements of a phantom are known from its exact centrelines and calibres. This
example compares them with two measurements: one on the exact drawing, which shows only
the error of measuring, and one on the vessels that venule finds.
"""

import matplotlib.pyplot as plt
import numpy as np
from benchmarks.validation.phantoms import by_measurement, compare_phantom

from venule.measurement import BY_NAME

plt.rcParams.update(
    {"axes.spines.top": False, "axes.spines.right": False, "axes.spines.left": False}
)

compared = compare_phantom(15)

# %%
# Each value has a 95 % interval. A map from a model is measured again at half and at
# twice the odds of the threshold. The spread of the results is scaled so that the
# intervals of phantoms contain the true values.

NAMES = (
    "vessel_density",
    "vessel_length",
    "calibre_mean",
    "calibre_p90",
    "branching_angle",
    "junction_exponent",
    "tortuosity_distance",
    "box_dimension",
    "sparsity_mean",
    "disc_diameter",
    "crae",
    "crve",
)

figure, ax = plt.subplots(figsize=(9, 5.6), layout="constrained")
ax.axvline(0, color="0.6", linewidth=1)
for kind, colour, shift in (("drawn", "#0072b2", -0.16), ("found", "#d55e00", 0.16)):
    values = by_measurement(compared, kind)
    held = 0
    for place, name in enumerate(NAMES):
        (one,) = values[name, ""]
        off, low, high = (
            100 * (v / one.truth - 1)
            for v in (one.value.value, one.value.lower, one.value.upper)
        )
        ax.plot(
            [low, high],
            [place + shift] * 2,
            color=colour,
            linewidth=2,
            alpha=0.5,
            solid_capstyle="butt",
        )
        ax.plot(off, place + shift, "o", color=colour, label=kind if place == 0 else None)
        held += one.covered
    print(f"{kind}: {held} of {len(NAMES)} intervals contain the true value")
ax.set_yticks(
    np.arange(len(NAMES)), [BY_NAME[name].name.replace("_", " ") for name in NAMES]
)
ax.tick_params(axis="y", length=0)
ax.invert_yaxis()
ax.set_xlabel("error, %")
ax.legend(frameon=False, loc="lower left")

# %%
# The mean calibre in each region around the disc and the fovea, in pixels. Black bars are
# the true values.

regions = [
    region
    for name, region in values
    if name == "calibre_mean" and region and values[name, region][0].truth
]
regions = [
    region
    for region in regions
    if values["calibre_mean", region][0].value.value is not None
]
figure, ax = plt.subplots(figsize=(9, 4.6), layout="constrained")
for place, region in enumerate(regions):
    (one,) = values["calibre_mean", region]
    ax.plot(
        [one.value.lower, one.value.upper],
        [place, place],
        color="#d55e00",
        linewidth=2,
        alpha=0.5,
    )
    ax.plot(
        one.value.value, place, "o", color="#d55e00", label="found" if place == 0 else None
    )
    ax.plot(
        one.truth,
        place,
        "|",
        color="black",
        markersize=16,
        markeredgewidth=2,
        label=None if place else "exact",
    )
ax.set_yticks(np.arange(len(regions)), [region.replace("_", " ") for region in regions])
ax.tick_params(axis="y", length=0)
ax.invert_yaxis()
ax.set(xlabel="mean calibre, pixels of the photograph", xlim=(0, None))
ax.legend(frameon=False, loc="upper right")
