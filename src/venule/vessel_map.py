"""The vessel map: what segmentation makes, and measurement, evaluation and report take."""

import io
import math
from dataclasses import dataclass, replace
from typing import Literal, Self

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from venule.errors import VenuleError
from venule.photograph import FieldOfView, Photograph, fov_from_mask, read_mask, read_probability
from venule.photograph.arrays import BoolArray, ImageArray, ProbabilityArray
from venule.photograph.fov import whole_frame
from venule.photograph.mask import MaskSource, check_drawing, check_not_inverted, check_size, mask_name, read_fov

_SHOWN = 500  # pixels, the longer side of what a notebook shows
OVERLAY_COLOUR = (64, 224, 255)  # light blue: far from every colour of a retina, also to colour-blind readers
OPACITY, OPACITY_OF_KINDS = 0.6, 0.85  # of the vessels in an overlay
# Light and dark as well as red and blue, so that colour-blind readers tell them apart; `read_coloured` reads them.
ARTERY, VEIN, BOTH, UNSURE = (255, 96, 96), (64, 120, 255), (224, 64, 255), (192, 192, 192)
DIM = 0.6  # brightness of a photograph under arteries and veins: a retina is red, too
REACH = 0.01  # of the field of view: how far beside a vessel what is drawn may say what it is
SURE = 0.6  # probability from which on a vessel is called an artery or a vein


@dataclass(frozen=True)
class Disc:
    """The optic disc.

    Attributes:
        centre: (row, column).
        diameter: in the unit of the centre.
        confidence: 0 to 1; below 0.2 look at it before it is used.

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
        confidence: 0 to 1.
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
        >>> seen = venule.Landmarks(Disc((200.0, 90.0), diameter=52.0, confidence=1.0), Fovea((210.0, 220.0), 0.9))
        >>> seen.eye
        'L'
    """

    disc: Disc | None = None
    fovea: Fovea | None = None

    @property
    def eye(self) -> Literal["R", "L", ""]:
        """Which eye an upright photograph shows: the disc lies on the side of the nose; "" without disc and fovea."""
        if self.disc is None or self.fovea is None:
            return ""
        return "R" if self.disc.centre[1] > self.fovea.centre[1] else "L"

    def centred_on(self, middle: tuple[float, float]) -> Literal["disc", "macula", ""]:
        """What lies within a disc diameter of the middle of the field of view, (row, column); "" if neither does."""
        if self.disc is None:
            return ""
        near = [("disc", self.disc.centre), *([("macula", self.fovea.centre)] if self.fovea else [])]
        name, place = min(near, key=lambda one: math.dist(one[1], middle))
        return name if math.dist(place, middle) <= self.disc.diameter else ""  # type: ignore[return-value]


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
        landmarks: optic disc and fovea, in pixels of the photograph; None: nobody has looked for them.

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
    landmarks: Landmarks | None = None

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
        """The map of the same photograph with the vessels of a mask.

        Of a map that a model made, the probability stays where the mask agrees with the vessels, is 1 where the mask
        adds a vessel, and 0 where it removes one. So a mask that changes nothing is measured as before.

        Args:
            mask: as `venule.photograph.read_mask` takes it; only the field of view counts.
            name: what messages call the mask.

        Raises:
            MaskError: it holds labels or grey levels, is inverted or empty, or has another size than the photograph.
            PhotographError: a file cannot be decoded.

        Example:
            >>> found.redrawn(phantom.arteries).vessel_share < found.vessel_share
            True
            >>> bool((found.redrawn(found.vessels).probability == found.probability).all())
            True
        """
        vessels = read_mask(mask, name=name)
        check_drawing(vessels, self.fov, name=name)
        drawn = vessels & self.fov
        probability = np.where(drawn == self.vessels, self.probability, drawn).astype(np.float32)
        return replace(self, probability=probability, vessels=drawn)

    def with_kinds(self, arteries: MaskSource | None, veins: MaskSource | None) -> Self:
        """The same map with the arteries and veins that somebody drew.

        A vessel pixel is what is drawn nearest to it, up to a hundredth of the field of view away. Farther away, and
        where one of both masks is missing, it is what the map knows, otherwise unsure.

        Args:
            arteries: as `venule.photograph.read_mask` takes it; None: not drawn.
            veins: the same.

        Raises:
            MaskError: one holds labels or grey levels, or has another size than the photograph.
            PhotographError: a file cannot be decoded.

        Example:
            >>> drawn = found.with_kinds(phantom.arteries, phantom.veins)
            >>> bool(drawn.arteries[phantom.arteries & ~phantom.veins & found.vessels].all())
            True
        """
        reach = REACH * self.fov_diameter
        away = []
        for mask, name in ((arteries, "arteries"), (veins, "veins")):
            drawn = None if mask is None else read_mask(mask, name=name)
            if drawn is not None:
                check_size(drawn, self.fov.shape, name=name)
            away.append(_distance_to(drawn, self.fov.shape))
        half = np.full(self.fov.shape, 0.5, np.float32)
        artery = half if self.artery_probability is None else self.artery_probability
        vein = half if self.vein_probability is None else self.vein_probability
        near = np.minimum(*away) <= reach
        kinds = [
            np.where(near, np.float32(1) * (here <= there), known).astype(np.float32)
            for here, there, known in ((*away, artery), (*away[::-1], vein))
        ]
        return replace(self, artery_probability=kinds[0], vein_probability=kinds[1])

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
    def middle(self) -> tuple[float, float]:
        """The (row, column) in the middle of the field of view."""
        places = [np.flatnonzero(self.fov.any(axis=axis)) for axis in (1, 0)]
        row, column = (float(place[0] + place[-1]) / 2 if len(place) else 0.0 for place in places)
        return row, column

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
            >>> found.of_kind("artery").vessel_share < found.vessel_share
            True
        """
        that = self.artery_probability if kind == "artery" else self.vein_probability
        if that is None:
            raise VenuleError("arteries and veins are not known", reason="no-arteries-and-veins")
        here = that >= SURE
        return replace(self, probability=np.where(here, self.probability, np.float32(0)), vessels=self.vessels & here)

    def coloured(self) -> ImageArray:
        """The vessels in colours, see `colour_vessels`.

        Example:
            >>> found.coloured()[found.arteries & ~found.veins][0].tolist() == list(ARTERY)
            True
        """
        return colour_vessels(self.vessels, self.arteries, self.veins)

    def overlay(self) -> ImageArray:
        """The photograph, darker, with its vessels in the colours of `coloured`, black outside the field of view.

        With vessels alone, the photograph is as bright as it was.

        Returns:
            uint8 (height, width, 3) RGB. Outside the field of view nothing is shown: names and dates stand there.

        Example:
            >>> found.overlay().shape
            (400, 400, 3)
        """
        return paint_over(self.image, self.fov, self.coloured(), kinds=self.arteries is not None)

    def _repr_png_(self) -> bytes:
        """The overlay as a notebook shows it, its longer side 500 pixels or less."""
        picture = Image.fromarray(self.overlay())
        picture.thumbnail((_SHOWN, _SHOWN), Image.Resampling.BOX)
        file = io.BytesIO()
        picture.save(file, "PNG")
        return file.getvalue()


def colour_vessels(vessels: BoolArray, arteries: BoolArray | None, veins: BoolArray | None) -> ImageArray:
    """Draw vessels: arteries light red, veins blue, both purple where they cross, unsure ones grey.

    Args:
        vessels: bool (height, width).
        arteries: bool (height, width); None: not known.
        veins: bool (height, width); None: not known. Where neither is known, all vessels are light blue.

    Returns:
        uint8 (height, width, 3) RGB, black where there is no vessel.

    Example:
        >>> colour_vessels(np.array([[True, False]]), None, None).tolist()
        [[[64, 224, 255], [0, 0, 0]]]
    """
    picture = np.zeros((*vessels.shape, 3), np.uint8)
    if arteries is None and veins is None:
        picture[vessels] = OVERLAY_COLOUR
        return picture
    kinds = np.zeros(vessels.shape, np.uint8)
    for bit, mask in ((1, arteries), (2, veins)):
        if mask is not None:
            kinds[mask] += np.uint8(bit)
    drawn = vessels | (kinds > 0)
    picture[drawn] = np.array([UNSURE, ARTERY, VEIN, BOTH], np.uint8)[kinds[drawn]]
    return picture


def paint_over(image: ImageArray, fov: BoolArray, colours: ImageArray, *, kinds: bool) -> ImageArray:
    """Paint colours over a photograph, where they are not black, and make it black outside the field of view.

    Args:
        image: uint8 (height, width, 3) RGB.
        fov: bool (height, width).
        colours: of the shape of the image.
        kinds: whether they tell arteries from veins: the photograph is then darkened.

    Example:
        >>> paint_over(phantom.image, phantom.fov.mask, found.coloured(), kinds=True).shape
        (400, 400, 3)
    """
    picture = np.where(fov[..., None], image, 0).astype(np.uint8)
    if kinds:
        picture = (DIM * picture.astype(np.float32)).astype(np.uint8)
    here, opacity = colours.any(axis=2), OPACITY_OF_KINDS if kinds else OPACITY
    picture[here] = ((1 - opacity) * picture[here] + opacity * colours[here].astype(np.float32)).astype(np.uint8)
    return picture


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


def _distance_to(drawn: BoolArray | None, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Distance of each pixel to what is drawn; infinite where nothing is."""
    if drawn is None or not drawn.any():
        return np.full(shape, np.inf, np.float32)
    return np.asarray(cv2.distanceTransform((~drawn).view(np.uint8), cv2.DIST_L2, 5), np.float32)


def _parts(
    shape: tuple[int, ...], photograph: Photograph | None, fov: FieldOfView | MaskSource | None
) -> tuple[FieldOfView, ImageArray]:
    """The field of view and the pixels of a photograph; the whole frame and black where they are not known."""
    if fov is not None and not isinstance(fov, FieldOfView):
        fov = fov_from_mask(read_fov(fov, name="the field of view"))
    if fov is None:
        fov = photograph.fov if photograph else whole_frame((shape[0], shape[1]))
    return fov, photograph.image if photograph else np.zeros((*fov.mask.shape, 3), np.uint8)
