"""What goes wrong with a call of a release, and which calls come late: those that others are overtaken at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

from benches.schedules.faults import AnswerLost, Chance, Fault

SLOW_CALLS = {"endpoint.move_alias", "control.save_intent", "control.finish", "catalog.save_release", "control.park"}
SLOW, SELDOM = 0.2, 0.01
LONG = (10, 40)
RATES = (0.0, 0.0, 0.02, 0.05, 0.15)


class ReleaseChance(Chance):
    """A release makes hundreds of calls, so fewer of them go wrong."""

    def __init__(self, random: Random) -> None:
        super().__init__(random)
        self._rate = random.choice(RATES)

    def turns(self, name: str) -> int:
        """How many turns others may have until the call gets through."""
        if self.calm or self._random.random() >= (SLOW if name in SLOW_CALLS else SELDOM):
            return 1
        return self._random.choice(LONG)

    def apply(self, fault: Fault | None, name: str, call: Callable[[], Any]) -> Any:
        """Make the call as the fault has it; a late move of the alias is Lambda's one call, not the adapter's few."""
        if fault == "late" and name == "endpoint.move_alias" and isinstance(call, partial):
            move: Any = call.func
            self.late.append((name, partial(move.__self__.move_late, *call.args)))
            raise AnswerLost(name)
        return super().apply(fault, name, call)
