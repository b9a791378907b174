"""venule finds the blood vessels in photographs of the retina and measures them.

On arrays or files: `venule.segment(photograph)`, `venule.measure(found)`, `venule.assess_quality(found)`,
`venule.evaluate(vessels, reference, fov=fov)`, `venule.load_model(name)`;
with the extra `[train]`, `venule.networks.create(name)`.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from venule.evaluation import evaluate as evaluate
    from venule.measurement import assess_quality as assess_quality
    from venule.measurement import measure as measure
    from venule.models import load_model as load_model
    from venule.segmentation import segment as segment
    from venule.vessel_map import VesselMap as VesselMap

__version__ = "0.1.0"

# Loaded on first use: `import venule` and `venule --help` must not wait for libraries that they do not need.
_HOMES = {
    "segment": "venule.segmentation",
    "measure": "venule.measurement",
    "assess_quality": "venule.measurement",
    "evaluate": "venule.evaluation",
    "load_model": "venule.models",
    "VesselMap": "venule.vessel_map",
}
__all__ = ["VesselMap", "__version__", "assess_quality", "evaluate", "load_model", "measure", "segment"]


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    if name == "networks":
        return import_module(f"venule.{name}")
    raise AttributeError(f"module 'venule' has no attribute {name!r}")
