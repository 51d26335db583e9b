"""Many schedules one after the other, and what they come to."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from benches.schedules.functions import SERIN, Functions, Subject
from benches.schedules.schedule import Outcome, Schedule

EXAMPLES = 5


class Unread(io.TextIOBase):
    """Where the functions' logs go."""

    def write(self, text: str) -> int:
        return len(text)


@dataclass
class Tally:
    """What was done, and which facts did not hold; the first schedules that broke any are kept whole (or all)."""

    subject: str
    schedules: int = 0
    broken: list[int] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    dead_letters: int = 0
    examples: list[Outcome] = field(default_factory=list)
    keep_all: bool = False

    def add(self, outcome: Outcome) -> None:
        """Count one schedule."""
        self.schedules += 1
        self.faults.update(outcome.faults)
        self.dead_letters += outcome.died
        if outcome.broken:
            self.broken.append(outcome.seed)
            for one in outcome.broken:
                self.kinds[one.kind] += one.times
        if self.keep_all or (outcome.broken and len(self.examples) < EXAMPLES):
            self.examples.append(outcome)

    @property
    def share(self) -> float:
        """The share of schedules in which a fact did not hold."""
        return len(self.broken) / self.schedules if self.schedules else 0.0

    def figures(self) -> dict[str, Any]:
        """The counts as JSON has them."""
        return {
            "schedules": self.schedules,
            "broken": len(self.broken),
            "share": round(self.share, 4),
            "facts_broken": dict(sorted(self.kinds.items())),
            "faults": dict(sorted(self.faults.items())),
            "dead_letters": self.dead_letters,
            "seeds": self.broken[:100],
        }

    def told(self) -> str:
        """The examples, each with its seed, what does not hold, and every step."""
        return "".join(f"{line}\n" for outcome in self.examples for line in _told(self.subject, outcome))


@dataclass
class UploadTally(Tally):
    """Schedules of uploads; `built` of them built features too."""

    built: int = 0

    def figures(self) -> dict[str, Any]:
        return {
            **super().figures(),
            "with_features": self.built,
            "rows_lost": self.kinds["rows lost"],
            "rows_doubled": self.kinds["rows doubled"],
        }


def run(
    seeds: Iterable[int], subject: Subject = SERIN, features_every: int = 1, *, keep_all: bool = False
) -> UploadTally:
    """The schedules of these seeds; features are built too where the seed is a multiple, nowhere if it is of 0."""
    functions, tally = Functions(subject), UploadTally(subject.name, keep_all=keep_all)
    with functions.threads, redirect_stdout(Unread()):
        for seed in seeds:
            builds = features_every > 0 and seed % features_every == 0
            tally.add(Schedule(seed, functions, builds=builds).run())
            tally.built += builds
    return tally


def _told(subject: str, outcome: Outcome) -> list[str]:
    broken = [f"  {one.kind}: {one.told}" for one in outcome.broken] or ["  every fact holds"]
    return [f"{subject}, seed {outcome.seed}:", *broken, *outcome.trace.lines()]
