"""
Measurements and their intervals, against the truth
===================================================

How far off is a measurement? A phantom's measurements are known exactly, from its own
centrelines and calibres. They stand beside what is measured on its exact drawing, where
only measuring can err, and on the vessels that venule finds.
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
# Each value comes with a 95 % interval: of a vessel map that a model found, the map is
# measured again at half and twice the odds of its threshold, and the spread is scaled so
# that the truth of phantoms lies within.

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
        ax.plot(
            off,
            place + shift,
            "o",
            color=colour,
            label=f"as {kind}" if place == 0 else None,
        )
        held += one.covered
    print(f"as {kind}: {held} of {len(NAMES)} intervals hold the truth")
ax.set_yticks(
    np.arange(len(NAMES)), [BY_NAME[name].name.replace("_", " ") for name in NAMES]
)
ax.tick_params(axis="y", length=0)
ax.invert_yaxis()
ax.set_xlabel("off the truth, %")
ax.legend(frameon=False, loc="lower left")

# %%
# Of the regions, too: the mean calibre about the disc and about the fovea, in pixels, with
# the truth as a bar.

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
