"""
Vessels that another library has found
======================================

How does a classical filter compare with a trained network? scikit-image has ridge
filters, such as Sato's, which respond to anything long and thin. ``VesselMap.from_mask``
turns the mask of any program into a vessel map, which venule can score, measure and draw.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.ndimage import binary_erosion
from skimage.filters import sato

import venule
from venule.datasets.phantoms import make_phantom
from venule.evaluation import Counts, agreement_colours

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

phantom = make_phantom(13, size=800)
fov, exact = phantom.fov.mask, phantom.vessels
found = venule.segment(phantom.image)

# %%
# The filter works on the green channel. The area outside the field of view is filled with
# the mean grey value, and the edge of the field is left out because it is a ridge itself.

green = np.where(fov, phantom.image[..., 1], phantom.image[fov][:, 1].mean())
ridges = np.where(binary_erosion(fov, iterations=6), sato(green, sigmas=(1, 2, 3, 4)), 0)

# %%
# Precision and sensitivity at many thresholds. The filter then gets the threshold that is
# best for this photograph, which nobody knows in practice; the network keeps its own. The
# network was trained on other phantoms, among other images, so this comparison does not
# tell how far apart the two are on real photographs.


def scores_at(answer, threshold):
    """Precision, sensitivity and Dice of the pixels of at least this value."""
    counts = Counts.of(answer >= threshold, exact, fov)
    return counts.precision, counts.sensitivity, counts.dice


figure, ax = plt.subplots(figsize=(6, 4.6), layout="constrained")
for answer, colour, name in (
    (found.probability, "#0072b2", "network"), (ridges, "#d55e00", "ridge filter"),
):  # fmt: skip
    thresholds = np.quantile(answer[fov], np.linspace(0.5, 0.995, 60))
    curve = [scores_at(answer, threshold) for threshold in thresholds]
    precision, sensitivity, dice = np.transpose(curve)
    ax.plot(sensitivity, precision, color=colour, linewidth=2, label=name)
best = thresholds[np.argmax(dice)]
ax.set(
    xlabel="sensitivity", ylabel="precision", xlim=(0, 1.02), ylim=(0, 1.02), aspect="equal"
)
ax.legend(frameon=False, loc="lower left")

# %%
# The mask becomes a vessel map.

filtered = venule.VesselMap.from_mask(ridges >= best, phantom.photograph)
maps = {"ridge filter": filtered, "network": found}
figure, axes = plt.subplots(1, 3, figsize=(10, 3.8), layout="constrained")
axes[0].imshow(phantom.image)
axes[0].set_title("photograph")
for ax, (name, one) in zip(axes[1:], maps.items(), strict=True):
    scores = venule.evaluate(one, exact).fov.values
    ax.imshow(agreement_colours(one.vessels, exact, fov=fov))
    ax.set_title(
        f"{name}: Dice {scores['dice']:.2f}, clDice {scores['cl_dice']:.2f}", fontsize=11
    )
for ax in axes:
    ax.axis("off")

# %%
# The vessel map can also be measured. What the filter mistakes for vessels changes the
# numbers.

truth = venule.VesselMap.from_mask(exact, phantom.photograph)
for name, one in {**maps, "exact drawing": truth}.items():
    measured = venule.measure(one)
    calibre, segments = measured["calibre_mean_px"], measured["segments"]
    print(f"{name:13}  mean calibre {calibre:.2f} px, {segments:.0f} segments")

# sphinx_gallery_thumbnail_number = 2
