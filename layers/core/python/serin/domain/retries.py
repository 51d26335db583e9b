"""When work that failed is tried again: soon at first, for most of what fails passes, then less and less often."""

from __future__ import annotations

_WAITS_S = (30, 120, 900)


def retry_after_s(tries: int) -> int | None:
    """Seconds from the last of so many tries to the next; None where haste has not helped, and the queue's own time is.

    A fault of a moment is over within two minutes, one of an hour is sat out, and what always fails keeps nobody busy.
    """
    return _WAITS_S[tries - 1] if 1 <= tries <= len(_WAITS_S) else None
