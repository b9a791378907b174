"""Sample data: synthetic photographs, each with its exact vessels."""

from venule import make_phantom
from venule.napari.layers import LayerData, photograph_layer, vessels_layer


def round_phantom() -> list[LayerData]:
    """A phantom with a round field of view; its exact vessels are hidden at first."""
    return _layers(5, name="phantom")


def cut_phantom() -> list[LayerData]:
    """A phantom with a field of view that is cut at top and bottom; its exact vessels are hidden at first."""
    return _layers(6, name="phantom_cut")


def _layers(seed: int, *, name: str) -> list[LayerData]:
    phantom = make_phantom(seed)
    exact, about, kind = vessels_layer(phantom.vessels, name=f"{name}_exact")
    return [photograph_layer(phantom.image, name=name), (exact, {**about, "visible": False}, kind)]
