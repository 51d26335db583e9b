"""The monitoring of a model: what to do, then all that the page of a window shows, and the windows there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from serin.domain.charter import Charter
from serin.domain.judgement.watching.performance import Performance
from serin.domain.watch_advice import advised
from serin.domain.watched import WatchedWindow, WatchState
from serin.pages.frame import Frame
from serin.pages.rendering import rendered
from serin.pages.watch import Watched, watch_page


@dataclass(frozen=True)
class WindowLine:
    """A window in the list: a day of it, by which it is asked for, and its first metric with a number."""

    window: WatchedWindow
    day: str
    first: Performance | None


def monitoring_page(charter: Charter, state: WatchState, seen: Watched | None, now: datetime, frame: Frame) -> str:
    """The page as of `now`; before the first window, None, it says when that comes."""
    todo = advised(charter, state, None if seen is None else seen.report)
    if seen is None:
        return rendered("console/unwatched.html", frame, model=charter.model, todo=todo)
    more = {
        "todo": todo,
        "datasets": [use.name for use in charter.datasets],
        "listed": list(_lines(seen.windows[::-1])),
    }
    return watch_page(seen, now, frame, **more)


def _lines(windows: Sequence[WatchedWindow]) -> Iterator[WindowLine]:
    for window in windows:
        first = next((of for of in window.performance if of.window), None)
        yield WindowLine(window, f"{window.end - timedelta(days=1):%Y-%m-%d}", first)
