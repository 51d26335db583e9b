"""How often a client has asked the same question."""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED = 4096
"""Keys of one process; the one that was not seen for the longest time goes first."""


class Attempts:
    """Counts the requests of one process by the digest of their `Idempotency-Key`."""

    def __init__(self) -> None:
        self._counts: OrderedDict[str, int] = OrderedDict()

    def next(self, key: str | None) -> int:
        """Which attempt this is; always the first without a key."""
        if key is None:
            return 1
        attempt = self._counts.pop(key, 0) + 1
        self._counts[key] = attempt
        if len(self._counts) > REMEMBERED:
            self._counts.popitem(last=False)
        return attempt
