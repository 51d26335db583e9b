"""moto's sense of time: the clock of the local cloud."""

from __future__ import annotations

import datetime
import importlib
import time
import types
from typing import Any

from infra.local.patches.registry import PATCHES, Patch, replace
from infra.local.wiring import connected

_MODULES = (
    "moto.core.utils",
    "moto.apigatewayv2.models",
    "moto.awslambda.models",
    "moto.cloudwatch.models",
    "moto.s3.models",
    "moto.secretsmanager.models",
)
"""`utcnow` and `unix_time`, which nearly all of moto asks, are in the first; the others look at the machine's clock."""

_REASON = "moto takes the machine's time, and its local time for UTC; everything it stamps belongs to the one clock."


class _AnyDatetime(type):
    """What is a datetime for others is one here."""

    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, datetime.datetime)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, datetime.datetime)


class ClockDatetime(datetime.datetime, metaclass=_AnyDatetime):
    """`datetime` with the clock's now; makes plain datetimes."""

    def __new__(cls, *args: Any, **kwargs: Any) -> datetime.datetime:  # type: ignore[misc]
        """A plain datetime."""
        return datetime.datetime(*args, **kwargs)

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        """The clock's moment; UTC where no zone is asked for."""
        found = datetime.datetime.fromtimestamp(now_s(), tz or datetime.UTC)
        return found if tz else found.replace(tzinfo=None)

    @classmethod
    def utcnow(cls) -> datetime.datetime:  # type: ignore[override]
        """The clock's moment, without its zone."""
        return cls.now()


def now_s() -> float:
    """Seconds of the epoch; the machine's while no cloud runs."""
    running = connected()
    return time.time() if running is None else running.clock.time()


def module_like(module: types.ModuleType, **instead: Any) -> types.ModuleType:
    """A module with some names replaced, to be put in another module's place for it."""
    made = types.ModuleType(module.__name__)
    vars(made).update({**vars(module), **instead})
    return made


_clocked_datetime = module_like(datetime, datetime=ClockDatetime)
_clocked_time = module_like(time, time=now_s)
_instead: dict[Any, Any] = {
    datetime: _clocked_datetime,
    datetime.datetime: ClockDatetime,
    time: _clocked_time,
}


def put_instead(module: types.ModuleType, instead: dict[Any, Any], reason: str) -> None:
    """Replace what a module has imported, under whatever name."""
    for name, value in list(vars(module).items()):
        found = next((new for old, new in instead.items() if value is old), None)
        if found is not None:
            PATCHES.append(Patch(module, name, lambda _original, new=found: new, reason))  # type: ignore[misc]


for _name in _MODULES:
    put_instead(importlib.import_module(_name), _instead, _REASON)


@replace(importlib.import_module("moto.sts.models"), "utcnow")
def utcnow_of_sessions() -> datetime.datetime:
    """Whoever holds a session renews it by the machine's clock; one that ends by another is always, or never, ended."""
    return datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
