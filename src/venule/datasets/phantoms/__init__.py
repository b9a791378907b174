"""Phantoms: synthetic fundus photographs with exact reference."""

from venule.datasets.phantoms.phantom import Phantom, make_phantom
from venule.datasets.phantoms.vessel_segment import Segment
from venule.datasets.phantoms.writing import write_phantoms

__all__ = ["Phantom", "Segment", "make_phantom", "write_phantoms"]
