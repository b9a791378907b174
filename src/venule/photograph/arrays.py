"""Names for the array types."""

import numpy as np
from numpy.typing import NDArray

ImageArray = NDArray[np.uint8]  # (height, width, 3), RGB
BoolArray = NDArray[np.bool_]  # (height, width): vessels, field of view, reference drawing
ProbabilityArray = NDArray[np.float32]  # (height, width), in [0, 1]
FloatArray = NDArray[np.floating]  # all other measurements
