"""
Tortuosity of shapes of known geometry
======================================

Which vessel is more tortuous, one with a single wide bend or one with many small bends?
Different definitions of tortuosity give different answers. This example compares them on
shapes with known geometry, and checks their accuracy.
"""

import matplotlib.pyplot as plt
import numpy as np
from benchmarks.validation.shapes import curve, drawn, graph_of
from scipy.optimize import brentq
from scipy.special import ellipe

from venule.measurement.tortuosity import (
    curvature_tortuosity,
    distance_tortuosity,
    inflections,
)

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

SPAN = 320  # px between the two ends


def arc_over_chord(height, turns):
    """Length over chord of a sinusoid, exactly: an elliptic integral."""
    slope = 2 * np.pi * turns * height / SPAN
    return 2 / np.pi * np.hypot(1, slope) * ellipe(slope**2 / (1 + slope**2))


def wave(height, turns):
    """A sinusoid from end to end."""
    return curve(
        lambda t: (200 + height * np.sin(2 * np.pi * turns * t), 40 + SPAN * t), 0, 1
    )


# %%
# Four vessels with the same ends. Three of them have the same length, and therefore the
# same distance tortuosity (length over chord). They differ in how sharply and how often
# they bend.

LENGTH = 1.2
shapes = {"straight": wave(0, 1)}
for turns, name in ((0.5, "one bend"), (1.5, "three bends"), (5, "ten bends")):
    shapes[name] = wave(
        brentq(
            lambda height, turns=turns: arc_over_chord(height, turns) - LENGTH, 0.1, 200
        ),
        turns,
    )

figure, axes = plt.subplots(2, 2, figsize=(8, 5), layout="constrained")
for ax, (name, line) in zip(axes.flat, shapes.items(), strict=True):
    picture = drawn([line], 7)
    centreline = graph_of(picture).segments[0].centreline
    ax.imshow(picture.probability[120:330], cmap="Reds", vmin=0, vmax=1.15)
    ax.set_title(name)
    ax.text(
        0.5, -0.03,
        f"length / chord  {distance_tortuosity(centreline):.2f}\n"
        f"mean curvature  {1000 * curvature_tortuosity(centreline):.1f} / 1000 px\n"
        f"inflections  {inflections(centreline)}",
        transform=ax.transAxes, ha="center", va="top", linespacing=1.4,
    )  # fmt: skip
    ax.axis("off")

# %%
# Sinusoids of increasing height, drawn as vessels of 3 to 9 px and measured. The lines
# show the exact values.

heights = np.array([4, 10, 16, 22, 28, 34, 40])
figure, ax = plt.subplots(figsize=(7, 4.4), layout="constrained")
for turns, colour in ((0.5, "#0072b2"), (1, "#009e73"), (2, "#d55e00")):
    fine = np.linspace(0, 42, 100)
    ax.plot(fine, arc_over_chord(fine, turns), color=colour, linewidth=1.5)
    label = f"{turns:g} turn{'s' if turns > 1 else ''}"
    ax.annotate(
        label,
        (42.5, arc_over_chord(42, turns)),
        color=colour,
        va="center",
        annotation_clip=False,
    )
    for width, marker in ((3, "v"), (5, "o"), (9, "s")):
        segments = [
            graph_of(drawn([wave(height, turns)], width)).segments[0] for height in heights
        ]
        measured = [distance_tortuosity(segment.centreline) for segment in segments]
        ax.plot(heights, measured, marker, color=colour, markersize=5, alpha=0.7)
        worst = np.max(np.abs(np.array(measured) / arc_over_chord(heights, turns) - 1))
        print(f"{label}, {width} px wide: largest error {worst:.2%}")
for width, marker in ((3, "v"), (5, "o"), (9, "s")):
    ax.plot([], [], marker, color="0.4", label=f"drawn {width} px wide, measured")
ax.plot([], [], color="0.4", label="exact")
ax.legend(frameon=False)
ax.set(
    xlabel="height of the sinusoid, px",
    ylabel="length over chord",
    xlim=(0, 42),
    ylim=(0.98, None),
)
