"""Writes the state of a running cloud: soon after it has come to rest, and now and then while it does not."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Hashable

from serin.domain.errors import SerinError

_log = logging.getLogger(__name__)

LOOK_S = 0.5
LONGEST_S = 10.0
"""A kill loses what was done since the last rest, or in this many seconds when the cloud never rests."""

_SHARE = 10
"""Writing takes at most one part in so many of the time."""


class Keeper:
    """Calls `save` when `stamp` has changed and `rests`, or when it changed `LONGEST_S` ago."""

    def __init__(
        self,
        save: Callable[[], None],
        stamp: Callable[[], Hashable],
        rests: Callable[[], bool],
        look_s: float = LOOK_S,
        longest_s: float = LONGEST_S,
        monotonic_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._save = save
        self._stamp = stamp
        self._rests = rests
        self._look_s = look_s
        self._longest_s = longest_s
        self._monotonic_s = monotonic_s
        self._saved: Hashable = None
        self._changed_at: float | None = None
        self._not_before = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="state", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """End; the last writing is its caller's."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def look(self, now_s: float) -> None:
        """Save when it is time to."""
        stamp = self._stamp()
        if stamp == self._saved:
            self._changed_at = None
            return
        if self._changed_at is None:
            self._changed_at = now_s
        if now_s < self._not_before or (now_s < self._changed_at + self._longest_s and not self._rests()):
            return
        began = self._monotonic_s()
        self._save()
        self._saved, self._changed_at = stamp, None
        self._not_before = now_s + _SHARE * (self._monotonic_s() - began)

    def _run(self) -> None:
        while not self._stopping.wait(self._look_s):
            try:
                self.look(self._monotonic_s())
            except (SerinError, OSError):
                # The next look may succeed; the last snapshot stands until then.
                _log.exception("the state could not be written")
