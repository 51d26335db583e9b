"""With what a step runs: the platform's own library, and what is installed beside a distribution."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import distribution, distributions
from pathlib import Path

from serin.domain.names import digest

LIBRARY = Path(__file__).resolve().parents[2]


@cache
def layer_digest() -> str:
    """Names the platform's library, by the content of its modules wherever they lie."""
    modules = sorted(LIBRARY.rglob("*.py"))
    return digest(*(part for file in modules for part in (str(file.relative_to(LIBRARY)), file.read_bytes())))


def lock_digest(beside: str) -> str:
    """Names what is installed where that distribution is: on Lambda its layer, which a lock file decides."""
    return _pins_digest(str(distribution(beside).locate_file("")))


@cache
def _pins_digest(folder: str) -> str:
    # What is installed stays while a process runs, and to read it is a tenth of a second of each step of a training.
    # Each package's file is read once: its name and its version by themselves would read it twice.
    packages = (package.metadata for package in distributions(path=[folder]))
    pins = {f"{_normal(package['Name'])}=={package['Version']}" for package in packages}
    return digest(*sorted(pins))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
