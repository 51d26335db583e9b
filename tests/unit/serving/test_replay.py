from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.domain.errors import Invalid
from serin.domain.features import Value
from serin.serving.log import Call, LoggedRow, log_line
from serin.serving.manifest import ModelColumn
from serin.serving.replay import logged_row

COLUMNS = (ModelColumn("amount", "numeric"), ModelColumn("shop", "categorical", ("north",)))
CALL = Call("req", datetime(2013, 4, 1, 12, tzinfo=UTC), "late-orders", 3, "4", "scikit-learn", True, 1.0, 1.0)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-5)), timezone(timedelta(hours=5, minutes=45))])
NUMERIC = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.datetimes(datetime(1901, 1, 1), datetime(2200, 1, 1), timezones=ZONES),
)
TEXTS = st.one_of(st.none(), st.text(), st.just("2013-04-01T12:00:00Z"))


def logged(row: dict[str, Value]) -> dict[str, Value]:
    line = log_line(CALL, LoggedRow("p1", {}, row, (), (), 0.5, None))
    return logged_row(json.loads(line)["features"], COLUMNS)


@given(NUMERIC, TEXTS)
def test_a_row_read_back_from_the_log_is_the_row_that_was_scored(amount: Value, shop: str | None) -> None:
    row: dict[str, Value] = {"amount": amount, "shop": shop}
    found = logged(row)
    assert found == row
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in row.items()}
    # Equal numbers may have other bits: 0.0 and -0.0.
    assert repr(found["amount"]) == repr(amount) or isinstance(amount, datetime)


def test_a_string_that_looks_like_a_moment_stays_a_category() -> None:
    assert logged({"amount": 1.0, "shop": "2013-04-01T12:00:00Z"})["shop"] == "2013-04-01T12:00:00Z"


@pytest.mark.parametrize("record", [{"amount": "much"}, {"amount": [1.0]}, {"shop": {}}, [1.0], None, "x"])
def test_what_no_line_holds_is_refused(record: Any) -> None:
    with pytest.raises(Invalid):
        logged_row(record, COLUMNS)
