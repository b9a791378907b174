"""Phantoms: synthetic fundus photographs with exact reference."""

from venule.datasets.phantoms.phantom import Phantom, make_phantom, write_phantoms
from venule.datasets.phantoms.vessels import Segment

__all__ = ["Phantom", "Segment", "make_phantom", "write_phantoms"]
