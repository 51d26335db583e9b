"""A metric that AWS says anew each minute, kept as the moments at which it changed."""

from __future__ import annotations

import pytest

from infra.local.services.cloudwatch.alarm_metrics import MINUTE_S, LevelSeries, Summary


def series(*changes: tuple[int, float]) -> LevelSeries:
    """Minute and value of each change."""
    made = LevelSeries()
    for minute, value in changes:
        made.add(minute * MINUTE_S, Summary(1, value, value, value, [value]))
    return made


@pytest.mark.parametrize(
    ("begin", "end", "count", "total", "low", "high"),
    [
        (10, 13, 3, 6, 2, 2),
        (8, 13, 3, 6, 2, 2),
        (14, 17, 3, 2, 0, 2),
        (15, 500, 485, 0, 0, 0),
    ],
)
def test_a_value_holds_until_it_changes(begin: int, end: int, count: int, total: int, low: int, high: int) -> None:
    found = series((10, 2), (15, 0)).summary(begin * MINUTE_S, end * MINUTE_S)
    assert found is not None
    assert (found.count, found.total, found.low, found.high) == (count, total, low, high)


def test_nothing_was_measured_before_the_first_change_and_a_minutes_last_value_is_the_minutes() -> None:
    assert series((10, 2)).summary(0, 10 * MINUTE_S) is None
    last = series((10, 2), (10, 0)).summary(10 * MINUTE_S, 11 * MINUTE_S)
    assert last is not None
    assert (last.count, last.high) == (1, 0)


def test_only_the_minutes_beside_a_change_are_looked_at() -> None:
    assert series((10, 2), (15, 0)).between(11 * MINUTE_S, 1e9) == [14 * MINUTE_S, 15 * MINUTE_S]
