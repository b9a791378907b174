"""
Vessels that another library has found
======================================

How does a filter that has learnt nothing compare? scikit-image has ridge filters, among
them that of Sato, which answers to anything long and thin. Whatever finds the vessels,
``venule.convert`` makes a vessel map of it, to be scored, measured and shown as venule's
own.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import binary_erosion
from skimage.filters import sato
from sklearn.metrics import precision_recall_curve
from venule.convert import from_numpy

import venule
from venule.datasets.phantoms import make_phantom
from venule.evaluation import agreement_colours

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

phantom = make_phantom(13, size=600)
fov, exact = phantom.fov.mask, phantom.vessels
found = venule.segment(phantom.image)

# %%
# The filter works on the green channel; outside, the field of view is filled, and its edge,
# the longest ridge of all, is left out.

green = np.where(fov, phantom.image[..., 1], phantom.image[fov][:, 1].mean())
ridges = np.where(binary_erosion(fov, iterations=6), sato(green, sigmas=(1, 2, 3, 4)), 0)

# %%
# Precision and sensitivity at all thresholds. The filter is then given the threshold that
# is best for this very photograph, which nobody knows beforehand; the network keeps its
# own. (The network has learnt from other phantoms, among other things: how far the two are
# apart on photographs, this cannot tell.)

figure, ax = plt.subplots(figsize=(6, 4.6), layout="constrained")
for answer, colour, name in (
    (found.probability, "#0072b2", "network"), (ridges, "#d55e00", "ridge filter"),
):  # fmt: skip
    precision, sensitivity, thresholds = precision_recall_curve(exact[fov], answer[fov])
    ax.plot(sensitivity, precision, color=colour, linewidth=2, label=name)
dice = 2 * precision * sensitivity / np.maximum(precision + sensitivity, 1e-9)
best = thresholds[np.argmax(dice[:-1])]
ax.set(
    xlabel="sensitivity", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02), aspect="equal"
)
ax.legend(frameon=False, loc="lower left")

# %%
# ``from_numpy`` makes a vessel map of the mask.

filtered = from_numpy(ridges >= best, image=phantom.image, fov=fov)
maps = {"ridge filter": filtered, "network": found}
figure, axes = plt.subplots(1, 3, figsize=(10, 3.8), layout="constrained")
axes[0].imshow(phantom.image)
axes[0].set_title("photograph")
for ax, (name, one) in zip(axes[1:], maps.items(), strict=True):
    scores = venule.evaluate(one, exact).fov.values
    ax.imshow(agreement_colours(one.vessels, exact, fov))
    ax.set_title(
        f"{name}: Dice {scores['dice']:.2f}, clDice {scores['cl_dice']:.2f}", fontsize=11
    )
for ax in axes:
    ax.axis("off")

# %%
# And it can be measured: what the filter takes for vessels is there in the numbers.

truth = from_numpy(exact, image=phantom.image, fov=fov)
for name, one in {**maps, "exact drawing": truth}.items():
    measured = venule.measure(one)
    calibre, segments = measured["calibre_mean"], measured["segments"]
    print(f"{name:13}  mean calibre {calibre:.2f} px, {segments:.0f} segments")

# sphinx_gallery_thumbnail_number = 2
