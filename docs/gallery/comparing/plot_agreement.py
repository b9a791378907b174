"""
Comparing a vessel map with a drawing
=====================================

How good is a vessel map, and where are its errors? All scores are computed from four
counts of pixels: vessel in both (TP), only found (FP), only drawn (FN), and in neither
(TN). A map of these four shows more than any score.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import binary_dilation, binary_erosion

import venule
from venule.datasets.phantoms import make_phantom
from venule.evaluation import agreement_map

phantom = make_phantom(2)
found = venule.segment(phantom.image)
scores = venule.evaluate(found, phantom.vessels)

# %%
# Scores inside the field of view and for the full frame. The full frame contains
# thousands of black pixels that are trivially correct. Papers use either one, so compare
# accuracy and specificity only within one column.

print("                    field of view   full frame")
for name, inside in scores.fov.values.items():
    print(f"{name:18}  {inside:13.3f}   {scores.frame.values[name]:10.3f}")

# %%
# The map of agreement. Its colours can be distinguished by colour-blind readers.

figure, ax = plt.subplots(figsize=(7.5, 7.9), layout="constrained")
ax.imshow(agreement_map(found.vessels, phantom.vessels, fov=found.fov))
ax.axis("off")

# %%
# How good is a Dice of 0.9? The exact drawing has a lower Dice if it is one pixel wider
# or narrower, or shifted by a pixel, as another person might draw it. clDice checks
# whether the centreline of each map lies within the vessels of the other. It tolerates
# wider vessels, but the narrower drawing loses its thinnest vessels.

exact = phantom.vessels
others = {
    "a pixel wider\nall round": binary_dilation(exact),
    "a pixel narrower\nall round": binary_erosion(exact),
    "a pixel lower": np.roll(exact, 1, axis=0),
    "two pixels lower": np.roll(exact, 2, axis=0),
    "found by\nvenule": found.vessels,
}
values = {
    name: venule.evaluate(mask, exact, fov=phantom.fov.mask).fov.values
    for name, mask in others.items()
}

figure, ax = plt.subplots(figsize=(8, 3.8), layout="constrained")
for place, (score, label, colour) in enumerate(
    (("dice", "Dice", "#0072b2"), ("cl_dice", "clDice", "#e69f00"))
):
    heights = [value[score] for value in values.values()]
    bars = ax.bar(
        np.arange(len(others)) + (place - 0.5) * 0.38,
        heights,
        0.36,
        color=colour,
        label=label,
    )
    ax.bar_label(bars, fmt="%.2f", padding=2, fontsize=9)
ax.set_xticks(np.arange(len(others)), others)
ax.tick_params(axis="x", length=0)
ax.set(ylim=(0, 1.12), yticks=(0, 0.5, 1), ylabel="against the exact drawing")
ax.spines[["top", "right"]].set_visible(False)
ax.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
