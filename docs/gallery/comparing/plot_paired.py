"""
Comparing two methods on the same photographs
=============================================

Is one method better than another, or is the difference due to chance? Here, the network
processes each photograph once, or together with its three mirror images, averaging the
four results. This takes four times as long. Because photographs differ more than the two
methods do, the methods are compared photograph by photograph.
"""

import matplotlib.pyplot as plt
import numpy as np

import venule
from venule.datasets.phantoms import make_phantom
from venule.evaluation import Counts, bootstrap_mean_interval, paired_difference

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

once, mirrored = [], []
for seed in range(101, 109):
    phantom = make_phantom(seed, size=400)
    for dice, flips in ((once, False), (mirrored, True)):
        found = venule.segment(phantom.image, flips=flips)
        dice.append(Counts.of(found.vessels, phantom.vessels, phantom.fov.mask).dice)

# %%
# The intervals of the two means are wide and overlap, because photographs differ. The
# interval of the mean difference is narrow, because it resamples pairs.

for name, dice in (("once", once), ("four mirror images", mirrored)):
    mean = bootstrap_mean_interval(dice, seed=0)
    print(f"{name:19} {mean.mean:.4f}  [{mean.lower:.4f}, {mean.upper:.4f}]")
difference = paired_difference(mirrored, once, seed=0)
low, high = difference.interval.lower, difference.interval.upper
print(f"{'difference':19} {difference.interval.mean:+.4f} [{low:+.4f}, {high:+.4f}]")
print(f"p-value of the difference: {difference.p_value:.4f}")

# %%
# On the left, a grey line connects the two results of each photograph. The right side
# shows the differences.

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
right.set(
    xlabel="photographs, sorted by difference", xticks=[], ylabel="difference in Dice"
)
