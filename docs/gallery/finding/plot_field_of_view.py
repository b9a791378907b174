"""
The field of view of odd photographs
====================================

Where is the retina in a photograph? Cameras cut the circle off, export it off the centre,
print names beside it, or leave no border at all. Everything that venule says is said of the
field of view, so it is found first.
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
# Six ways to spoil a photograph, of which each is met in practice. Only the border changes,
# never the retina.

grey = np.where(fov.mask[..., None], picture, np.uint8(90))

wide = np.zeros((600, 900, 3), np.uint8)
wide[:, 270:870] = picture

named = Image.fromarray(wide)
draw, font = ImageDraw.Draw(named), ImageFont.load_default(30)
draw.text((24, 24), "Clinic of the\nHappy Eye", fill="white", font=font)
draw.text((24, 540), "OD  45°", fill=(255, 220, 0), font=font)

odd = {
    "as it was taken": picture,
    "cut off above and below": picture[90:510],
    "grey border": grey,
    "cut off on one side": picture[:, :430],
    "names beside it": np.asarray(named),
    "no border": picture[130:470, 130:470],
}

# %%
# The outline that was found is white. A diameter is that of the whole circle, also where
# the frame cuts it off; without a border, the whole frame is the field of view and its
# longer side the diameter.

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
