from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from serin.domain.errors import Conflict, NotFound
from serin.domain.judgement.watching.episodes import Advanced, Episode, acknowledge, advance, close
from serin.domain.judgement.watching.onset import Day, onset
from serin.domain.judgement.watching.verdicts import FeatureVerdict, Promise, Status, WindowVerdict
from serin.domain.records import as_record, from_record

BEGIN = datetime(2013, 4, 1, tzinfo=UTC)
WEEK = timedelta(days=7)


def verdict(week: int, *statuses: Status) -> WindowVerdict:
    features = tuple(FeatureVerdict(f"x{at}", of, f"x{at}: {of}.", 900, 0) for at, of in enumerate(statuses))
    return WindowVerdict(
        BEGIN + week * WEEK, BEGIN + (week + 1) * WEEK, 900, statuses[0], "", Promise(1, 1, 52), features
    )


def after(*weeks: Status) -> list[Advanced]:
    steps: list[Advanced] = []
    for number, status in enumerate(weeks):
        steps.append(advance(steps[-1].episodes if steps else (), verdict(number, status)))
    return steps


def test_an_episode_is_told_once_and_closes_after_two_quiet_windows() -> None:
    steps = after(
        "SUSPECTED", "DRIFT", "DRIFT", "NO_DRIFT_SEEN", "SUSPECTED", "NO_DRIFT_SEEN", "NO_DRIFT_SEEN", "DRIFT"
    )
    assert [step.notice is not None for step in steps] == [False, True, False, False, False, False, False, True]
    assert [episode.status for episode in steps[-1].episodes] == ["closed", "open"]
    assert steps[6].closed[0].closed_because == "nothing unusual for 2 windows in a row"


def test_windows_without_data_close_nothing() -> None:
    (episode,) = after("DRIFT", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA", "INSUFFICIENT_DATA")[-1].episodes
    assert episode.status == "open"


def test_one_notice_tells_of_all_features_of_a_window_with_their_onsets() -> None:
    step = advance((), verdict(1, "DRIFT", "DRIFT"), {"x0": BEGIN})
    assert step.notice == ("Drift between 2013-04-08 and 2013-04-15. x0: DRIFT. It began about 2013-04-01. x1: DRIFT.")


def test_a_window_that_comes_again_moves_nothing() -> None:
    steps = after("DRIFT", "NO_DRIFT_SEEN", "NO_DRIFT_SEEN")
    for number, status in enumerate(("DRIFT", "NO_DRIFT_SEEN", "NO_DRIFT_SEEN")):
        again = advance(steps[-1].episodes, verdict(number, status))  # type: ignore[arg-type]
        assert (again.episodes, again.notice, again.opened, again.closed) == (steps[-1].episodes, None, (), ())


def test_who_takes_an_episode_has_it() -> None:
    episodes = after("DRIFT")[-1].episodes
    taken = acknowledge(episodes, "x0", "ada", BEGIN)
    assert (taken[0].status, taken[0].acknowledged_by) == ("acknowledged", "ada")
    assert acknowledge(taken, "x0", "ada", BEGIN + WEEK) == taken
    with pytest.raises(Conflict, match="ada has taken"):
        acknowledge(taken, "x0", "bob", BEGIN)
    with pytest.raises(NotFound):
        acknowledge(taken, "x1", "bob", BEGIN)
    (closed,) = close(taken, "a new version is live", BEGIN + WEEK)
    assert closed == replace(taken[0], status="closed", closed=BEGIN + WEEK, closed_because="a new version is live")
    assert from_record(Episode, as_record(closed)) == closed


def test_the_onset_is_the_day_that_splits_best() -> None:
    days = [Day(BEGIN + timedelta(days=day), 0.1 * (day % 3) + (1.0 if day >= 17 else 0.0)) for day in range(28)]
    assert onset(days) == BEGIN + timedelta(days=17)
    assert onset(days[:1]) is None
    assert onset([Day(day.at, 1.0) for day in days]) is None
