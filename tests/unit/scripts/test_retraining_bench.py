"""Years with trainings in a short form; `./scripts/bench monitoring` has the long one, on flights too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benches.retraining.kinds import stationary
from benches.retraining.policy import policy, with_policy
from benches.retraining.rows import DAY, before, between
from benches.retraining.shares import gain_share
from benches.retraining.streams import FEATURES, Stream, stream
from benches.retraining.year import Year
from benches.watching.estimated import estimated_quality
from serin.domain.judgement.policy import GatePolicy
from serin.domain.judgement.retraining.policy import RetrainingPolicy

GATE = GatePolicy("log_loss", 0.05, "day", 0.0005)
POLICY = RetrainingPolicy(every=30 * DAY)


def _short(days: int) -> Stream:
    """The first days of a year that changes slowly."""
    whole = stream("gradual", 3, POLICY, GATE)
    return replace(whole, world=replace(whole.world, days=days))


@pytest.mark.slow
def test_a_year_that_changes_is_followed_and_no_poison_gets_in() -> None:
    found = policy(1, _short(140).world)
    assert found["static_auc"] < found["mean_auc"]
    assert found["tried"] == sum(found["causes"].values()) >= found["deployed"] >= 1
    assert found["poisoned_rejected"] == 1.0
    assert len(found["live_since"]) == found["deployed"] + 1


def test_a_version_that_took_over_for_nothing_is_counted() -> None:
    years = _short(90)
    year = Year.of(years.world)
    course = year.scheduled(28 * DAY)
    assert years.useless(course) <= course.deployed == 3
    again = year.static()
    year._deploy(again, replace(year.first, number=2, since=years.world.begin + 30 * DAY))
    assert years.useless(again) == 1


@pytest.mark.slow
def test_a_year_in_which_nothing_changes_starts_no_training() -> None:
    assert stationary(POLICY, GATE, 2)["rate"] == 1.0


def test_what_is_not_known_yet_is_not_used() -> None:
    world = with_policy(_short(60).world, every=20 * DAY)
    known, later = (
        before(world.columns, world.begin),
        between(world.columns, world.begin + 45 * DAY, Year.of(world).end),
    )
    assert known.newest() < world.begin
    changed = replace(world, columns=replace(world.columns, label=world.columns.label ^ later))
    one, other = Year.of(world).by_policy(), Year.of(changed).by_policy()
    sooner = [tried.verdict for tried in one.tried if tried.at < world.begin + 46 * DAY]
    assert sooner == [tried.verdict for tried in other.tried if tried.at < world.begin + 46 * DAY]
    assert len(sooner) == 2


def test_an_estimate_follows_the_mix_of_rows_and_not_their_labels() -> None:
    found = estimated_quality(1, replace(stream("none", 1, POLICY, GATE).world, days=84))
    assert len(found["of_feature"]) == FEATURES
    assert found["covariate_shift"] < 0.5
    assert found["flipped_labels"] < 0.2


def test_a_share_is_of_what_the_calendar_gains() -> None:
    static, calendar = [np.array([0.7, 0.6])], [np.array([0.8, 0.8])]
    found = gain_share([np.array([0.75, 0.7])], static, calendar, 1)
    assert found["point"] == pytest.approx(0.5)
    assert found["low"] <= 0.5 <= found["high"]
