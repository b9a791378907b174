"""
Arteries and veins: CRAE, CRVE and their ratio
==============================================

CRAE and CRVE summarise the calibres of the arteries and the veins of an eye. Knudtson's
formulas combine the six widest of each around the optic disc into one equivalent calibre.
venule tells arteries from veins itself. Here it is compared with a phantom, whose vessels
are known exactly.
"""

import matplotlib.pyplot as plt
import numpy as np
from benchmarks.validation.truth import exact_eye
from matplotlib.patches import Annulus

import venule
from venule.datasets.phantoms import make_phantom
from venule.measurement import Scale
from venule.measurement.all_measurements import measure_eye
from venule.measurement.landmark_measurements import calibres_in_zone_b

plt.rcParams.update({"axes.spines.top": False, "axes.spines.right": False})

ARTERY, VEIN = "#d55e00", "#0072b2"
phantom = make_phantom(141)
found = venule.segment(phantom.image)
measured = venule.measure(found, scale=Scale(disc_um=1800))

# %%
# Micrometres are only as accurate as the scale. Here, we assume an optic disc of 1,800
# µm. The ratio needs no scale.

exact = exact_eye(phantom)
truth = {value.name: value.value for value in measure_eye(exact) if not value.region}
um = measured.units["um"]
for name, unit in (("crae", "px"), ("crve", "px"), ("avr", "")):
    value = measured.find(f"{name}_{unit}" if unit else name)
    interval = f"[{value.lower:.3g}, {value.upper:.3g}]"
    print(f"{name.upper():4}  {value.value:.3g} {interval} {unit}, truth {truth[name]:.3g}")
    if unit:
        print(f"      {value.value * um:.0f} µm")

# %%
# The vessels are measured in zone B, a ring between half a disc diameter and one disc
# diameter from the rim. Arteries are orange, veins blue. The right side shows the six
# widest of each, and CRAE and CRVE with their intervals.


def zone_b_calibres(kind):
    """Calibres of the six widest arteries or veins in zone B."""
    alone = measured.graph.part(
        [segment.kind == kind for segment in measured.graph.segments]
    )
    return calibres_in_zone_b(alone, measured.landmarks.disc)[:6]


disc = measured.landmarks.disc
picture = (phantom.image * 0.5).astype(np.uint8)
picture[found.veins] = (0, 114, 178)
picture[found.arteries] = (213, 94, 0)
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
        ("artery", exact.arteries.graph, ARTERY, "crae"),
        ("vein", exact.veins.graph, VEIN, "crve"),
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
right.plot([], [], "_", color="black", markersize=14, markeredgewidth=2, label="true value")
right.legend(frameon=False)
right.set_xticks(
    [1, 2, 3, 4, 5, 6, 8, 9.2], ["widest", "2", "3", "4", "5", "6", "CRAE", "CRVE"]
)
right.set_ylabel("calibre, px")
