"""Ports that raise at one chosen call, as a process dies: before the call, or after it was done."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any


class Crash(Exception):
    """The process ended here."""


@dataclass
class Fuse:
    """Counts the calls of all ports it guards and burns at the n-th; `after` lets that call happen first."""

    at: int
    after: bool = False
    calls: int = 0

    @property
    def burnt(self) -> bool:
        """Whether the n-th call came."""
        return self.calls >= self.at

    def guard(self, port: Any) -> Any:
        """The port behind this fuse."""
        return _Guarded(port, self)

    def call(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """One counted call."""
        self.calls += 1
        if self.calls != self.at:
            return function(*arguments)
        if self.after:
            # Whatever it answered, nobody is there to hear it.
            with suppress(Exception):
                function(*arguments)
        raise Crash


@dataclass
class _Guarded:
    _port: Any
    _fuse: Fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        function = getattr(self._port, name)
        return lambda *arguments, **named: self._fuse.call(partial(function, **named), *arguments)
