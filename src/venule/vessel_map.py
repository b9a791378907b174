"""The vessel map: what segmentation makes, and measurement, evaluation and report take."""

import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

import numpy as np
from PIL import Image

from venule.errors import VenuleError
from venule.photograph.arrays import BoolArray, ImageArray, ProbabilityArray

if TYPE_CHECKING:
    from venule.photograph import Photograph

_SHOWN = 500  # pixels, the longer side of what a notebook shows
OVERLAY_COLOUR = (64, 224, 255)  # light blue: far from every colour of a retina, also to colour-blind readers


@dataclass(frozen=True, eq=False, repr=False)
class VesselMap:
    """The vessels of one photograph, at the size of the photograph as it was given.

    Attributes:
        probability: float32 (height, width) in [0, 1], that a pixel is vessel; 0 outside the field of view.
        vessels: bool (height, width), where the probability reaches the threshold inside the field of view.
        fov: bool (height, width), the field of view.
        threshold: what made `vessels` of `probability`.
        fov_diameter: pixels of the photograph.
        model: name of the model that made the map; "" for a map that no model made.
        image: uint8 (height, width, 3) RGB, the photograph.

    Raises:
        VenuleError: the arrays differ in size, or have the wrong type.
    """

    probability: ProbabilityArray
    vessels: BoolArray
    fov: BoolArray
    threshold: float
    fov_diameter: float
    model: str
    image: ImageArray

    def __post_init__(self) -> None:
        """Check that the arrays belong together."""
        kinds = {"probability": np.float32, "vessels": np.bool_, "fov": np.bool_, "image": np.uint8}
        for name, dtype in kinds.items():
            array = getattr(self, name)
            expected = self.image.shape[:2] + ((3,) if name == "image" else ())
            if array.dtype != dtype or array.shape != expected:
                raise VenuleError(
                    f"{name} of a vessel map must be {np.dtype(dtype).name} {expected}; "
                    f"got {array.dtype.name} {array.shape}"
                )

    @classmethod
    def of_drawing(cls, vessels: BoolArray, photograph: "Photograph") -> Self:
        """The map that a drawing, or the mask of another tool, is: to measure it, or to lay it over the photograph.

        Args:
            vessels: bool (height, width), True where a vessel is drawn; only the field of view counts.
            photograph: from `venule.photograph.read_photograph` or `photograph_from_array`.

        Raises:
            VenuleError: the drawing is not bool, or of another size than the photograph.
        """
        fov = photograph.fov
        if vessels.dtype != np.bool_ or vessels.shape != fov.mask.shape:
            raise VenuleError(
                f"a drawing of this photograph must be bool {fov.mask.shape}; got {vessels.dtype.name} "
                f"{vessels.shape}: pass picture > 127 for one of 0 and 255"
            )
        drawn = vessels & fov.mask
        return cls(drawn.astype(np.float32), drawn, fov.mask, 0.5, fov.diameter, "", photograph.image)

    def at_threshold(self, threshold: float) -> Self:
        """The same map with the vessels of another threshold.

        Args:
            threshold: probability, in (0, 1), from which a pixel is vessel.

        Raises:
            VenuleError: the threshold is not in (0, 1).
        """
        if not 0 < threshold < 1:
            raise VenuleError(f"threshold {threshold:g} is not a probability between 0 and 1", reason="bad-threshold")
        return replace(self, vessels=(self.probability >= threshold) & self.fov, threshold=float(threshold))

    def __repr__(self) -> str:
        """What made it and how large it is, not its pixels."""
        height, width = self.fov.shape
        return (
            f"VesselMap(height={height}, width={width}, model={self.model!r}, threshold={self.threshold:g}, "
            f"vessel_share={self.vessel_share:.4g}, fov_diameter={self.fov_diameter:.6g})"
        )

    @property
    def vessel_share(self) -> float:
        """Share of the field of view that is vessel, in [0, 1]."""
        return float(np.count_nonzero(self.vessels)) / max(1, int(np.count_nonzero(self.fov)))

    def overlay(self, *, opacity: float = 0.6) -> ImageArray:
        """The photograph with its vessels in light blue, black outside the field of view.

        Args:
            opacity: of the vessel layer, in [0, 1].

        Returns:
            uint8 (height, width, 3) RGB. Outside the field of view nothing is shown: names and dates stand there.
        """
        picture = np.where(self.fov[..., None], self.image, 0).astype(np.uint8)
        layer = np.array(OVERLAY_COLOUR, np.float32)
        picture[self.vessels] = ((1 - opacity) * picture[self.vessels] + opacity * layer).astype(np.uint8)
        return picture

    def _repr_png_(self) -> bytes:
        """The overlay as a notebook shows it, its longer side 500 pixels or less."""
        picture = Image.fromarray(self.overlay())
        picture.thumbnail((_SHOWN, _SHOWN), Image.Resampling.BOX)
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()
