"""An alarm is an episode: it opens once and is told once, somebody takes it, and it closes when all is quiet again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from serin.domain.errors import Conflict, NotFound
from serin.domain.judgement.watching.verdicts import FeatureVerdict, WindowVerdict
from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable

QUIET_WINDOWS = 2
"""After so many windows in a row without anything unusual an episode is over."""
MOST_KEPT = 100
EpisodeStatus = Literal["open", "acknowledged", "closed"]


@dataclass(frozen=True)
class Episode:
    """A feature's drift. `opened` is the end of the window that showed it, `onset` when the change began.

    `newest` is the end of the last window that was taken in, `quiet` how many windows in a row were not unusual.
    """

    feature: str
    opened: datetime
    sentence: str
    newest: datetime
    onset: datetime | None = None
    status: EpisodeStatus = "open"
    quiet: int = 0
    acknowledged_by: str | None = None
    acknowledged: datetime | None = None
    closed: datetime | None = None
    closed_because: str | None = None
    closed_by: str | None = None


@dataclass(frozen=True)
class Advanced:
    """All episodes after a window, those that it opened and closed, and what is to be told now, if anything."""

    episodes: tuple[Episode, ...]
    opened: tuple[Episode, ...] = ()
    closed: tuple[Episode, ...] = ()
    notice: str | None = None


def advance(
    episodes: Sequence[Episode], verdict: WindowVerdict, onsets: Mapping[str, datetime | None] | None = None
) -> Advanced:
    """The episodes after one more window. `onsets` are when the changes of features in drift began.

    Windows are taken in order of time: one that an episode has seen, or that is older than its newest, moves nothing,
    so a look that is repeated opens and tells nothing twice.
    """
    verdicts = {of.feature: of for of in verdict.features}
    moved = [_after(episode, verdicts.get(episode.feature), verdict.end) for episode in episodes]
    running = {episode.feature for episode in moved if episode.status != "closed"}
    seen = {of.feature: of.newest for of in sorted(episodes, key=lambda episode: episode.newest)}
    opened = tuple(
        Episode(of.feature, verdict.end, of.sentence, verdict.end, (onsets or {}).get(of.feature))
        for of in verdict.features
        if of.status == "DRIFT" and of.feature not in running and not _is_known(seen.get(of.feature), verdict.end)
    )
    was_closed = {(episode.feature, episode.opened) for episode in episodes if episode.status == "closed"}
    closed = tuple(
        episode
        for episode in moved
        if episode.status == "closed" and (episode.feature, episode.opened) not in was_closed
    )
    return Advanced((*moved, *opened), opened, closed, _notice(opened, verdict))


def kept_episodes(episodes: Sequence[Episode], most: int = MOST_KEPT) -> tuple[Episode, ...]:
    """Those that are running and the newest closed ones: an old one is in the report of the window that closed it."""
    closed = sorted((of for of in episodes if of.status == "closed"), key=lambda of: of.newest)
    dropped = set(map(id, closed[:-most]))
    return tuple(of for of in episodes if id(of) not in dropped)


def acknowledge(episodes: Sequence[Episode], feature: str, by: str, at: datetime) -> tuple[Episode, ...]:
    """The episodes with the feature's taken by somebody, who is not told of it again.

    Raises NotFound where none is running, and Conflict where somebody else has it.
    """
    running = _running(episodes, feature)
    if running.acknowledged_by not in (None, by):
        raise Conflict(f"{running.acknowledged_by} has taken the episode of {feature!r}.", "Ask who has it.")
    taken = replace(running, status="acknowledged", acknowledged_by=by, acknowledged=running.acknowledged or at)
    return tuple(taken if episode is running else episode for episode in episodes)


def close_one(episodes: Sequence[Episode], feature: str, by: str, at: datetime) -> tuple[Episode, ...]:
    """The episodes with the feature's closed by a person; raises NotFound where none is running."""
    running = _running(episodes, feature)
    closed = replace(_closed(running, f"{by} closed it", at), closed_by=by)
    return tuple(closed if episode is running else episode for episode in episodes)


def _running(episodes: Sequence[Episode], feature: str) -> Episode:
    for episode in episodes:
        if episode.feature == feature and episode.status != "closed":
            return episode
    remedy = "`serin watch MODEL` lists those that are."
    raise NotFound(f"No episode of {printable(feature)!r} is open.", remedy, "feature")


def close(episodes: Sequence[Episode], because: str, at: datetime) -> tuple[Episode, ...]:
    """All running episodes closed, as when a new reference takes the old one's place."""
    return tuple(episode if episode.status == "closed" else _closed(episode, because, at) for episode in episodes)


def _after(episode: Episode, of: FeatureVerdict | None, end: datetime) -> Episode:
    if episode.status == "closed" or of is None or _is_known(episode.newest, end) or of.status == "INSUFFICIENT_DATA":
        return episode
    quiet = episode.quiet + 1 if of.status == "NO_DRIFT_SEEN" else 0
    moved = replace(episode, newest=end, quiet=quiet)
    if quiet < QUIET_WINDOWS:
        return moved
    return _closed(moved, f"nothing unusual for {how_many(quiet, 'window')} in a row", end)


def _closed(episode: Episode, because: str, at: datetime) -> Episode:
    return replace(episode, status="closed", closed=at, closed_because=because)


def _is_known(newest: datetime | None, end: datetime) -> bool:
    return newest is not None and end <= newest


def _notice(opened: Sequence[Episode], verdict: WindowVerdict) -> str | None:
    """One notice for all that a window opened."""
    if not opened:
        return None
    told = " ".join(f"{episode.sentence}{_since(episode)}" for episode in opened)
    return f"Drift between {verdict.begin:%Y-%m-%d} and {verdict.end:%Y-%m-%d}. {told}"


def _since(episode: Episode) -> str:
    return f" It began about {episode.onset:%Y-%m-%d}." if episode.onset else ""
