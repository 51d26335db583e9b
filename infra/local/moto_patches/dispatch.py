"""What moto looks up anew for every request, though it never changes while the process lives."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import dataclass

from infra.local.moto_patches.registry import replace


@dataclass(frozen=True)
class _Methods:
    """The names of a class's functions; looked up, so that one that is added is there."""

    owner: object

    def __contains__(self, name: str) -> bool:
        return inspect.isfunction(getattr(self.owner, name, None))


@replace(importlib.import_module("moto.core.responses"), "method_names_from_class")
def method_names_from_class(owner: object) -> _Methods:
    """moto reads every member of a class, hundreds, to see whether it has one."""
    return _Methods(owner)
