"""The code of a released version beside the code that is deployed: two packages of one name in one process."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module, invalidate_caches
from pathlib import Path
from types import ModuleType
from typing import Any

from serin.domain.names import digest
from serin.domain.scratch import SCRATCH
from serin.files.replaced import replace_file

PACKAGE = "model_code"
Functions = Callable[[str], Callable[..., Any]]


class ReleasedCode:
    """Finds functions in a model layer by `module:name`. While one runs, the layer's package is the model's code.

    A layer executes code: give only one whose digest the registry has recorded.
    """

    def __init__(self, layer: bytes) -> None:
        # Python imports from a zip; one name for one content, so that a warm process writes it once.
        self._path = Path(tempfile.gettempdir()) / f"{SCRATCH}model-{digest(layer)[:32]}.zip"
        if not self._path.exists():
            # Whoever dies while writing leaves no half of it under that name.
            replace_file(self._path, layer)
        self._modules: dict[str, ModuleType] = {}

    def __call__(self, call: str) -> Callable[..., Any]:
        """The function; what it imports while it runs comes from the layer too."""

        def run(*arguments: Any) -> Any:
            with self.in_place() as functions:
                return functions(call)(*arguments)

        return run

    @contextmanager
    def in_place(self) -> Iterator[Functions]:
        """Until the end, `model_code` is the package in the layer; its functions may be called as often as need be."""
        folder = f"{self._path}/python"
        deployed = _take_away()
        sys.modules.update(self._modules)
        sys.path.insert(0, folder)
        invalidate_caches()
        try:
            yield _function
        finally:
            sys.path.remove(folder)
            self._modules = _take_away()
            sys.modules.update(deployed)


def _function(call: str) -> Callable[..., Any]:
    module, _, name = call.partition(":")
    function: Callable[..., Any] = getattr(import_module(f"{PACKAGE}.{module}"), name)
    return function


def _take_away() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name == PACKAGE or name.startswith(f"{PACKAGE}.")]
    return {name: sys.modules.pop(name) for name in names}
