"""The model's code as the package `model_code`, run from the very files that are being written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import invalidate_caches
from pathlib import Path
from types import ModuleType

PACKAGE = "model_code"


@contextmanager
def code_in_place(folder: Path) -> Iterator[None]:
    """Until the end, `model_code` is the folder: a debugger shows its files, and `breakpoint()` in them stops there."""
    before = _take_away()
    package = ModuleType(PACKAGE)
    package.__path__ = [str(folder.resolve())]
    sys.modules[PACKAGE] = package
    invalidate_caches()
    try:
        yield
    finally:
        _take_away()
        sys.modules.update(before)


def _take_away() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name == PACKAGE or name.startswith(f"{PACKAGE}.")]
    return {name: sys.modules.pop(name) for name in names}
