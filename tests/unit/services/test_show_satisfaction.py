"""What callers think of answers, over days, by the tokens that count."""

from __future__ import annotations

from datetime import timedelta

import pytest

from serin.adapters.memory.world import MemoryClock
from serin.domain.feedback import Feedback
from serin.domain.key_figures import KeyFigure
from serin.services.show_satisfaction import show_satisfaction
from tests.builders import NOON, a_charter
from tests.unit.services.truths import DAY, HOUR, TRUTH, Truths


def seen(world: Truths, after: timedelta = 3 * DAY) -> KeyFigure:
    return show_satisfaction(a_charter(truth=TRUTH), lake=world.lake, clock=MemoryClock(NOON + after))


def test_it_is_the_mean_rating_of_the_answers_of_the_newest_days_with_its_interval() -> None:
    world = Truths()
    for day, ratings in enumerate(((5, 3), (4, 4), (1,))):
        names = [world.asks(10 * day + place, NOON + day * DAY) for place in range(len(ratings))]
        items = [Feedback(name, rating=rating) for name, rating in zip(names, ratings, strict=True)]
        world.says("shop", *items, at=NOON + day * DAY + HOUR)
        world.joins(NOON + day * DAY + 2 * HOUR)
    figure = seen(world)
    assert figure.value == pytest.approx(17 / 5)
    assert figure.told == "5 ratings in 14 days"
    assert figure.low is not None
    assert figure.high is not None
    assert figure.low < 17 / 5 < figure.high


def test_where_nobody_has_rated_lately_it_says_so() -> None:
    world = Truths()
    assert seen(world).value is None
    world.says("shop", Feedback(world.asks(1), rating=5), at=NOON + HOUR)
    world.joins(NOON + 2 * HOUR)
    assert seen(world).value == 5
    assert seen(world, 20 * DAY).value is None
