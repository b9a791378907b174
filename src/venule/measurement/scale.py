"""From pixels to micrometres and degrees, where the user says how."""

import math
from dataclasses import dataclass

from venule.errors import MeasurementError
from venule.photograph.eye_size import scale_error

DISCS = (500.0, 5000.0)  # micrometres: optic discs are 1,000 to 2,900 across


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
        >>> venule.measure(found, scale=venule.Scale(um_per_pixel=20))["calibre_p90_um"] > 20
        True
    """

    um_per_pixel: float | None = None
    field_degrees: float | None = None
    disc_um: float | None = None

    def __post_init__(self) -> None:
        """Check the values.

        Raises:
            MeasurementError: more than one is given, one is not positive, no camera sees so many degrees, or no disc is
                so large or small.
        """
        given = {name: value for name, value in vars(self).items() if value is not None}
        if len(given) > 1:
            raise MeasurementError(f"give one scale, not {' and '.join(given)}", reason="bad-scale")
        for name, value in given.items():
            if not 0 < value < float("inf"):
                raise MeasurementError(f"{name} must be a positive number; got {value:g}", reason="bad-scale")
        if self.disc_um and not DISCS[0] <= self.disc_um <= DISCS[1]:
            raise MeasurementError(
                f"disc_um {self.disc_um:g} is not the diameter of an optic disc: these are 1000 to 2900 um across",
                reason="bad-scale",
            )
        if said := scale_error(field_degrees=self.field_degrees):
            radians = f"; {self.field_degrees:g} radians are {math.degrees(self.field_degrees or 0):.0f} degrees"
            raise MeasurementError(said + (radians if (self.field_degrees or 0) < 3.5 else ""), reason="bad-scale")

    def check(self, *, fov_diameter: float) -> None:
        """Check that an eye can show what the scale makes a field of view.

        Args:
            fov_diameter: pixels of the photograph.

        Raises:
            MeasurementError: it would be much smaller or larger.
        """
        if said := scale_error(um_per_pixel=self.um_per_pixel, fov_diameter=fov_diameter):
            raise MeasurementError(f"{said}: is the scale in micrometres for each pixel?", reason="bad-scale")

    @property
    def unit_names(self) -> tuple[str, ...]:
        """The units that lengths are given in besides pixels: "um" or "deg"."""
        return ("deg",) if self.field_degrees else ("um",) if self.um_per_pixel or self.disc_um else ()

    def units(self, *, fov_diameter: float, disc_diameter: float | None) -> dict[str, float]:
        """Names of the units that are known besides pixels, and how many of each a pixel of the photograph is.

        Args:
            fov_diameter: pixels of the photograph.
            disc_diameter: pixels of the photograph; None where no disc was found, or it is not sure.
        """
        if self.um_per_pixel:
            return {"um": self.um_per_pixel}
        if self.field_degrees:
            return {"deg": self.field_degrees / fov_diameter}
        if self.disc_um and disc_diameter:
            return {"um": self.disc_um / disc_diameter}
        return {}
