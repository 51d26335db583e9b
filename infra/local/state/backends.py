"""moto's backends by name, so that a snapshot can hold their content and put it back where everybody looks for it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from serin.domain.errors import Corrupt

Name = tuple[str, ...]
"""Module and class of a backend; of a single one its account and region, too."""


def name_of(value: BaseBackend | BackendDict[Any]) -> Name:
    """The name of one backend, or of all of a service's."""
    if isinstance(value, BackendDict):
        return value.backend.__module__, value.backend.__name__
    kind = type(value)
    return kind.__module__, kind.__name__, value.account_id, value.region_name


def find(name: Name) -> Any:
    """What has the name; a backend nobody has asked for yet is made empty."""
    module, kind, *place = name
    if not module.startswith("moto."):
        raise Corrupt(f"The state holds {module}.{kind}, which is never kept.", "It is not opened; use another folder.")
    every = vars(importlib.import_module(module)).values()
    backend = next((one for one in every if isinstance(one, BackendDict) and one.backend.__name__ == kind), None)
    if backend is None:
        raise Corrupt(f"moto has no {module}.{kind}.", "The state is another version's; use another folder.")
    return backend[place[0]][place[1]] if place else backend


def in_use() -> Iterator[BaseBackend]:
    """All backends that anything was asked of."""
    for service in list(BackendDict._instances):  # type: ignore[misc]
        for _account, _region, backend in list(service.iter_backends()):
            yield backend
