"""
Two ways on the same photographs
================================

Is one way of finding vessels better than another, or was it chance? The network can be
shown a photograph and its three mirror images, and the four answers averaged: four times
the work. Whether it is worth it is asked photograph by photograph, for photographs differ
more than the two ways do.
"""

import matplotlib.pyplot as plt
import numpy as np

import venule
from venule.datasets.phantoms import make_phantom
from venule.evaluation import Counts, bootstrap_mean_interval, paired_difference

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

once, mirrored = [], []
for seed in range(101, 113):
    phantom = make_phantom(seed, size=480)
    for dice, flips in ((once, False), (mirrored, True)):
        found = venule.segment(phantom.image, flips=flips)
        dice.append(Counts.of(found.vessels, phantom.vessels, phantom.fov.mask).dice)

# %%
# Each mean alone has a wide interval, for photographs differ, and the two overlap. The
# interval of the mean difference, which resamples pairs, is narrow.

for name, dice in (("once", once), ("four mirror images", mirrored)):
    mean = bootstrap_mean_interval(dice, seed=0)
    print(f"{name:19} {mean.mean:.4f}  [{mean.lower:.4f}, {mean.upper:.4f}]")
difference = paired_difference(mirrored, once, seed=0)
low, high = difference.interval.lower, difference.interval.upper
print(f"{'difference':19} {difference.interval.mean:+.4f} [{low:+.4f}, {high:+.4f}]")
print(f"as large a difference by chance alone: p = {difference.p_value:.4f}")

# %%
# Grey lines join what is of one photograph; to the right, their differences by themselves.

figure, (left, right) = plt.subplots(
    1, 2, figsize=(9, 4.4), layout="constrained", width_ratios=(1, 1)
)
for one, other in zip(once, mirrored, strict=True):
    left.plot([0, 1], [one, other], "-", color="0.75", linewidth=1)
for place, dice, colour in ((0, once, "#0072b2"), (1, mirrored, "#d55e00")):
    mean = bootstrap_mean_interval(dice, seed=0)
    left.plot([place] * len(dice), dice, "o", color=colour, alpha=0.7, markeredgewidth=0)
    side = 0.16 if place else -0.16
    left.plot([place + side] * 2, [mean.lower, mean.upper], color=colour, linewidth=3)
    left.plot(place + side, mean.mean, "s", color=colour, markersize=8)
left.set_xticks([0, 1], ["once", "four mirror images"])
left.set(xlim=(-0.5, 1.5), ylabel="Dice in the field of view")

gain = np.sort(np.subtract(mirrored, once))
right.axhline(0, color="0.6", linewidth=1)
right.bar(np.arange(len(gain)), gain, color="0.75")
right.axhspan(low, high, color="#009e73", alpha=0.25, linewidth=0)
right.axhline(difference.interval.mean, color="#009e73", linewidth=2)
right.annotate(
    "mean, with its\n95 % interval",
    (0, high),
    (0, 4),
    textcoords="offset points",
    color="#00664a",
)
right.set(xlabel="photograph, by its difference", xticks=[], ylabel="difference in Dice")
