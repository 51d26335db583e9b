"""What moto's patches reach for: the local cloud that runs in this process.

moto keeps its state in module globals, so there is one local cloud a process; the patches find it here.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from serin.domain.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from infra.local.activity import Activity
    from infra.local.assets import Assets
    from infra.local.clock import VirtualClock
    from infra.local.events.alarms import Alarms
    from infra.local.events.mappings import Mappings
    from infra.local.events.router import Router
    from infra.local.events.subscriptions import Subscriptions
    from infra.local.iam.guard import Guard
    from infra.local.invocations import Invocations
    from infra.local.lambda_model import Credentials

ACCOUNT = "123456789012"


@dataclass
class Wiring:
    """The parts of one running local cloud."""

    region: str
    endpoint_url: str
    api_url: str
    owner: Credentials
    """What the account's administrator signs with, made for this start; long-lived, so without a session."""
    clock: VirtualClock
    activity: Activity
    guard: Guard
    assets: Assets
    invocations: Invocations
    router: Router
    mappings: Mappings
    subscriptions: Subscriptions
    alarms: Alarms


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
