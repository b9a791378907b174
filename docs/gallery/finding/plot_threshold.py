"""
Threshold and probability
=========================

A pixel is a vessel if its probability reaches the threshold. A low threshold finds more
vessels but also more false ones. A high threshold misses thin vessels. This example shows
the trade-off on a phantom, whose vessels are known exactly.
"""

import matplotlib.pyplot as plt
import numpy as np

import venule
from venule.datasets.phantoms import make_phantom
from venule.evaluation import Counts, agreement_colours

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

phantom = make_phantom(11)
found = venule.segment(phantom.image)

# %%
# Segment the photograph once. ``at_threshold`` then returns the vessels at another
# threshold. All scores are ratios of the counts of pixels.

thresholds = np.linspace(0.02, 0.98, 49)
counts = [
    Counts.of(found.at_threshold(t).vessels, phantom.vessels, found.fov) for t in thresholds
]
own = Counts.of(found.vessels, phantom.vessels, found.fov)
best = thresholds[np.argmax([c.dice for c in counts])]
print(f"the model's own threshold {found.threshold:g}: Dice {own.dice:.3f}")
print(f"the best for this phantom {best:.2f}: Dice {max(c.dice for c in counts):.3f}")

# %%
# The threshold of a model is fixed before any photograph is scored. The best threshold
# for one photograph is only known if there is a drawing. It is shown for comparison.

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
figure.get_layout_engine().set(wspace=0.12)
for name, colour in (
    ("sensitivity", "#0072b2"),
    ("precision", "#d55e00"),
    ("dice", "black"),
):
    values = [getattr(c, name) for c in counts]
    left.plot(thresholds, values, color=colour, linewidth=2)
    left.annotate(
        name.replace("dice", "Dice"),
        (0.985, values[-1]),
        color=colour,
        va="center",
        annotation_clip=False,
    )
left.axvline(found.threshold, color="0.6", linewidth=1)
left.annotate(
    "the model's own",
    (found.threshold, 0.02),
    (4, 0),
    textcoords="offset points",
    color="0.4",
)
left.set(
    xlabel="threshold", ylabel="score in the field of view", xlim=(0, 1), ylim=(0, 1.02)
)

right.plot(
    [c.sensitivity for c in counts],
    [c.precision for c in counts],
    color="black",
    linewidth=2,
)
for threshold, marker in ((0.1, "v"), (found.threshold, "o"), (0.9, "^")):
    at = Counts.of(found.at_threshold(threshold).vessels, phantom.vessels, found.fov)
    right.plot(at.sensitivity, at.precision, marker, color="#0072b2", markersize=9)
    right.annotate(
        f"{threshold:g}", (at.sensitivity, at.precision), (9, 3), textcoords="offset points"
    )
right.set(
    xlabel="sensitivity (recall)",
    ylabel="precision",
    xlim=(0, 1.02),
    ylim=(0, 1.02),
    aspect="equal",
)

# %%
# The same three thresholds on a part of the retina. White: found correctly. Orange:
# found, but not a vessel. Blue: missed.

piece = np.s_[60:330, 330:690]
figure, axes = plt.subplots(1, 3, figsize=(10, 2.9), layout="constrained")
for ax, threshold in zip(axes, (0.1, found.threshold, 0.9), strict=True):
    ax.imshow(
        agreement_colours(
            found.at_threshold(threshold).vessels, phantom.vessels, fov=found.fov
        )[piece]
    )
    ax.set_title(f"threshold {threshold:g}")
    ax.axis("off")

# sphinx_gallery_thumbnail_number = 1
