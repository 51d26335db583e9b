"""The kernel of compiled models beside a training in this process, as its layer is beside the trainer's function."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.packaging.built import BuiltPackages
from infra.settings import Target, this_architecture, this_python

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def kernel_beside() -> Iterator[None]:
    """Until the end, the package of the kernel for this machine can be imported; it is built once."""
    layer = BuiltPackages(ROOT, Target("local", this_python(), this_architecture()), ()).layer("kernel")
    folder = str(layer.folder / "python")
    sys.path.append(folder)
    try:
        yield
    finally:
        sys.path.remove(folder)
