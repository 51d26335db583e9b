"""Patches of moto as data: declared beside their reason, applied once, taken back by the tests that show the need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Wrapped = Callable[..., Any]


@dataclass
class Patch:
    """One attribute of moto put in place of another."""

    owner: Any
    name: str
    make: Callable[[Any], Any]
    reason: str
    original: Any = field(default=None, repr=False)
    applied: bool = False

    @property
    def title(self) -> str:
        """`moto.sqs.models.Queue.delete_message`"""
        module = getattr(self.owner, "__module__", "")
        return ".".join(part for part in (module, self.owner.__name__, self.name) if part)

    def apply(self) -> None:
        """Put the patch in place; a second call does nothing."""
        if self.applied:
            return
        self.original = vars(self.owner).get(self.name)
        setattr(self.owner, self.name, self.make(self.original))
        self.applied = True

    def revert(self) -> None:
        """Give moto its own back."""
        if not self.applied:
            return
        if self.original is None:
            delattr(self.owner, self.name)
        else:
            setattr(self.owner, self.name, self.original)
        self.applied = False


PATCHES: list[Patch] = []


def replace(owner: Any, name: str) -> Callable[[Wrapped], Wrapped]:
    """Put the decorated function in place of `owner.name`; its docstring says why."""

    def declare(function: Wrapped) -> Wrapped:
        static = isinstance(vars(owner).get(name), staticmethod)
        _declare(owner, name, lambda _original: staticmethod(function) if static else function, function)
        return function

    return declare


def wrap(owner: Any, name: str) -> Callable[[Wrapped], Wrapped]:
    """Call the decorated function instead of `owner.name`, with the original as its first argument."""

    def declare(function: Wrapped) -> Wrapped:
        def make(original: Any) -> Any:
            def wrapper(*args: Any, **kwargs: Any) -> Any:
                return function(original, *args, **kwargs)

            return wrapper

        _declare(owner, name, make, function)
        return function

    return declare


def add(owner: Any, name: str) -> Callable[[Wrapped], Wrapped]:
    """Give `owner` what it has not, or only inherits; the docstring says what is missing."""

    def declare(function: Wrapped) -> Wrapped:
        if name in vars(owner):
            raise AttributeError(f"moto has {owner.__name__}.{name}; replace it")
        PATCHES.append(Patch(owner, name, lambda _original: function, (function.__doc__ or "").strip()))
        return function

    return declare


def _declare(owner: Any, name: str, make: Callable[[Any], Any], function: Wrapped) -> None:
    if name not in vars(owner):
        raise AttributeError(f"moto has no {owner.__name__}.{name} to patch")
    PATCHES.append(Patch(owner, name, make, (function.__doc__ or "").strip()))
