"""venule finds the blood vessels in photographs of the retina and measures them.

In the examples of the documentation, `phantom`, `found` and `measured` are those of this one, and `folder` is a data
set of such photographs.

Example:
    >>> import venule
    >>> phantom = venule.make_phantom(1, size=400)  # a synthetic photograph; or a file of your own, "eye.jpg"
    >>> found = venule.segment(phantom.image)
    >>> venule.evaluate(found, phantom.vessels).dice > 0.7
    True
    >>> measured = venule.measure(found)
    >>> measured["calibre_p90_px"] > 1
    True
"""

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venule.datasets.phantoms import make_phantom as make_phantom
    from venule.evaluation import evaluate as evaluate
    from venule.measurement import Scale as Scale
    from venule.measurement import assess_quality as assess_quality
    from venule.measurement import measure as measure
    from venule.models import load_model as load_model
    from venule.photograph import read_photograph as read_photograph
    from venule.segmentation import segment as segment
    from venule.vessel_map import Landmarks as Landmarks
    from venule.vessel_map import VesselMap as VesselMap

# From 1.29 on, onnxruntime reports to Microsoft unless this is set before it is loaded. Other processes inherit it.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"

# Loaded on first use: `import venule` and `venule --help` must not wait for libraries that they do not need.
_HOMES = {
    "Landmarks": "venule.vessel_map",
    "Scale": "venule.measurement",
    "VesselMap": "venule.vessel_map",
    "assess_quality": "venule.measurement",
    "evaluate": "venule.evaluation",
    "load_model": "venule.models",
    "make_phantom": "venule.datasets.phantoms",
    "measure": "venule.measurement",
    "read_photograph": "venule.photograph",
    "segment": "venule.segmentation",
}
__all__ = ["__version__", "networks", *_HOMES]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "networks":
        return import_module("venule.networks")
    raise AttributeError(f"module 'venule' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
