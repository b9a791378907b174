"""Vessel maps to and from datasets of xarray."""

from typing import TYPE_CHECKING

import numpy as np

from venule import __version__
from venule.convert.numpy_arrays import from_numpy
from venule.errors import MissingExtraError, VenuleError
from venule.photograph import array_of
from venule.vessels import VesselMap

if TYPE_CHECKING:
    from xarray import Dataset


def to_xarray(found: VesselMap) -> "Dataset":
    """A vessel map as a dataset that says of itself what it holds.

    Its `to_zarr` keeps it whole, and its `to_netcdf` with h5netcdf or netCDF4: netCDF 3 has no unsigned bytes.

    Returns:
        Variables `probability`, float32 (y, x); `vessels` and `fov`, bool (y, x); `image`, uint8 (y, x, channel).
        Coordinates `y` and `x`, the middles of pixels, counted from 0 at the top left; and `channel`. Attributes
        `model`, `threshold`, `fov_diameter_px`, `vessel_share` and `venule`, the version.

    Raises:
        MissingExtraError: xarray is not installed.
    """
    try:
        import xarray
    except ImportError as error:
        raise MissingExtraError("xarray is not installed: pip install 'venule[notebook]'") from error
    height, width = found.vessels.shape
    return xarray.Dataset(
        {
            "probability": (("y", "x"), found.probability, {"long_name": "probability of vessel", "units": "1"}),
            "vessels": (("y", "x"), found.vessels, {"long_name": "vessel", "units": "1"}),
            "fov": (("y", "x"), found.fov, {"long_name": "field of view", "units": "1"}),
            "image": (("y", "x", "channel"), found.image, {"long_name": "photograph", "units": "grey level, 0 to 255"}),
        },
        coords={
            "y": ("y", np.arange(height), {"long_name": "row", "units": "pixel"}),
            "x": ("x", np.arange(width), {"long_name": "column", "units": "pixel"}),
            "channel": ["red", "green", "blue"],
        },
        attrs={
            "title": "vessels of a photograph of the retina",
            "model": found.model,
            "threshold": found.threshold,
            "fov_diameter_px": found.fov_diameter,
            "vessel_share": found.vessel_share,
            "venule": __version__,
        },
    )


def from_xarray(dataset: "Dataset") -> VesselMap:
    """Make a vessel map of a dataset; undoes `to_xarray`, also after a way through a file.

    Args:
        dataset: with a variable `vessels`, bool, or of two values of which one is 0; where they are there, `image`,
            `fov` and `probability`; and the attributes `threshold`, `fov_diameter_px` and `model`. Dimensions are told
            by their names, in any order. What is not there is taken as `from_numpy` takes it.

    Raises:
        PhotographError: as `venule.photograph.array_of` and `from_numpy` say.
        VenuleError: `bad-mask` where there are no vessels; otherwise as `from_numpy` says.
    """
    variables = getattr(dataset, "data_vars", {})
    if "vessels" not in variables:
        raise VenuleError(
            f"from_xarray takes a Dataset with the variable 'vessels'; got {type(dataset).__name__} with "
            f"{', '.join(map(repr, variables)) or 'no variables'}: array.to_dataset(name='vessels') makes one",
            reason="bad-mask",
        )
    names = ("vessels", "image", "fov", "probability")
    return from_numpy(
        **{name: array_of(variables[name], name=name) for name in names if name in variables},
        threshold=dataset.attrs.get("threshold", 0.5),
        fov_diameter=dataset.attrs.get("fov_diameter_px"),
        model=dataset.attrs.get("model", ""),
    )
