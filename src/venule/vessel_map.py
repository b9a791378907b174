"""The vessel map: what segmentation makes, and measurement, evaluation and report take."""

import io
from dataclasses import dataclass, replace
from typing import Literal, Self

import numpy as np
from PIL import Image

from venule.errors import VenuleError
from venule.photograph import FieldOfView, Photograph, fov_from_mask, read_mask, read_probability
from venule.photograph.arrays import BoolArray, ImageArray, ProbabilityArray
from venule.photograph.fov import whole_frame
from venule.photograph.mask import MaskSource, check_drawing, check_not_inverted, check_size, mask_name, read_fov

_SHOWN = 500  # pixels, the longer side of what a notebook shows
OVERLAY_COLOUR = (64, 224, 255)  # light blue: far from every colour of a retina, also to colour-blind readers
OPACITY = 0.6  # of the vessels in an overlay
SURE = 0.6  # probability from which on a vessel is called an artery or a vein


@dataclass(frozen=True)
class Disc:
    """The optic disc.

    Attributes:
        centre: (row, column).
        diameter: in the unit of the centre.
        confidence: 0 to 1: how far the best place stands out from the next; below 0.2 look at it before it is used.

    Example:
        >>> disc = measured.landmarks.disc
        >>> abs(disc.diameter - phantom.disc_diameter) < 0.3 * phantom.disc_diameter
        True
    """

    centre: tuple[float, float]
    diameter: float
    confidence: float


@dataclass(frozen=True)
class Fovea:
    """The centre of the macula.

    Attributes:
        centre: (row, column).
        confidence: 0.6 to 1: how far the best place stands out from the best on the other side of the disc.
        at_edge: whether it was found so near the edge of the field of view that it may lie beyond: its direction from
            the disc can be relied on, its place cannot.

    Example:
        >>> fovea = measured.landmarks.fovea
        >>> abs(fovea.centre[0] - phantom.fovea[0]) < phantom.disc_diameter
        True
    """

    centre: tuple[float, float]
    confidence: float
    at_edge: bool = False


@dataclass(frozen=True)
class Landmarks:
    """Where the optic disc and the fovea of a photograph lie.

    Attributes:
        disc: None: not found.
        fovea: None: not found, or not shown.

    Example:
        >>> venule.Landmarks(Disc(centre=(200.0, 90.0), diameter=52.0, confidence=1.0)).fovea is None
        True
    """

    disc: Disc | None = None
    fovea: Fovea | None = None


@dataclass(frozen=True, eq=False, repr=False, kw_only=True)
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
        working_diameter: pixels across the field of view at which the model looks at most; None: no such limit.
        notes: codes of what is unusual about the photograph, see `FieldOfView`.
        artery_probability: float32 (height, width) in [0, 1], that the nearest vessel is an artery; None: arteries and
            veins are not known.
        vein_probability: the same for a vein. Where an artery and a vein cross, both are high.

    Raises:
        VenuleError: the arrays differ in size or have the wrong type, or the field of view is larger than its diameter.

    Example:
        >>> found = venule.segment(phantom.image)
        >>> found.vessels.shape
        (400, 400)
        >>> found.model
        'general'
    """

    probability: ProbabilityArray
    vessels: BoolArray
    fov: BoolArray
    threshold: float
    fov_diameter: float
    model: str
    image: ImageArray
    working_diameter: float | None = None
    notes: tuple[str, ...] = ()
    artery_probability: ProbabilityArray | None = None
    vein_probability: ProbabilityArray | None = None

    def __post_init__(self) -> None:
        """Check that the arrays belong together."""
        kinds = {"probability": np.float32, "vessels": np.bool_, "fov": np.bool_, "image": np.uint8}
        if self.artery_probability is not None or self.vein_probability is not None:
            kinds |= {"artery_probability": np.float32, "vein_probability": np.float32}
        for name, dtype in kinds.items():
            array = getattr(self, name)
            expected = self.image.shape[:2] + ((3,) if name == "image" else ())
            if array.dtype != dtype or array.shape != expected:
                raise VenuleError(
                    f"{name} of a vessel map must be {np.dtype(dtype).name} {expected}; "
                    f"got {array.dtype.name} {array.shape}"
                )
        across = max((np.ptp(np.flatnonzero(self.fov.any(axis=axis))) for axis in (0, 1) if self.fov.any()), default=0)
        if not across / 2 < self.fov_diameter < np.inf:
            raise VenuleError(
                f"fov_diameter of a vessel map is {self.fov_diameter:g}; its field of view is {across + 1} pixels wide"
            )

    @classmethod
    def from_mask(
        cls,
        mask: MaskSource,
        photograph: Photograph | None = None,
        *,
        fov: FieldOfView | MaskSource | None = None,
        name: str | None = None,
    ) -> Self:
        """The map that a mask is: drawn by somebody, or found by another tool.

        Args:
            mask: of the vessels, as `venule.photograph.read_mask` takes it; only the field of view counts.
            photograph: from `venule.read_photograph`; None: not at hand, it is taken to be black.
            fov: its field of view, where that of the photograph is not to be taken; without either the whole frame,
                its longer side as the diameter.
            name: what messages call the mask.

        Raises:
            MaskError: it holds labels or grey levels, is inverted or empty, or has another size than the photograph.
            PhotographError: a file cannot be decoded, or the field of view is empty.

        Example:
            >>> drawn = venule.VesselMap.from_mask(phantom.vessels, phantom.photograph)
            >>> drawn.threshold
            0.5
        """
        vessels = read_mask(mask, name=name)
        field, image = _parts(vessels.shape, photograph, fov)
        check_drawing(vessels, field.mask, name=name or mask_name(mask))
        return cls._of(vessels.astype(np.float32), field, image, threshold=0.5, model="")

    @classmethod
    def from_probability(
        cls,
        probability: MaskSource,
        photograph: Photograph | None = None,
        *,
        threshold: float,
        fov: FieldOfView | MaskSource | None = None,
        model: str = "",
        working_diameter: float | None = None,
    ) -> Self:
        """The map that a probability and a threshold are.

        Args:
            probability: that a pixel is vessel, as `venule.photograph.read_probability` takes it; only the field of
                view counts.
            photograph: from `venule.read_photograph`; None: not at hand, it is taken to be black.
            threshold: in (0, 1), from which a pixel is vessel.
            fov: as for `from_mask`.
            model: name of what found it; "" for a map that no model made.
            working_diameter: pixels across the field of view at which the model looks at most; None: no such limit.

        Raises:
            MaskError: it holds no probabilities, is inverted, or has another size than the photograph.
            PhotographError: a file cannot be decoded, or the field of view is empty.
            VenuleError: the threshold is not in (0, 1).

        Example:
            >>> once_more = venule.VesselMap.from_probability(found.probability, phantom.photograph, threshold=0.5)
            >>> once_more.threshold
            0.5
        """
        shares = read_probability(probability)
        field, image = _parts(shares.shape, photograph, fov)
        check_size(shares, field.mask.shape, name=mask_name(probability))
        if not model:
            check_not_inverted(shares > 0.5, field.mask, name=mask_name(probability))
        found = cls._of(shares, field, image, threshold=check_threshold(threshold), model=model)
        return replace(found, working_diameter=working_diameter)

    @classmethod
    def _of(
        cls, shares: ProbabilityArray, field: FieldOfView, image: ImageArray, *, threshold: float, model: str
    ) -> Self:
        """The map inside a field of view."""
        return cls(
            probability=np.where(field.mask, shares, np.float32(0)),
            vessels=(shares >= threshold) & field.mask,
            fov=field.mask,
            threshold=threshold,
            fov_diameter=field.diameter,
            model=model,
            image=image,
            notes=field.notes,
        )

    def redrawn(self, mask: MaskSource, *, name: str = "the mask") -> Self:
        """The map of the same photograph with the vessels of a mask, made by no model.

        Args:
            mask: as `venule.photograph.read_mask` takes it; only the field of view counts.
            name: what messages call the mask.

        Raises:
            MaskError: it holds labels or grey levels, is inverted or empty, or has another size than the photograph.
            PhotographError: a file cannot be decoded.

        Example:
            >>> found.redrawn(phantom.arteries).vessel_share < found.vessel_share
            True
        """
        vessels = read_mask(mask, name=name)
        check_drawing(vessels, self.fov, name=name)
        drawn = vessels & self.fov
        return replace(
            self,
            probability=drawn.astype(np.float32),
            vessels=drawn,
            threshold=0.5,
            model="",
            working_diameter=None,
            artery_probability=None,
            vein_probability=None,
        )

    def at_threshold(self, threshold: float) -> Self:
        """The same map with the vessels of another threshold.

        Args:
            threshold: probability, in (0, 1), from which a pixel is vessel.

        Raises:
            VenuleError: the threshold is not in (0, 1).

        Example:
            >>> found.at_threshold(0.9).vessel_share < found.vessel_share
            True
        """
        threshold = check_threshold(threshold)
        return replace(self, vessels=(self.probability >= threshold) & self.fov, threshold=threshold)

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

    @property
    def arteries(self) -> BoolArray | None:
        """Vessels that are arteries, bool (height, width): as probable as `SURE` or more; None: not known."""
        return self._of_kind(self.artery_probability)

    @property
    def veins(self) -> BoolArray | None:
        """Vessels that are veins, bool (height, width); arteries cross them where both are True."""
        return self._of_kind(self.vein_probability)

    def _of_kind(self, probability: ProbabilityArray | None) -> BoolArray | None:
        return None if probability is None else np.asarray(self.vessels & (probability >= SURE))

    def of_kind(self, kind: Literal["artery", "vein"]) -> Self:
        """The map of the arteries alone, or of the veins alone.

        Raises:
            VenuleError: arteries and veins are not known.

        Example:
            >>> found.of_kind("artery")
            Traceback (most recent call last):
            venule.errors.VenuleError: arteries and veins are not known
        """
        that = self.artery_probability if kind == "artery" else self.vein_probability
        if that is None:
            raise VenuleError("arteries and veins are not known", reason="no-arteries-and-veins")
        here = that >= SURE
        return replace(self, probability=np.where(here, self.probability, np.float32(0)), vessels=self.vessels & here)

    def overlay(self) -> ImageArray:
        """The photograph with its vessels in light blue, black outside the field of view.

        Returns:
            uint8 (height, width, 3) RGB. Outside the field of view nothing is shown: names and dates stand there.

        Example:
            >>> found.overlay().shape
            (400, 400, 3)
        """
        picture = np.where(self.fov[..., None], self.image, 0).astype(np.uint8)
        layer = np.array(OVERLAY_COLOUR, np.float32)
        picture[self.vessels] = ((1 - OPACITY) * picture[self.vessels] + OPACITY * layer).astype(np.uint8)
        return picture

    def _repr_png_(self) -> bytes:
        """The overlay as a notebook shows it, its longer side 500 pixels or less."""
        picture = Image.fromarray(self.overlay())
        picture.thumbnail((_SHOWN, _SHOWN), Image.Resampling.BOX)
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()


def check_threshold(threshold: float) -> float:
    """Return the threshold, if it is one.

    Raises:
        VenuleError: it is not in (0, 1).

    Example:
        >>> check_threshold(0.4)
        0.4
    """
    if not 0 < threshold < 1:
        raise VenuleError(
            f"threshold {threshold:g} is not between 0 and 1; leave it out to use the model's own",
            reason="bad-threshold",
        )
    return float(threshold)


def _parts(
    shape: tuple[int, ...], photograph: Photograph | None, fov: FieldOfView | MaskSource | None
) -> tuple[FieldOfView, ImageArray]:
    """The field of view and the pixels of a photograph; the whole frame and black where they are not known."""
    if fov is not None and not isinstance(fov, FieldOfView):
        fov = fov_from_mask(read_fov(fov, name="the field of view"))
    if fov is None:
        fov = photograph.fov if photograph else whole_frame((shape[0], shape[1]))
    return fov, photograph.image if photograph else np.zeros((*fov.mask.shape, 3), np.uint8)
