"""An error of the model's own code in words."""

from __future__ import annotations

import traceback
from pathlib import PurePath

_PACKAGE = "model_code"


def raised(error: BaseException) -> str:
    """An error by kind and message and, where the model's own code is on its way, by file and line."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _PACKAGE in PurePath(frame.filename).parts]
    place = f" ({PurePath(own[-1].filename).name}, line {own[-1].lineno})" if own else ""
    return f"{type(error).__name__}: {error}{place}"
