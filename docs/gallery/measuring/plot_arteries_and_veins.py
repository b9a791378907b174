"""
Arteries and veins: CRAE, CRVE and their ratio
==============================================

How wide are the arteries of an eye, taken together, and how wide its veins? The six widest
of each about the optic disc are joined by Knudtson's formulas to one trunk each. venule
measures them where maps of arteries and veins are given; it does not tell the two apart. A
phantom has both maps exactly.
"""

import matplotlib.pyplot as plt
import numpy as np
from benchmarks.validation.truth import exact_eye
from matplotlib.patches import Annulus

import venule
from venule.datasets.phantoms import make_phantom
from venule.measurement import Scale
from venule.measurement.equivalents import calibres_in_zone_b
from venule.measurement.measure import measure_eye

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

ARTERY, VEIN = "#d55e00", "#0072b2"
phantom = make_phantom(141)
found = venule.segment(phantom.image)
measured = venule.measure(
    found, arteries=phantom.arteries, veins=phantom.veins, scale=Scale(disc_um=1800)
)

# %%
# Micrometres are known only as well as the scale: here an optic disc is taken for 1,800 µm.
# The ratio needs no scale.

exact = exact_eye(phantom)
truth = {value.name: value.value for value in measure_eye(exact) if not value.region}
um = measured.units["um"]
for name, unit in (("crae", "px"), ("crve", "px"), ("avr", "")):
    value = measured.find(f"{name}_{unit}" if unit else name)
    interval = f"[{value.lower:.3g}, {value.upper:.3g}]"
    print(
        f"{name.upper():4}  {value.value:.3g} {interval} {unit}, exactly {truth[name]:.3g}"
    )
    if unit:
        print(f"      {value.value * um:.0f} µm")

# %%
# Vessels count in zone B, the ring from half a disc diameter to a whole one off the rim.
# Arteries are orange, veins blue. Beside it the six widest of each, and what they come to,
# with its interval.


def zone_b_calibres(kind):
    """Calibres of the six widest vessels of a kind in zone B, measured on its map."""
    alone = venule.measure(venule.VesselMap.from_mask(kind, phantom.photograph))
    return calibres_in_zone_b(alone.graph, measured.landmarks.disc)[:6]


disc = measured.landmarks.disc
picture = (phantom.image * 0.5).astype(np.uint8)
picture[phantom.veins] = (0, 114, 178)
picture[phantom.arteries] = (213, 94, 0)
figure, (left, right) = plt.subplots(
    1, 2, figsize=(10, 4.8), layout="constrained", width_ratios=(1, 1.1)
)
left.imshow(picture)
zone = Annulus(
    disc.centre[::-1],
    1.5 * disc.diameter,
    0.5 * disc.diameter,
    facecolor="white",
    edgecolor="white",
)
left.add_patch(zone).set_alpha(0.25)
reach = 1.9 * disc.diameter
row, column = disc.centre
left.set(xlim=(max(0, column - reach), column + reach), ylim=(row + reach, row - reach))
left.axis("off")

for place, (kind, graph, colour, name) in enumerate(
    (
        (phantom.arteries, exact.arteries, ARTERY, "crae"),
        (phantom.veins, exact.veins, VEIN, "crve"),
    )
):
    known = calibres_in_zone_b(graph, exact.disc)[:6]
    for rank, (one, other) in enumerate(zip(zone_b_calibres(kind), known, strict=True)):
        right.bar(
            rank + 1 + (place - 0.5) * 0.38, one, width=0.34, color=colour, alpha=0.85
        )
        right.plot(
            rank + 1 + (place - 0.5) * 0.38,
            other,
            "_",
            color="black",
            markersize=14,
            markeredgewidth=2,
        )
    value = measured.find(f"{name}_px")
    at = 8 + 1.2 * place
    right.bar(at, value.value, width=0.6, color=colour)
    right.errorbar(
        at,
        value.value,
        [[value.value - value.lower], [value.upper - value.value]],
        color="0.35",
        capsize=4,
    )
    right.plot(at, truth[name], "_", color="black", markersize=24, markeredgewidth=2)
right.plot([], [], "_", color="black", markersize=14, markeredgewidth=2, label="exact")
right.legend(frameon=False)
right.set_xticks(
    [1, 2, 3, 4, 5, 6, 8, 9.2], ["widest", "2", "3", "4", "5", "6", "CRAE", "CRVE"]
)
right.set_ylabel("calibre, px")
