"""What moves in a local cloud, as opposed to what waits for the clock."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

from serin.domain.errors import Unavailable

_LONGEST_PAUSE_S = 0.05
_PAUSES_OF_REST = 0.03
"""Of what was waited so far: each look costs what the work that is waited for could do meanwhile."""

_LOOKS = 3
"""Between two parts work may be in nobody's hands for an instant; it is not in all of so many looks."""

Moves = Callable[[], bool]


class Activity:
    """Parts by name, each with the question whether it moves, and what changes whenever a thread wakes.

    A part that `gathers` waits for more to come, as long as nobody waits for it: it hands over when it is asked to.
    """

    def __init__(
        self, moves: Mapping[str, Moves], turns: Callable[[], int], gathers: Mapping[str, Callable[[], None]]
    ) -> None:
        self._moves = moves
        self._turns = turns
        self._gathers = gathers

    def moving(self) -> list[str]:
        """The parts that move."""
        return [name for name, moves in self._moves.items() if moves()]

    def rest(self, timeout_s: float, pause_s: float) -> None:
        """Wait until nothing moves; raises Unavailable, naming what does, when that takes longer than `timeout_s`.

        `pause_s` is the shortest time between two looks.
        """
        began = time.monotonic()
        quiet = 0
        while quiet < _LOOKS:
            turns = self._turns()
            moving = self.moving()
            quiet = 0 if moving or self._turns() != turns else quiet + 1
            # While anything else moves there may be more to gather.
            if moving and self._gathers.keys() >= set(moving):
                for name in moving:
                    self._gathers[name]()
            waited = time.monotonic() - began
            if moving and waited > timeout_s:
                raise Unavailable(f"After {timeout_s:.0f} s there is still: {', '.join(moving)}.", "Wait longer.")
            longer = min(waited * _PAUSES_OF_REST, _LONGEST_PAUSE_S) if moving else 0.0
            time.sleep(max(pause_s, longer))
