from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from serin.files.durations import duration, moment, written


@pytest.mark.parametrize(
    ("text", "span"),
    [("30m", timedelta(minutes=30)), ("2h", timedelta(hours=2)), ("730d", timedelta(days=730))],
)
def test_a_span_is_a_number_and_a_unit(text: str, span: timedelta) -> None:
    assert duration(text) == span


@pytest.mark.parametrize("text", ["30", 30, "h", "2 h", "2H", "-2h", "0d", "1.5h", "9999999d", "400000d", None, "2h\n"])
def test_anything_else_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="Write a"):
        duration(text)


@given(st.integers(1, 60 * 24 * 365))
@settings(max_examples=50)
def test_a_written_span_reads_back_as_itself(minutes: int) -> None:
    span = timedelta(minutes=minutes)
    assert duration(written(span)) == span


def test_a_moment_is_a_column_less_a_span() -> None:
    assert moment("sched_dep_utc - 2h") == ("sched_dep_utc", timedelta(hours=2))
    assert moment("sched_dep_utc") == ("sched_dep_utc", timedelta(0))


@pytest.mark.parametrize("text", ["sched_dep_utc + 2h", "sched_dep_utc - ", "Sched - 2h", "a - 2", 7, ""])
def test_a_moment_that_is_none_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="Write a"):
        moment(text)
