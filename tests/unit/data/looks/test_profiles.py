from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache

import pandas as pd
import polars as pl
import pytest
from sklearn.metrics import roc_auc_score

from serin.data.features.joins import derive
from serin.data.looks.profiles import DETAILED, About, profile_of
from serin.domain.contracts import Column
from serin.domain.profiles import ColumnProfile, Profile
from serin.domain.records import as_record, from_record
from tests.real_flights import flight_delay, function, january


@cache
def flights() -> pl.DataFrame:
    return derive(flight_delay().charter, "flights", january(), function)


@cache
def in_pandas() -> pd.DataFrame:
    return pd.DataFrame(flights().to_dict(as_series=False))


@pytest.fixture(scope="module")
def profile() -> Profile:
    contract = flight_delay().contracts["flights"]
    columns = {column.name: column for column in contract.columns}
    afterwards = {column.name for column in contract.columns if column.known == "afterwards"}
    return profile_of(flights(), About("flights", 27_000, columns, "late", "binary", afterwards))


def column(profile: Profile, name: str) -> ColumnProfile:
    return next(found for found in profile.columns if found.name == name)


def about(frame: pl.DataFrame, **known: object) -> Profile:
    return profile_of(frame, replace(About("orders", frame.height), **known))  # type: ignore[arg-type]


def test_numbers_of_a_month_of_flights_are_those_pandas_computes(profile: Profile) -> None:
    table = in_pandas()
    assert profile.rows == len(table)
    for found in profile.columns:
        assert found.missing == table[found.name].isna().sum(), found.name
        assert found.distinct == table[found.name].nunique(), found.name
    for name in ("dep_delay", "distance", "air_time", "minute"):
        values, found = table[name].dropna().astype(float), column(profile, name).numbers
        assert found is not None
        assert (found.minimum, found.maximum) == (values.min(), values.max())
        assert found.mean == pytest.approx(values.mean(), rel=1e-5)
        assert found.deviation == pytest.approx(values.std(), rel=1e-5)
        for share, value in found.quantiles.items():
            assert value == values.quantile(float(share), interpolation="nearest")
        bins = found.histogram
        assert bins is not None
        cut = pd.cut(values, list(bins.edges)).value_counts(sort=False)
        assert list(cut) == list(bins.counts)
        assert bins.below + sum(bins.counts) + bins.above == len(values)
        assert bins.below + bins.above <= 0.011 * len(values)


def test_frequent_values_and_days_of_a_month_of_flights_are_those_pandas_counts(profile: Profile) -> None:
    table = in_pandas()
    top = {counted.value: counted.rows for counted in column(profile, "carrier").top}
    assert top == table["carrier"].value_counts().head(8).to_dict()
    hours = {int(counted.value): counted.rows for counted in column(profile, "hour").top}
    assert hours == table["hour"].value_counts().to_dict()
    times = column(profile, "time_hour").times
    assert times is not None
    by_day = table["time_hour"].dt.strftime("%Y-%m-%d").value_counts().to_dict()
    assert {period.value: period.rows for period in times.periods} == by_day
    assert (times.first, times.last, times.unit) == ("2013-01-01T10:00:00Z", "2013-02-01T04:00:00Z", "day")


def cramers_v(value: pd.Series, label: pd.Series) -> float:
    """With the correction of Bergsma, from its paper's own words, on any two columns of categories."""
    table = pd.crosstab(value, label).to_numpy().astype(float)
    n, (rows, columns) = table.sum(), table.shape
    expected = table.sum(axis=1, keepdims=True) @ table.sum(axis=0, keepdims=True) / n
    phi = float(((table - expected) ** 2 / expected).sum() / n)
    corrected = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    room = min(count - (count - 1) ** 2 / (n - 1) for count in (rows, columns)) - 1
    return float((corrected / room) ** 0.5)


def test_the_association_with_the_label_is_what_pandas_and_scikit_learn_find(profile: Profile) -> None:
    table = in_pandas()
    table = table[table["late"].notna()]
    late = table["late"].astype(bool)
    for name in ("carrier", "origin", "hour"):
        found = column(profile, name).association
        assert found is not None
        assert found.rows == len(table)
        assert found.strength == pytest.approx(cramers_v(table[name], late), abs=1e-4)
    steps = sorted({table["distance"].quantile(place / 10, interpolation="nearest") for place in range(1, 10)})
    ranges = table["distance"].map(lambda miles: sum(miles > step for step in steps))
    distance = column(profile, "distance").association
    assert distance is not None
    assert distance.strength == pytest.approx(cramers_v(ranges, late), abs=1e-4)
    assert distance.auc == pytest.approx(roc_auc_score(late, table["distance"]), abs=1e-4)


def test_the_label_what_is_known_afterwards_and_what_never_changes_are_marked(profile: Profile) -> None:
    assert (profile.label, profile.task) == ("late", "binary")
    flags = {found.name: set(found.flags) for found in profile.columns}
    assert flags["late"] == {"label"}
    assert flags["year"] == {"constant"}
    assert flags["arr_delay"] == {"afterwards"}
    assert flags["carrier"] == set()
    assert {found.name for found in profile.columns if found.derived} == {
        *("sched_dep_utc", "departed_utc", "landed_utc", "late")
    }
    assert (
        column(profile, "arr_delay").description
        == "Minutes. The label comes from here; without it the flight has none."
    )


@pytest.mark.slow
def test_a_column_that_is_the_label_in_other_words_is_suspect_until_it_is_marked() -> None:
    frame = flights().filter(pl.col("late").is_not_null())
    frame = frame.with_columns(echo=pl.col("late").cast(pl.Int64) * 3, minutes=pl.col("arr_delay"))
    found = about(frame, label="late", task="binary")
    suspects = {one.name for one in found.columns if "suspect" in one.flags}
    assert suspects == {"echo", "minutes", "arr_delay"}
    marked = about(frame, label="late", task="binary", afterwards={"minutes", "echo", "arr_delay"})
    assert not [one for one in marked.columns if "suspect" in one.flags]


@pytest.mark.slow
def test_a_column_that_becomes_known_with_the_label_is_suspect_until_it_is_marked() -> None:
    found = about(flights(), label="late", task="binary")
    suspects = {one.name for one in found.columns if "suspect" in one.flags}
    # Of air_time the association says nothing: but only a flight that has arrived has one.
    assert suspects == {"arr_delay", "air_time", "landed_utc"}
    marked = about(flights(), label="late", task="binary", afterwards=suspects)
    assert not [one for one in marked.columns if "suspect" in one.flags]


def test_a_number_to_predict_is_compared_by_ranks_and_a_curve_is_found_too() -> None:
    numbers = range(1000)
    frame = pl.DataFrame({"label": numbers, "up": [n**3 for n in numbers], "bent": [(n - 500) ** 2 for n in numbers]})
    found = about(frame, label="label", task="regression")
    up, bent = (column(found, name).association for name in ("up", "bent"))
    assert up is not None
    assert bent is not None
    assert (up.strength, up.rank_correlation) == (1.0, 1.0)
    assert bent.rank_correlation is not None
    assert abs(bent.rank_correlation) < 0.01
    assert bent.strength > 0.6


def test_chance_is_no_association_however_many_values_a_column_has() -> None:
    size = 5000
    frame = pl.DataFrame({"n": range(size)}).with_columns(
        label=pl.col("n").hash(1) % 2 == 0, code=(pl.col("n").hash(2) % 2000).cast(pl.String)
    )
    found = column(about(frame, label="label", task="binary"), "code").association
    assert found is not None
    assert found.strength < 0.05


def test_a_missing_value_may_say_as_much_as_a_value() -> None:
    frame = pl.DataFrame({"label": [True, False] * 50, "note": ["x", None] * 50})
    found = column(about(frame, label="label", task="binary"), "note").association
    assert found is not None
    assert found.strength == 1.0


def test_what_a_column_lacks_is_flagged() -> None:
    size = 200
    frame = pl.DataFrame(
        {
            "nothing": pl.Series([None] * size, dtype=pl.String),
            "little": [1.0] * 3 + [2.0] * 3 + [None] * (size - 6),
            "infinite": [float("nan"), float("inf")] * (size // 2),
            "key": [f"k{number}" for number in range(size)],
            "one": [7] * size,
        }
    )
    flags = {found.name: found.flags for found in about(frame).columns}
    assert flags == {
        "nothing": ("all_missing",),
        "little": ("mostly_missing",),
        "infinite": ("all_missing",),
        "key": ("almost_unique",),
        "one": ("constant",),
    }


def test_a_confidential_column_shows_counts_and_no_value_anywhere() -> None:
    frame = pl.DataFrame({"mail": ["ana@x.org", "sam@x.org"] * 20, "amount": [1, 2] * 20, "late": [True, False] * 20})
    columns = {
        "mail": Column("mail", "string", classification="restricted"),
        "amount": Column("amount", "integer", classification="internal"),
        "late": Column("late", "boolean"),
    }
    found = about(frame, columns=columns, label="late", task="binary")
    mail = column(found, "mail")
    assert (mail.missing, mail.distinct, mail.top, mail.examples, mail.numbers) == (0, 2, (), (), None)
    assert mail.association is not None
    assert "@" not in json.dumps(as_record(found))
    assert column(found, "amount").top


@pytest.mark.parametrize(
    ("span", "unit", "periods"),
    [
        (timedelta(hours=30), "hour", 31),
        (timedelta(days=30), "day", 31),
        (timedelta(days=400), "month", 14),
        (timedelta(days=7_000), "year", 20),
    ],
)
def test_times_are_counted_by_what_makes_a_readable_chart(span: timedelta, unit: str, periods: int) -> None:
    first = datetime(2013, 1, 1, tzinfo=UTC)
    times = column(about(pl.DataFrame({"at": [first, first + span]})), "at").times
    assert times is not None
    assert (times.unit, len(times.periods), sum(period.rows for period in times.periods)) == (unit, periods, 2)


def test_the_whole_calendar_still_fits_a_chart() -> None:
    found = about(pl.DataFrame({"on": [date(1, 1, 1), date(9999, 12, 31)]}))
    times = column(found, "on").times
    assert times is not None
    assert (times.unit, len(times.periods)) == ("century", 100)


def test_a_table_of_every_kind_of_value_and_of_no_row_has_a_profile() -> None:
    kinds = {
        "text": ["a"],
        "integer": [2**63 - 1],
        "number": [1e308],
        "yes": [True],
        "at": [datetime(2013, 1, 1, tzinfo=UTC)],
        "local": [datetime(2013, 1, 1)],
        "on": [date(2013, 1, 1)],
        "span": [timedelta(days=1)],
        "list": [[1]],
        "raw": [b"\xff"],
        "nothing": [None],
    }
    one = pl.DataFrame(kinds)
    for frame in (one, one.clear(), pl.concat([one] * 50)):
        found = about(frame, label="yes", task="binary")
        assert from_record(Profile, json.loads(json.dumps(as_record(found)))) == found
        assert len(found.columns) == len(kinds)


@pytest.mark.slow
def test_the_widest_and_most_hostile_table_stays_below_a_megabyte() -> None:
    rows, text = 50, "\U0001f4a9" * 60_000
    wide = {f"{'c' * 56}_{number}": [f"{row}{text[:200]}" for row in range(rows)] for number in range(2_000)}
    frame = pl.DataFrame(wide).with_columns(pl.Series("label", [True, False] * (rows // 2)))
    columns = {name: Column(name, "string", description=text) for name in wide}
    found = about(frame, columns=columns, label="label", task="binary")
    assert (len(found.columns), found.detailed) == (2_001, DETAILED)
    assert len(json.dumps(as_record(found), ensure_ascii=False).encode()) < 1_000_000
