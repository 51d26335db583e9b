from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.data.contract.moments import TIMESTAMP
from serin.data.features.as_of import MOMENT
from serin.data.features.views import with_view
from serin.domain.charter import View, Window
from serin.domain.errors import Invalid
from tests.unit.data.histories import (
    LAST,
    QUEUE,
    START,
    Event,
    by_definition,
    events,
    moments,
    table,
)

Question = tuple[datetime, str | None]


def at(hour: float) -> datetime:
    return START + timedelta(hours=hour)


def asked(questions: list[Question]) -> pl.DataFrame:
    return pl.DataFrame(questions, schema={MOMENT: TIMESTAMP, "shop": pl.String}, orient="row")


def found(questions: list[Question], rows: list[Event], view: View = QUEUE) -> list[dict[str, object]]:
    joined = with_view(asked(questions), view, table(rows), ("shop",), ("id",))
    assert joined.select(MOMENT, "shop").equals(asked(questions))
    return [{name: row[f"{view.name}.{name}"] for name in view.values} for row in joined.to_dicts()]


def length(*facts: tuple[float, float, int | None], do: str = "sum", ask: float, hours: int = 3) -> object:
    """One window over the lengths of shop a: facts are (event, created, length), in hours."""
    window = Window("n", "length", do, timedelta(hours=hours))  # type: ignore[arg-type]
    rows: list[Event] = [(n, "a", at(e), at(k), value, None, None) for n, (e, k, value) in enumerate(facts)]
    return found([(at(ask), "a")], rows, replace(QUEUE, windows=(window,)))[0]["n"]


views = st.sampled_from([QUEUE, LAST, *(replace(view, created_time=None) for view in (QUEUE, LAST))])


@pytest.mark.slow
@given(views, events(20), st.lists(st.tuples(moments, st.sampled_from(["a", "b", "c", None])), max_size=8))
def test_every_value_is_what_its_definition_says_to_the_bit(
    view: View, rows: list[Event], questions: list[Question]
) -> None:
    for (moment, shop), values in zip(questions, found(questions, rows, view), strict=True):
        assert values == by_definition(rows, view, shop, moment), (moment, shop)


ONE_FACT = {"count": (1, 0), **dict.fromkeys(("sum", "mean", "min", "max", "last"), (7, None))}
"""What a window of one event of length 7 holds, and holds no more."""


@pytest.mark.parametrize("do", ONE_FACT)
def test_an_event_counts_at_its_moment_and_no_longer_where_the_window_begins(do: str) -> None:
    inside, after = ONE_FACT[do]
    found = [length((1.0, 1.0, 7), do=do, ask=hour) for hour in (0.99, 1, 3.99, 4)]
    assert found == [None, inside, inside, after]


@pytest.mark.parametrize("do", ONE_FACT)
def test_an_event_counts_once_it_is_created_and_leaves_by_its_own_time(do: str) -> None:
    inside, after = ONE_FACT[do]
    found = [length((1.0, 3.0, 7), do=do, ask=hour) for hour in (2.99, 3, 3.99, 4)]
    assert found == [None, inside, inside, after]


@pytest.mark.parametrize(("do", "both", "left"), [("min", 3, 7), ("max", 7, 3), ("last", 3, 3), ("sum", 10, 3)])
def test_of_two_events_the_older_leaves_first(do: str, both: int, left: int) -> None:
    older, newer = (1.0, 1.0, 7), (2.0, 2.0, 3)
    if do == "min":
        older, newer = (1.0, 1.0, 3), (2.0, 2.0, 7)
    assert [length(older, newer, do=do, ask=hour) for hour in (2, 3.99, 4)] == [both, both, left]


def test_an_event_that_is_created_after_its_window_counts_never() -> None:
    assert [length((1.0, 5.0, 7), (1.0, 1.0, 1), do="count", ask=hour) for hour in (2, 4, 5, 8)] == [1, 0, 0, 0]


def test_of_nothing_the_count_is_zero_while_the_entity_is_known_and_null_when_that_is_too_long_ago() -> None:
    fact = (1.0, 1.0, 7)
    assert [length(fact, do="count", ask=hour) for hour in (0.5, 4, 25, 25.01)] == [None, 0, 0, None]


def test_the_last_of_equal_events_is_the_one_that_became_known_last() -> None:
    assert length((1.0, 2.0, 5), (1.0, 1.0, 6), do="last", ask=2) == 5
    assert length((1.0, 1.0, 5), (1.0, 1.0, 6), do="last", ask=2) == 6


def test_a_late_older_event_is_not_the_last() -> None:
    assert length((2.0, 2.0, 5), (1.0, 2.5, 6), do="last", ask=3) == 5


def test_a_great_value_that_has_left_leaves_no_error_behind() -> None:
    window = Window("n", "takings", "sum", timedelta(hours=1))
    rows: list[Event] = [(n, "a", at(n), at(n), None, None, value) for n, value in enumerate((1e15, 0.1, 0.2))]
    values = found([(at(1.5), "a"), (at(2.5), "a")], rows, replace(QUEUE, windows=(window,)))
    assert [value["n"] for value in values] == [pytest.approx(0.1, rel=1e-12), pytest.approx(0.2, rel=1e-12)]


def test_a_derived_column_of_a_type_that_cannot_be_counted_is_refused_by_name() -> None:
    view = replace(QUEUE, windows=(Window("n", "shop", "mean", timedelta(hours=1)),))
    with pytest.raises(Invalid, match=r"queue\.n is mean of 'shop', which is String in shops"):
        found([(at(1), "a")], [], view)


def test_a_time_that_is_no_timestamp_is_refused() -> None:
    with pytest.raises(Invalid, match="takes its time from 'length', which is Int64"):
        found([(at(1), "a")], [], replace(QUEUE, event_time="length"))


@pytest.mark.parametrize("values", [(0.0, -0.0), (-0.0, 0.0), (-0.0, -0.0)])
def test_of_two_noughts_neither_is_less_whichever_came_first(values: tuple[float, float]) -> None:
    windows = tuple(Window(do, "takings", do, timedelta(hours=3)) for do in ("min", "max"))  # type: ignore[arg-type]
    view = replace(QUEUE, windows=windows)
    rows: list[Event] = [(n, "a", at(0), at(0), None, None, value) for n, value in enumerate(values)]
    assert repr(found([(at(1), "a")], rows, view)) == "[{'min': 0.0, 'max': 0.0}]"
    assert repr(by_definition(rows, view, "a", at(1))) == "{'min': 0.0, 'max': 0.0}"
