"""
The field of view of unusual photographs
========================================

Where is the retina in a photograph? Cameras may cut off part of the circle, shift it,
print text beside it, or leave no border at all. venule finds the field of view first,
because all its results refer to it.
"""

import matplotlib.pyplot as plt
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from venule.datasets.phantoms import make_phantom
from venule.photograph import photograph_from_array

phantom = make_phantom(8, size=600)
picture, fov = phantom.image, phantom.fov
print(f"the phantom's circle is {fov.diameter:.0f} px across")

# %%
# Five ways in which the border of a photograph can differ in practice. The retina is
# always the same.

grey = np.where(fov.mask[..., None], picture, np.uint8(90))

wide = np.zeros((600, 900, 3), np.uint8)
wide[:, 270:870] = picture

named = Image.fromarray(wide)
draw, font = ImageDraw.Draw(named), ImageFont.load_default(30)
draw.text((24, 24), "Clinic of the\nHappy Eye", fill="white", font=font)
draw.text((24, 540), "OD  45°", fill=(255, 220, 0), font=font)

odd = {
    "original": picture,
    "cut off above and below": picture[90:510],
    "grey border": grey,
    "cut off on one side": picture[:, :430],
    "text beside it": np.asarray(named),
    "no border": picture[130:470, 130:470],
}

# %%
# The white line is the outline that venule found. The diameter is that of the whole
# circle, even if the frame cuts it off. Without a border, the whole frame is the field of
# view, and its longer side is the diameter.

figure, axes = plt.subplots(2, 3, figsize=(10, 6.6), layout="constrained")
for ax, (title, image) in zip(axes.flat, odd.items(), strict=True):
    found = photograph_from_array(image).fov
    ax.imshow(image)
    outline = np.pad(found.mask, 1).astype(float)
    ax.contour(
        np.arange(-1, outline.shape[1] - 1),
        np.arange(-1, outline.shape[0] - 1),
        outline,
        [0.5],
        colors="white",
    )
    ax.set_title(
        f"{title}\n{found.diameter:.0f} px, {found.mask.mean():.0%} of the frame",
        fontsize=11,
    )
    ax.set(xlim=(-4, image.shape[1] + 3), ylim=(image.shape[0] + 3, -4))
    ax.axis("off")
