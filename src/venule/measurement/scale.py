"""From pixels to micrometres and degrees, where the user says how."""

from dataclasses import dataclass

from venule.errors import MeasurementError

WIDEST = 200.0  # degrees that the widest cameras see


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What the user knows of the size of a pixel; at most one of the three. Nothing is ever guessed.

    Attributes:
        um_per_pixel: on the retina, of the photograph as it was given.
        field_degrees: angle that the circle of the field of view spans, such as 45; gives degrees, not micrometres.
        disc_um: diameter to take the optic disc for, such as 1800; gives micrometres through the disc that was
            found, and is as wrong as that and as this eye's disc differs from it.

    Example:
        >>> venule.Scale(field_degrees=45).unit_names
        ('deg',)
        >>> venule.measure(found, scale=venule.Scale(um_per_pixel=20))["calibre_median_um"] > 20
        True
    """

    um_per_pixel: float | None = None
    field_degrees: float | None = None
    disc_um: float | None = None

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            MeasurementError: more than one is given, one is not positive, or no camera sees so many degrees.
        """
        given = {name: value for name, value in vars(self).items() if value is not None}
        if len(given) > 1:
            raise MeasurementError(f"give one scale, not {' and '.join(given)}", reason="bad-scale")
        for name, value in given.items():
            if not 0 < value < float("inf"):
                raise MeasurementError(f"{name} must be a positive number; got {value:g}", reason="bad-scale")
        if self.field_degrees and self.field_degrees > WIDEST:
            raise MeasurementError(
                f"field_degrees is the angle of the camera, {WIDEST:g} at most; got {self.field_degrees:g}",
                reason="bad-scale",
            )

    @property
    def unit_names(self) -> tuple[str, ...]:
        """The units that lengths are given in besides pixels: "um" or "deg"."""
        return ("deg",) if self.field_degrees else ("um",) if self.um_per_pixel or self.disc_um else ()

    def units(self, *, fov_diameter: float, disc_diameter: float | None) -> dict[str, float]:
        """Names of the units that are known besides pixels, and how many of each a pixel of the photograph is.

        Args:
            fov_diameter: pixels of the photograph.
            disc_diameter: pixels of the photograph; None where no disc was found.
        """
        if self.um_per_pixel:
            return {"um": self.um_per_pixel}
        if self.field_degrees:
            return {"deg": self.field_degrees / fov_diameter}
        if self.disc_um and disc_diameter:
            return {"um": self.disc_um / disc_diameter}
        return {}
