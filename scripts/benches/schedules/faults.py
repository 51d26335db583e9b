"""What can go wrong with a call, and when it does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Literal

from benches.schedules.baton import Killed

Fault = Literal["killed before", "killed after", "throttled", "answer lost", "sent twice", "late"]
FAULTS: tuple[Fault, ...] = ("killed before", "killed after", "throttled", "answer lost", "sent twice", "late")
LONG = (20, 100)
SLOW: Mapping[str, float] = {"write": 0.5, "other": 0.02}
RATES = (0.0, 0.02, 0.05, 0.1, 0.2)


class Throttled(Exception):
    """The service did nothing: too many calls."""


class AnswerLost(Exception):
    """Nobody knows whether the service did it."""


class Chance:
    """Draws the faults of one schedule; `calm` ends them."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._rate = random.choice(RATES)
        self.calm = False
        self.drawn: Counter[Fault] = Counter()
        self.late: list[tuple[str, Callable[[], Any]]] = []

    def turns(self, name: str) -> int:
        """How many turns others may have until the call gets through; what was read long ago is written often."""
        slow = self._random.random() < SLOW["write" if "write" in name else "other"]
        return self._random.choice(LONG) if slow else 1

    def draw(self, name: str) -> Fault | None:  # noqa: ARG002  # any call may go wrong, whatever it is called
        """What goes wrong with the next call, which is of that name."""
        if self.calm or self._random.random() >= self._rate:
            return None
        fault = self._random.choice(FAULTS)
        self.drawn[fault] += 1
        return fault

    def apply(self, fault: Fault | None, name: str, call: Callable[[], Any]) -> Any:
        """Make the call as the fault has it.

        `sent twice` is the client that heard no answer and tried again by itself: it is given the second
        one. `late` is a call given up that reaches the service all the same, at any time after.
        """
        if fault is None:
            return call()
        if fault == "killed before":
            raise Killed
        if fault == "throttled":
            raise Throttled(name)
        if fault == "late":
            self.late.append((name, call))
            raise AnswerLost(name)
        result = call()
        if fault == "killed after":
            raise Killed
        if fault == "answer lost":
            raise AnswerLost(name)
        return call() if fault == "sent twice" else result
