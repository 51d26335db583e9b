"""The classes and functions a state may name, and what a pickle may do with each.

A name counts where the thing is defined and nowhere else: through a module of ours everything could be reached that
it imports.
"""

from __future__ import annotations

import importlib
import sys
from dataclasses import is_dataclass
from enum import Enum
from functools import lru_cache
from typing import Any, Literal

from moto.core.common_models import BaseModel

from serin.domain.errors import Corrupt

Kind = Literal["object", "value", "called", "named"]
"""What is made without its constructor, what is found by its value, what is called, what is only referred to."""

_PICKLING = "infra.local.state.pickling"
_CALLED = {
    "_thread": {"RLock", "allocate_lock"},
    "collections": {"Counter", "OrderedDict", "defaultdict", "deque"},
    "datetime": {"date", "datetime", "time", "timedelta", "timezone"},
    "decimal": {"Decimal"},
    "infra.local.state.executions": {"EndedEnvironment"},
    "pathlib": {"Path", "PosixPath"},
    "re": {"_compile"},
    "threading": {"Condition", "Event", "Lock", "RLock"},
    "weakref": {"WeakValueDictionary"},
    _PICKLING: {"clock_event", "function_in", "set_default_dict", "set_event", "set_object", "set_versions"},
}
_NAMED = {"builtins": {"bytearray", "dict", "float", "frozenset", "int", "list", "set", "str", "tuple"}}
_OBJECTS = {"uuid": {"UUID"}, "infra.local.delivery.measuring": {"Level"}, _PICKLING: {"_Body"}}
_VALUES = {"uuid": {"SafeUUID"}}
_FINALISED = {("moto.s3.models", "FakeKey")}
"""Classes that act when they are let go; their reviver says what they may hold."""

_MAKERS = {kind.__new__ for kind in (BaseModel, object, dict, list, set, tuple)}


@lru_cache(maxsize=4096)
def kind_of(module: str, name: str) -> Kind | None:
    """What may be done with the thing of that name; None for what no state holds."""
    for kind, listed in _LISTED.items():
        if name in listed.get(module, ()):
            return kind
    defined = _defined(module, name) if module.split(".", maxsplit=1)[0] in {"infra", "moto"} else None
    if defined is None:
        return None
    if issubclass(defined, Enum):
        return "value"
    return "object" if _is_data(module, name, defined) else None


def resolved(module: str, name: str) -> Any:
    """The thing itself; raises Corrupt for what no state holds."""
    kind = kind_of(module, name)
    if kind is None:
        raise Corrupt(f"The state holds {module}.{name}, which is never kept.", "It is not opened; use another folder.")
    if any(name in listed.get(module, ()) for listed in _LISTED.values()):
        return getattr(importlib.import_module(module), name)
    return _defined(module, name)


_LISTED: dict[Kind, dict[str, set[str]]] = {
    "called": _CALLED,
    "named": _NAMED,
    "object": _OBJECTS,
    "value": _VALUES,
}


def _defined(module: str, name: str) -> type | None:
    """The class that is defined at this very place; of ours in modules a running cloud has loaded anyway."""
    if module.startswith("moto."):
        try:
            importlib.import_module(module)
        except ImportError:
            return None
    value: Any = sys.modules.get(module)
    for part in name.split("."):
        value = vars(value).get(part) if value is not None else None
    here = isinstance(value, type) and (value.__module__, value.__qualname__) == (module, name)
    return value if here else None


def _is_data(module: str, name: str, kind: type) -> bool:
    """Whether making one and giving it attributes runs no code: neither then nor when it is let go."""
    if issubclass(kind, BaseException) or (hasattr(kind, "__del__") and (module, name) not in _FINALISED):
        return False
    ours = module.startswith("infra.")
    return kind.__new__ in _MAKERS and (is_dataclass(kind) or issubclass(kind, dict) if ours else True)
