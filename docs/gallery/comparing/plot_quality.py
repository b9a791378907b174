"""
The quality of degraded photographs
===================================

Can a bad photograph be recognised without a reference drawing? ``assess_quality``
estimates the Dice from similar photographs, and says what is wrong. We can degrade a
phantom on purpose and compare the estimate with the true Dice.
"""

import matplotlib.pyplot as plt
import numpy as np
from benchmarks.validation.degrade import STRENGTHS, degrade

import venule
from venule.datasets.phantoms import make_phantom
from venule.photograph import Photograph

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

phantom = make_phantom(4, size=480)


def worse(kind, strength):
    """The phantom's photograph, degraded; the noise is the same each time."""
    diameter = phantom.fov.diameter
    image = degrade(
        phantom.image,
        phantom.fov.mask,
        kind=kind,
        strength=strength,
        diameter=diameter,
        seed=0,
    )
    return Photograph(image, phantom.fov)


# %%
# Six kinds of degradation, each at the third of four strengths, with the quality and the
# reasons. The worst copies would be refused as no photographs of a retina.

found = {
    (kind, strength): venule.segment(worse(kind, strength), any_picture=True)
    for kind, strengths in STRENGTHS.items()
    for strength in strengths
}
quality_of = {key: venule.assess_quality(one) for key, one in found.items()}

figure, axes = plt.subplots(2, 3, figsize=(10, 7.4), layout="constrained")
for ax, (kind, strengths) in zip(axes.flat, STRENGTHS.items(), strict=True):
    quality = quality_of[kind, strengths[2]]
    ax.imshow(found[kind, strengths[2]].image)
    ax.set_title(
        f"{kind}: {quality.score:.2f}\n{', '.join(quality.reasons) or 'nothing flagged'}",
        fontsize=11,
    )
    ax.axis("off")

# %%
# The estimated quality and the true Dice at all strengths. The estimate was fitted on
# degraded photographs, not on phantoms. A point on the line is a perfect estimate. Above
# the line the estimate is too low, and below it is too high.

figure, ax = plt.subplots(figsize=(6.6, 5.4), layout="constrained")
ax.plot([0, 1], [0, 1], color="0.75", linewidth=1)
colours = ("#0072b2", "#56b4e9", "#e69f00", "#cc79a7", "#009e73", "#d55e00")
markers = ("o", "D", "s", "v", "^", "X")
every = []
for (kind, strengths), colour, marker in zip(
    STRENGTHS.items(), colours, markers, strict=True
):
    points = []
    for strength in strengths:
        scores = venule.evaluate(found[kind, strength], phantom.vessels)
        points.append((quality_of[kind, strength].score, scores.fov.values["dice"]))
    ax.plot(
        *np.transpose(points),
        "-",
        color=colour,
        linewidth=1,
        marker=marker,
        markersize=7,
        label=kind,
    )
    every += points
    off = np.mean([score - dice for score, dice in points])
    print(f"{kind:8} quality minus Dice, mean of {len(points)} strengths: {off:+.2f}")
ax.set(
    xlabel="quality score",
    ylabel="Dice with the exact drawing",
    xlim=(0, 1),
    ylim=(0, 1),
    aspect="equal",
)
ax.legend(frameon=False, loc="upper left")

scores, dices = np.transpose(every)
ranks = [np.argsort(np.argsort(values)) for values in (scores, dices)]
correlation = np.corrcoef(*ranks)[0, 1]
print(f"rank correlation of quality and Dice, {len(scores)} photographs: {correlation:.2f}")

# sphinx_gallery_thumbnail_number = 1
