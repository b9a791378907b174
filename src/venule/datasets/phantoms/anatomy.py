"""The layout of a phantom: field of view, optic disc, fovea, and the axes between them."""

import math
from dataclasses import dataclass

import numpy as np

from venule.photograph import FieldOfView

UNITS = 540.0  # diameter of the field of view, the same as that of DRIVE in pixels
FIELD = 45.0  # angle of the field of view in degrees
DISC_TO_FOVEA = 15.0  # degrees between the centres of disc and fovea
AVASCULAR = 0.3  # radius of the foveal avascular area, in disc diameters


@dataclass(frozen=True)
class Anatomy:
    """The layout of one phantom, in units (540 across the field of view) around its centre; x right, y down.

    Attributes:
        disc: centre of the optic disc, (x, y).
        disc_diameter: of the optic disc.
        fovea: centre of the fovea, (x, y).
        temporal: unit vector (x, y) from the disc along the raphe, towards the side of the fovea.
        half_height: distance at which the frame cuts the field of view above and below; 270 or more: not at all.
    """

    disc: tuple[float, float]
    disc_diameter: float
    fovea: tuple[float, float]
    temporal: tuple[float, float]
    half_height: float

    @property
    def avascular_radius(self) -> float:
        """Radius of the area around the fovea without vessels."""
        return AVASCULAR * self.disc_diameter

    def shows(self, x: float, y: float, *, margin: float = 0.0) -> bool:
        """Whether a position is inside the field of view, at least `margin` from its edge."""
        return math.hypot(x, y) < UNITS / 2 - margin and abs(y) < self.half_height - margin

    def along(self, x: float, y: float) -> tuple[float, float]:
        """A position as (temporal of the disc, above the raphe)."""
        dx, dy = x - self.disc[0], y - self.disc[1]
        across = self._up
        return dx * self.temporal[0] + dy * self.temporal[1], dx * across[0] + dy * across[1]

    def position(self, temporal: float, up: float) -> tuple[float, float]:
        """The position (x, y) `temporal` of the disc and `up` above the raphe."""
        heading, length = self.heading(temporal, up), math.hypot(temporal, up)
        return self.disc[0] + length * math.cos(heading), self.disc[1] + length * math.sin(heading)

    def heading(self, temporal: float, up: float) -> float:
        """The direction of (temporal, up) in the photograph, in radians from x towards y."""
        across = self._up
        return math.atan2(
            temporal * self.temporal[1] + up * across[1],
            temporal * self.temporal[0] + up * across[0],
        )

    @property
    def _up(self) -> tuple[float, float]:
        side = math.copysign(1.0, self.temporal[0])
        return self.temporal[1] * side, -self.temporal[0] * side


def make_eye(rng: np.random.Generator) -> Anatomy:
    """Draw a left or right eye, centred on the fovea, on the disc, or between them."""
    degree = UNITS / FIELD
    side = rng.choice([-1.0, 1.0])
    tilt = math.radians(rng.normal(0, 4))
    temporal = (side * math.cos(tilt), math.sin(tilt))
    distance = degree * rng.normal(DISC_TO_FOVEA, 0.6)
    drop = math.radians(rng.normal(5.6, 2.5))  # the fovea is a little below the disc
    step = (side * distance * math.cos(drop), distance * math.sin(drop))
    gaze = rng.choice([0.0, 0.45, 0.9], p=[0.6, 0.2, 0.2]) + rng.normal(0, 0.07)  # 0: fovea centred, 1: disc centred
    fovea = (gaze * step[0], float(np.clip(gaze * step[1] + rng.normal(0, 12), -35, 35)))
    cut = rng.random() < 0.25
    return Anatomy(
        disc=(float(fovea[0] - step[0]), float(fovea[1] - step[1])),
        disc_diameter=float(UNITS / rng.uniform(7.0, 8.0)),
        fovea=(float(fovea[0]), float(fovea[1])),
        temporal=(float(temporal[0]), float(temporal[1])),
        half_height=float(UNITS / 2 * rng.uniform(0.72, 0.9)) if cut else UNITS,
    )


def make_fov(eye: Anatomy, size: int, rng: np.random.Generator) -> FieldOfView:
    """The field of view in a frame of width `size`, which may cut the circle above and below."""
    diameter = size * float(rng.uniform(0.93, 0.985))
    height = min(size, 2 * round(eye.half_height * diameter / UNITS))
    slack = (size - diameter) / 2
    column = (size - 1) / 2 + float(rng.uniform(-0.5, 0.5)) * slack
    row = (height - 1) / 2 + (float(rng.uniform(-0.5, 0.5)) * slack if height == size else 0.0)
    rows, columns = np.ogrid[:height, :size]
    mask = np.hypot(rows - row, columns - column) <= diameter / 2
    return FieldOfView(mask, (row, column), diameter)
