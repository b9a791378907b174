"""
Measurements by region
======================

Many measurements are also made for regions: zones B and C around the optic disc, the
fields of the ETDRS grid around the fovea, and halves of the retina. This example shows
the vessel density of each region.
"""

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.patches import Annulus, Circle, Wedge

import venule
from venule.datasets.phantoms import make_phantom
from venule.measurement.regions import ETDRS, SECTORS, ZONES

phantom = make_phantom(141)
found = venule.segment(phantom.image)
measured = venule.measure(found)
disc, fovea = measured.landmarks.disc, measured.landmarks.fovea

# %%
# The regions depend on the positions of disc and fovea, which venule finds. Here we can
# compare them with the true positions.

off = np.hypot(*np.subtract(disc.centre, phantom.disc_centre))
print(f"disc:  {disc.diameter:.0f} px across, true value {phantom.disc_diameter:.0f}")
print(f"       error of its centre {off:.0f} px")
off = np.hypot(*np.subtract(fovea.centre, phantom.fovea))
print(f"fovea: error of its centre {off:.0f} px")

# %%
# Radii are in disc diameters. Zone B reaches from 1 to 1.5 around the centre of the disc,
# and zone C from 1 to 2.5. The rings of the ETDRS grid have radii of 1/3, 1 and 2 around
# the fovea, and its quarters are aligned with the line from disc to fovea. If less than
# three quarters of a region are visible, it has a reason instead of a number.

colours = ScalarMappable(Normalize(0, 25), "viridis")
side = 1 if fovea.centre[1] > disc.centre[1] else -1
towards = np.degrees(
    np.arctan2(fovea.centre[0] - disc.centre[0], fovea.centre[1] - disc.centre[1])
)


def etdrs_fields():
    """Name, outer and inner radius in disc diameters, and angles of each field."""
    yield "etdrs_centre", ETDRS[0], 0.0, (0, 360)
    for ring, low, high in (("inner", *ETDRS[:2]), ("outer", *ETDRS[1:])):
        for number, sector in enumerate(SECTORS):
            middle = towards + side * 90 * number
            yield f"etdrs_{ring}_{sector}", high, low, (middle - 45, middle + 45)


def show(ax, patch, region, label_at):
    """Draw a region in the colour of its vessel density, with the number on it."""
    density = measured.find(f"vessel_density_{region}")
    seen = density.value is not None
    patch.set(
        facecolor=colours.to_rgba(100 * density.value) if seen else "0.5",
        edgecolor="white",
        alpha=0.75,
    )
    ax.add_patch(patch)
    text = f"{100 * density.value:.0f}" if seen else "not\nvisible"
    ax.text(
        *label_at,
        text,
        color="white",
        ha="center",
        va="center",
        fontsize=11,
        fontweight="bold",
    )


figure, (left, right) = plt.subplots(1, 2, figsize=(10.6, 5), layout="constrained")
for ax in (left, right):
    ax.imshow(np.where(found.vessels[..., None], (255, 255, 255), phantom.image // 2))
    ax.add_patch(
        Circle(
            disc.centre[::-1], disc.diameter / 2, fill=False, color="white", linestyle=":"
        )
    )
    ax.axis("off")

row, column = disc.centre
for zone, inner in (("zone_c", ZONES["zone_b"][1]), ("zone_b", ZONES["zone_b"][0])):
    radius = ZONES[zone][1] * disc.diameter
    ring = Annulus(
        (column, row),
        radius,
        radius - inner * disc.diameter if zone == "zone_c" else disc.diameter / 2,
    )
    show(left, ring, zone, (column + (inner + ZONES[zone][1]) / 2 * disc.diameter, row))
left.set_title("zones B and C (C contains B)")

row, column = fovea.centre
for region, high, low, angles in etdrs_fields():
    radius, middle = (
        (high + low) / 2 * disc.diameter if low else 0,
        np.radians(np.mean(angles)),
    )
    place = column + radius * np.cos(middle), row + radius * np.sin(middle)
    wedge = Wedge(
        (column, row), high * disc.diameter, *angles, width=(high - low) * disc.diameter
    )
    show(right, wedge, region, place)
right.set_title("fields of the ETDRS grid")
figure.colorbar(colours, ax=(left, right), shrink=0.7, label="area that is vessel, %")
for ax in (left, right):
    ax.set(xlim=(0, phantom.image.shape[1]), ylim=(phantom.image.shape[0], 0))
