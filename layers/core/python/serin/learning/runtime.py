"""With which libraries a model is fitted: as a record, and as a digest of everything installed beside them."""

from __future__ import annotations

import platform
import re
from importlib.metadata import distribution, distributions, version

from serin.domain.names import digest

LIBRARIES = ("numpy", "pandas", "scikit-learn", "joblib")


def runtime_versions() -> dict[str, str]:
    """The versions of the interpreter and of the libraries a fitted model depends on."""
    return {"python": platform.python_version(), **{name: version(name) for name in LIBRARIES}}


def lock_digest() -> str:
    """Names what is installed beside scikit-learn: on Lambda the science layer, which its lock file decides."""
    folder = str(distribution("scikit-learn").locate_file(""))
    pins = {f"{_normal(package.name)}=={package.version}" for package in distributions(path=[folder])}
    return digest(*sorted(pins))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
