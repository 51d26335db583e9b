"""The arrays that rows are measured by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
# A sure and wrong score costs 34.5, not infinity: one row must not decide alone.
SMALLEST_PROBABILITY = 1e-15
