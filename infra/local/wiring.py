"""What moto's patches reach for: the local cloud that runs in this process.

moto keeps its state in module globals, so there is one local cloud a process; the patches find it here.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from serin.domain.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from infra.local.activity import Activity
    from infra.local.clock import VirtualClock
    from infra.local.iam.credentials import Credentials
    from infra.local.iam.decisions import Decision
    from infra.local.iam.errors import AccessDenied
    from infra.local.iam.evaluation import Asked, Caller
    from infra.local.services.service import Services

ACCOUNT = "123456789012"


Part = TypeVar("Part")


class Guard(Protocol):
    """Says yes or no to every request of a role or a service; infra.local.iam.guard has the one there is."""

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """What roles and services asked so far and how it was decided."""

    def role_may(self, role_arn: str, action: str, resource: str, context: Mapping[str, str] | None = None) -> None:
        """Raise AccessDenied unless the role's policies, and the resource's, allow the action."""

    def service_may(self, service: str, action: str, resource: str, source_arn: str) -> None:
        """Raise AccessDenied unless the resource's policy lets a service act for a source."""

    def service_may_assume(self, service: str, role_arn: str) -> bool:
        """Whether the role trusts a service."""

    def require(self, caller: Caller, asked: Asked) -> None:
        """Raise AccessDenied unless the caller may."""

    def refusal(self, caller: Caller, asked: Asked) -> AccessDenied | None:
        """What `require` would raise; None for what is allowed."""

    def permits(self, caller: Caller, asked: Asked) -> bool:
        """Whether the caller may something nobody asked for."""


@dataclass
class Wiring:
    """One running local cloud: what every part needs, and the parts, which are found by their class."""

    region: str
    endpoint_url: str
    api_url: str
    owner: Credentials
    """What the account's administrator signs with, made for this start; long-lived, so without a session."""
    clock: VirtualClock
    activity: Activity
    guard: Guard
    services: Services
    parts: tuple[object, ...]
    _of_kind: dict[type, Any] = field(default_factory=dict)

    def part(self, kind: type[Part]) -> Part:
        """The one part of that class; looked for once, as whoever waits for rest asks for several at each look."""
        if kind not in self._of_kind:
            self._of_kind[kind] = next(part for part in self.parts if isinstance(part, kind))
        part: Part = self._of_kind[kind]
        return part


_lock = threading.Lock()
_current: list[Wiring] = []


def refuse_a_second() -> None:
    """Raise Conflict while a local cloud runs; starting another would share, and then reset, its state."""
    if _current:
        raise Conflict("A local cloud already runs in this process.", "Stop it first; moto's state is one a process.")


def connect(wiring: Wiring) -> None:
    """Make `wiring` the one the patches use."""
    with _lock:
        refuse_a_second()
        _current.append(wiring)


def disconnect() -> None:
    """Forget the wiring; patched calls are refused until the next start."""
    with _lock:
        _current.clear()


def connected() -> Wiring | None:
    """The running cloud's wiring, or None between two of them."""
    return _current[0] if _current else None


def wiring() -> Wiring:
    """The running cloud's wiring."""
    current = connected()
    if current is None:
        raise Unavailable("No local cloud runs in this process.", "Start one with LocalCloud.start(assembly).")
    return current
