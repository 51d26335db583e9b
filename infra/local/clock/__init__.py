"""The local cloud's one clock: all that waits, waits for its moments, and `advance` walks from one to the next."""

from infra.local.clock.virtual import VirtualClock

__all__ = ["VirtualClock"]
