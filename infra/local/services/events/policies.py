"""The policy of a bus."""

from __future__ import annotations

from moto.events.models import events_backends

from infra.local.wiring import ACCOUNT


def policy_of(region: str, name: str) -> tuple[str, str] | None:
    """The bus's."""
    bus = events_backends[ACCOUNT][region].event_buses.get(name.removeprefix("event-bus/"))
    return None if bus is None or bus.policy is None else (name, bus.policy)
