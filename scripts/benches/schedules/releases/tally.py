"""Many schedules of releases one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack, redirect_stdout
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from benches.schedules.releases.functions import SERIN, Functions, Subject
from benches.schedules.releases.schedule import Schedule
from benches.schedules.tally import Tally, Unread
from serin.domain import release_course

ROUNDS = 8
"""Fewer than there are, so that long releases go on in new executions here too."""


@dataclass
class ReleaseTally(Tally):
    """What became of the releases, by status, and how often people were told what."""

    releases: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)

    def figures(self) -> dict[str, Any]:
        return {
            **super().figures(),
            "releases": dict(sorted(self.releases.items())),
            "notices": dict(sorted(self.notices.items())),
        }


def run(seeds: Iterable[int], subject: Subject = SERIN, *, keep_all: bool = False) -> ReleaseTally:
    """The schedules of these seeds."""
    functions, tally = Functions(subject), ReleaseTally(subject.name, keep_all=keep_all)
    with ExitStack() as planted, functions.threads, redirect_stdout(Unread()):
        planted.enter_context(patch.object(release_course, "ROUNDS", ROUNDS))
        for place, name, instead in subject.planted:
            planted.enter_context(patch.object(place, name, instead))
        for seed in seeds:
            schedule = Schedule(seed, functions)
            tally.add(schedule.run())
            tally.releases.update(schedule.statuses)
            tally.notices.update(schedule.notices)
    return tally
