"""A model as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serin.domain.auditing.alarms import Rang
from serin.domain.auditing.entry import Entry
from serin.domain.charter import Charter
from serin.domain.datasets import Upload
from serin.domain.experiments import Run
from serin.domain.judgement.watching.performance import Performance
from serin.domain.models import Withdrawal
from serin.domain.release_seen import ReleaseSeen
from serin.domain.releases import Live, Release
from serin.domain.watched import WatchedWindow, WatchState, WindowReport


@dataclass(frozen=True)
class ModelSeen:
    """What is live, what is being released, how watching stands, and what happened.

    `windows` and `values` are oldest first; `values` are windows with what predictions brought in them. `report` is of
    the newest window. The rest is newest first.
    """

    charter: Charter
    live: Live | None
    withdrawn: Withdrawal | None
    under_way: ReleaseSeen | None
    state: WatchState
    windows: Sequence[WatchedWindow]
    report: WindowReport | None
    values: Sequence[tuple[WatchedWindow, Performance]]
    uploads: Sequence[Upload]
    runs: Sequence[Run]
    releases: Sequence[Release]
    entries: Sequence[Entry]
    alarms: Sequence[Rang] = ()
