"""What a flight turns out to do must not reach the row that asks what it will do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from serin.data.features.joins import training_rows
from serin.data.features.leakage import forbid_afterwards
from serin.domain.charter import Charter, Input, View
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid
from tests.real_flights import flight_delay, function, january

OUTCOMES = ("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time")
Functions = Callable[[str], Callable[..., Any]]


def shuffled(flights: pl.DataFrame) -> pl.DataFrame:
    """The flights with their outcomes dealt to one another, so that each has some other flight's."""
    arrived = pl.col("arr_delay").is_not_null()
    dealt = flights.filter(arrived).with_columns(pl.col(OUTCOMES).shuffle(seed=1))
    return pl.concat([dealt, flights.filter(~arrived)])


def reached(charter: Charter, contracts: Mapping[str, Contract], functions: Functions = function) -> list[str]:
    """The model's columns that change when only the flights' outcomes do."""
    tables = january()
    before = training_rows(charter, contracts, tables, functions)
    after = training_rows(charter, contracts, {**tables, "flights": shuffled(tables["flights"])}, functions)
    assert before.height == after.height > 25_000
    assert not before["__label"].equals(after["__label"])
    return [name for name in before.columns if name != "__label" and not before[name].equals(after[name])]


def alone(charter: Charter) -> Charter:
    """The charter without what other flights have done: dealing outcomes anew changes that, as it should."""
    features = charter.features
    others = {view.name for view in features.views if view.windows}
    uses = tuple(name for name in features.model_uses if name not in others)
    views = tuple(view for view in features.views if not view.windows)
    return replace(charter, features=replace(features, views=views, model_uses=uses))


def unmarked(contracts: Mapping[str, Contract], *names: str) -> Mapping[str, Contract]:
    """The contracts, silent about when these columns of the flights are known."""
    columns = tuple(replace(c, known="beforehand") if c.name in names else c for c in contracts["flights"].columns)
    return {**contracts, "flights": replace(contracts["flights"], columns=columns)}


def with_inputs(charter: Charter, *names: str) -> Charter:
    features = replace(charter.features, model_uses=(*charter.features.model_uses, *names))
    inputs = (Input(name, "integer", nullable=True) for name in names)
    return replace(charter, inputs=(*charter.inputs, *inputs), features=features)


def with_view(charter: Charter, view: View, entity: str, key: tuple[str, ...]) -> Charter:
    features = charter.features
    return replace(
        charter,
        features=replace(
            features,
            views=(*features.views, view),
            entities={**features.entities, entity: key},
            model_uses=(*features.model_uses, view.name),
        ),
    )


def test_the_contract_marks_every_outcome() -> None:
    marked = {column.name for column in flight_delay().contracts["flights"].columns if column.known == "afterwards"}
    assert marked == set(OUTCOMES)


def test_no_outcome_of_a_flight_reaches_its_own_row() -> None:
    model = flight_delay()
    assert reached(alone(model.charter), model.contracts) == []


@pytest.mark.slow
def test_no_outcome_of_flights_that_leave_together_reaches_one_of_them_by_way_of_the_windows() -> None:
    """Flights of one hour are dealt one another's outcomes; none had left when the last of them was asked about."""
    model, tables = flight_delay(), january()
    begin = datetime(2013, 1, 16, 21, tzinfo=UTC)
    together = pl.col("time_hour") == begin
    flights = pl.concat([tables["flights"].filter(~together), shuffled(tables["flights"].filter(together))])
    changed = {**tables, "flights": flights}
    before, after = (training_rows(model.charter, model.contracts, given, function) for given in (tables, changed))
    inside = pl.col("__key_time_hour") == begin
    assert before.filter(inside).height > 50
    same = [name for name in before.columns if name != "__label"]
    assert before.filter(inside).select(same).equals(after.filter(inside).select(same))
    assert not before.select(same).equals(after.select(same))


def test_each_outcome_as_an_input_is_found_by_the_same_check() -> None:
    model = flight_delay()
    leaking = with_inputs(alone(model.charter), *OUTCOMES)
    assert reached(leaking, unmarked(model.contracts, *OUTCOMES)) == list(OUTCOMES)


@pytest.mark.parametrize("name", OUTCOMES)
def test_an_outcome_as_an_input_is_refused_when_marked(name: str) -> None:
    model = flight_delay()
    leaking = with_inputs(alone(model.charter), name)
    with pytest.raises(Invalid, match=rf"flights\.{name} is an input and known only afterwards"):
        training_rows(leaking, model.contracts, january(), function)


@pytest.mark.slow
def test_an_outcome_hidden_in_a_derived_column_is_found_and_refused() -> None:
    model = flight_delay()

    def leaking(call: str) -> Callable[..., Any]:
        def derive(flights: pl.DataFrame, airports: pl.DataFrame) -> pl.DataFrame:
            made: pl.DataFrame = function(call)(flights, airports)
            sneaked = pl.col("distance") + pl.col("air_time").fill_null(0)
            return made.with_columns(sneaked.alias("distance"))

        return derive if call == "features:flight_times" else function(call)

    assert "distance" in reached(alone(model.charter), unmarked(model.contracts, *OUTCOMES), leaking)
    with pytest.raises(Invalid, match=r"flights\.distance is an input and known only afterwards"):
        training_rows(model.charter, model.contracts, january(), leaking)


def test_a_moment_that_depends_on_the_outcome_is_refused() -> None:
    model = flight_delay()
    moment = replace(model.charter.features.moment, column="departed_utc")
    charter = replace(model.charter, features=replace(model.charter.features, moment=moment))
    with pytest.raises(Invalid, match=r"departed_utc is the moment of the question and known only afterwards"):
        training_rows(charter, model.contracts, january(), function)


def test_the_label_is_known_only_afterwards_whatever_the_contract_says() -> None:
    charter = with_inputs(flight_delay().charter, "late")
    with pytest.raises(Invalid, match=r"flights\.late is an input"):
        forbid_afterwards(charter, set())


def test_a_view_of_the_flight_itself_may_hold_no_outcome() -> None:
    model = flight_delay()
    view = View("itself", "flight", "flights", ("air_time",), "landed_utc", "landed_utc", timedelta(days=7))
    charter = with_view(model.charter, view, "flight", ("time_hour", "carrier", "flight"))
    with pytest.raises(Invalid, match="view itself holds air_time, known only afterwards, of the very flight"):
        training_rows(charter, model.contracts, january(), function)


def test_a_view_of_outcomes_must_say_when_they_become_known() -> None:
    model = flight_delay()
    view = View("last_flight", "plane", "flights", ("arr_delay",), "sched_dep_utc", "sched_dep_utc", timedelta(days=7))
    charter = with_view(model.charter, view, "plane", ("tailnum",))
    with pytest.raises(
        Invalid, match=r"view last_flight holds arr_delay, .* without the time at which it becomes known"
    ):
        training_rows(charter, model.contracts, january(), function)


@pytest.mark.slow
def test_the_last_arrival_of_a_plane_is_known_only_after_it_landed() -> None:
    model, tables = flight_delay(), january()
    view = View("last_flight", "plane", "flights", ("arr_delay",), "landed_utc", "landed_utc", timedelta(days=7))
    charter = with_view(model.charter, view, "plane", ("tailnum",))
    found = training_rows(charter, model.contracts, tables, function)
    flights = function("features:flight_times")(tables["flights"], tables["airports"])
    asked = found.select("__moment", "last_flight.arr_delay", pl.col("^__key_.*$").name.map(lambda n: n[6:]))
    asked = asked.join(
        flights.select("time_hour", "carrier", "flight", "tailnum"), on=["time_hour", "carrier", "flight"]
    )
    checked = 0
    for moment, delay, *_, tail in asked.sample(300, seed=3).iter_rows():
        landed = flights.filter((pl.col("tailnum") == tail) & (pl.col("landed_utc") <= moment)).sort("landed_utc")
        last = landed.filter(pl.col("landed_utc") == pl.col("landed_utc").max())
        stale = not last.height or moment - last["landed_utc"][0] > timedelta(days=7)
        assert delay is None if stale else delay in last["arr_delay"].to_list()
        checked += not stale
    assert checked > 100
