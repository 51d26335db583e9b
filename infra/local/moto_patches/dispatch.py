"""What moto looks up anew for every request, though it never changes while the process lives."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from functools import cache

from infra.local.moto_patches.registry import replace, wrap


@wrap(importlib.import_module("moto.backends"), "list_of_moto_modules")
def list_of_moto_modules(original: Callable[[], Iterable[str]]) -> Collection[str]:
    """moto lists its own folder on the disk, and looks at each file in it, while all other requests wait."""
    return _modules(original)


@cache
def _modules(listed: Callable[[], Iterable[str]]) -> Collection[str]:
    return dict.fromkeys(listed())


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
