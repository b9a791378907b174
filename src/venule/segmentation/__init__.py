"""Photograph + model -> VesselMap."""
