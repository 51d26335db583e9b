"""The kernel built for this machine, as setup leaves it in build/."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from infra.packaging.built import BuiltPackages
from infra.settings import Target, this_architecture, this_python
from serin.serving.compiled.kernel import LIBRARY, PACKAGE, Kernel, kernel_at

ROOT = Path(__file__).parents[1]


@cache
def this_kernel() -> Kernel:
    """Of the layer that the local cloud is given."""
    return kernel_at(kernel_library())


def kernel_library() -> Path:
    """Its file, which nobody writes to."""
    return kernel_folder() / PACKAGE / LIBRARY


@cache
def kernel_folder() -> Path:
    """What this layer puts on the path."""
    layer = BuiltPackages(ROOT, Target("local", this_python(), this_architecture()), ()).layer("kernel")
    return layer.folder / "python"
