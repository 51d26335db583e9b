"""Entries about watching: what changed from one state to the next.

Episodes that opened or closed for one reason at one moment are one entry, since a transaction holds a hundred items.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from serin.domain.auditing.entry import Entry, What, entry_id
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.names import digest
from serin.domain.plain_numbers import how_many
from serin.domain.records import record_digest
from serin.domain.watched import WatchedWindow, WatchState

Moment = tuple[What, datetime, str, str | None]
_NAMED = 20
"""How many features an entry names; the digest is of all."""


def watch_entries(before: WatchState, after: WatchState, windows: Sequence[WatchedWindow]) -> tuple[Entry, ...]:
    """The episodes that opened, were acknowledged or closed between the states, and feedback that did not count."""
    known = {(of.feature, of.opened): of for of in before.episodes}
    changes: dict[Moment, list[Episode]] = defaultdict(list)
    for episode in after.episodes:
        for change in _changes(known.get((episode.feature, episode.opened)), episode):
            changes[change].append(episode)
    return (*_episodes(after.model, changes), *(_capped(window) for window in windows if _uncounted(window)))


def _changes(before: Episode | None, after: Episode) -> list[Moment]:
    changes: list[Moment] = []
    if before is None:
        changes.append(("episodes opened", after.opened, "", None))
    if after.acknowledged and (before is None or before.acknowledged is None):
        changes.append(("episodes acknowledged", after.acknowledged, "", after.acknowledged_by))
    if after.closed and (before is None or before.closed is None):
        changes.append(("episodes closed", after.closed, after.closed_because or "", after.closed_by))
    return changes


def _episodes(model: str, changes: Mapping[Moment, Sequence[Episode]]) -> tuple[Entry, ...]:
    return tuple(_about(model, *moment, episodes) for moment, episodes in changes.items())


def _about(model: str, what: What, at: datetime, because: str, by: str | None, episodes: Sequence[Episode]) -> Entry:
    features = [episode.feature for episode in episodes]
    more = f" and {len(features) - _NAMED} more" if len(features) > _NAMED else ""
    opened = [f"{episode.feature}@{episode.opened.isoformat()}" for episode in episodes]
    return Entry(
        entry_id(what, model, at.isoformat(), because, *opened),
        at,
        "watch",
        model,
        what,
        f"episodes of {', '.join(features[:_NAMED])}{more}",
        because,
        by,
        digest=digest(*(record_digest(episode) for episode in episodes)),
    )


def _uncounted(window: WatchedWindow) -> int:
    return window.truth.uncounted if window.truth else 0


def _capped(window: WatchedWindow) -> Entry:
    """Labels of tokens that sent too many of a day's do not count."""
    labels, end = _uncounted(window), f"{window.end:%Y-%m-%d}"
    return Entry(
        entry_id("feedback capped", window.model, end, str(labels)),
        window.at,
        "watch",
        window.model,
        "feedback capped",
        f"window until {end}",
        f"{how_many(labels, 'label does', 'labels do')} not count: their tokens sent too many of a day's",
        digest=window.truth.digest if window.truth else None,
    )
