"""moto's sense of time: the clock of the local cloud."""

from __future__ import annotations

import datetime
import importlib
import types
from collections.abc import Mapping
from typing import Any

from infra.local.clock import machine
from infra.local.moto_patches.registry import PATCHES, Patch, replace
from infra.local.wiring import connected

_CLOCKED = {
    "moto.core.utils": "datetime",
    "moto.apigatewayv2.models": "datetime",
    "moto.cloudwatch.models": "datetime",
    "moto.s3.models": "datetime",
}
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
        moment = datetime.datetime.fromtimestamp(now_s(), tz or datetime.UTC)
        return moment if tz else moment.replace(tzinfo=None)

    @classmethod
    def utcnow(cls) -> datetime.datetime:  # type: ignore[override]
        """The clock's moment, without its zone."""
        return cls.now()


def now_s() -> float:
    """Seconds of the epoch; the machine's while no cloud runs."""
    running = connected()
    return machine.time_s() if running is None else running.clock.time()


def module_like(module: types.ModuleType, **instead: Any) -> types.ModuleType:
    """A module with some names replaced, to be put in another module's place for it."""
    made = types.ModuleType(module.__name__)
    vars(made).update({**vars(module), **instead})
    return made


def put_instead(clocked: Mapping[str, str], instead: Mapping[Any, Any], reason: str) -> None:
    """Replace these names, separated by spaces, of these modules by what stands there `instead` of their values."""
    for module_name, names in clocked.items():
        module = importlib.import_module(module_name)
        for name in names.split():
            instead_of = next(new for old, new in instead.items() if vars(module)[name] is old)
            PATCHES.append(Patch(module, name, lambda _original, new=instead_of: new, reason))  # type: ignore[misc]


DATETIMES: Mapping[Any, Any] = {
    datetime: module_like(datetime, datetime=ClockDatetime),
    datetime.datetime: ClockDatetime,
}
"""The module and the class, whichever a module has imported."""

put_instead(_CLOCKED, DATETIMES, _REASON)


@replace(importlib.import_module("moto.sts.models"), "utcnow")
def utcnow_of_sessions() -> datetime.datetime:
    """Whoever holds a session renews it by the machine's clock; one that ends by another is always, or never, ended."""
    return machine.now().replace(tzinfo=None)
