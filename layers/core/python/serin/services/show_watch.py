"""How a model is doing, as its newest looks have it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta

from serin.domain.errors import NotFound
from serin.domain.records import from_record
from serin.domain.watched import WatchedWindow, WatchState, WindowReport
from serin.ports import Catalog, ObjectStore

SHOWN = 60
"""So many windows are shown, a year of weeks and more."""


@dataclass(frozen=True)
class ShownWatch:
    """Where watching a model stands, its newest windows, and the report of one of them; None before the first."""

    state: WatchState
    windows: tuple[WatchedWindow, ...]
    report: WindowReport | None = None


def show_watch(model: str, window: date | None, *, catalog: Catalog, lake: ObjectStore) -> ShownWatch:
    """The newest window, or the one that a day lies in. Raises NotFound where none was looked at that holds the day."""
    state, windows = catalog.watch_state(model), catalog.latest_windows(model, SHOWN)
    newest = windows.items[0] if windows.items else None
    chosen = newest if window is None else _holding(model, window, catalog)
    return ShownWatch(state, windows.items, None if chosen is None else report_of(chosen, lake=lake))


def report_of(window: WatchedWindow, *, lake: ObjectStore) -> WindowReport:
    """The whole of a window."""
    return from_record(WindowReport, json.loads(lake.get(window.report)))


def _holding(model: str, day: date, catalog: Catalog) -> WatchedWindow:
    # Windows are called by the day after their last one, and none is longer than a month.
    after = f"{day + timedelta(days=32)}"
    for window in catalog.latest_windows(model, 32, after).items:
        if window.begin.date() <= day < window.end.date():
            return window
    raise NotFound(
        f"No window of {model} that holds {day} was looked at.", "GET the model's watch for those there are."
    )
