"""VesselMap + reference drawing -> counts -> scores, intervals, map of agreement."""
