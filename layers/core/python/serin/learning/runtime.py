"""With which libraries, and on what processor, a model is fitted."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import version

from threadpoolctl import threadpool_info  # type: ignore[import-untyped]

LIBRARIES = ("numpy", "pandas", "scikit-learn", "joblib")


def runtime_versions() -> dict[str, str]:
    """The versions of the interpreter and of the libraries a fitted model depends on."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


@cache
def processor() -> str:
    """The kind of processor as arithmetic depends on it: the machine, and the kernels that BLAS has chosen for it."""
    kernels = {str(pool.get("architecture", "")) for pool in threadpool_info()} - {""}
    return " ".join([platform.machine(), *sorted(kernels)])
