"""An entity with more events than others stops nobody else's features, and is told apart from one without events."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from serin.domain import buckets
from serin.domain.charter import Input, View, Window
from serin.domain.fills import BusyEntity
from serin.domain.records import as_record
from serin.services.online_features import Question, read_online
from serin.services.show_views import show_views
from serin_cli.views import line_of
from tests.unit.data.histories import SCHEMA
from tests.unit.services.filling import Filling, charter_of

NOON, DAY = datetime(2024, 6, 1, 12, tzinfo=UTC), timedelta(days=1)
COUNTS = (Window("n_1d", "length", "count", DAY), Window("mean_1d", "length", "mean", DAY))
FLOW = View("flow", "shop", "shops", (), "seen_at", "known_at", DAY, windows=COUNTS)
LAST = View("seen", "shop", "shops", ("length",), "seen_at", "known_at", DAY)
CHARTER = charter_of(FLOW, LAST)


def shops(busy: int, start: datetime = NOON - timedelta(hours=12), of: str = "busy") -> pl.DataFrame:
    """So many events of one shop in half a day, and one of another."""
    dice = random.Random(5)
    times = [start + timedelta(milliseconds=dice.randrange(43_200_000)) for _ in range(busy)]
    rows = [(number, of, at, at, dice.randrange(1000), None, None) for number, at in enumerate(sorted(times))]
    quiet = NOON - timedelta(hours=3)
    return pl.DataFrame([*rows, (-1, "quiet", quiet, quiet, 4, None, None)], schema=SCHEMA, orient="row")


@pytest.fixture
def filling() -> Filling:
    world = Filling()
    world.clock.moment = NOON
    return world


def answer(world: Filling, feature: str, *entities: str) -> list[tuple[str, Any]]:
    charters = {CHARTER.model: replace(CHARTER, inputs=(*CHARTER.inputs, Input("shop", "string")))}
    found = read_online(
        Question({"shop": list(entities)}, (f"flow:{feature}",)), charters, online=world.online, clock=world.clock
    )
    return [(one.status, one.value) for one in found.columns[feature]]


@pytest.mark.slow
def test_a_busy_shop_is_counted_and_keeps_nobody_else_from_it(filling: Filling) -> None:
    rows = shops(60_000)
    filling.upload(CHARTER, "shops", rows)
    assert answer(filling, "n_1d", "busy", "quiet", "x") == [("PRESENT", 60_000), ("PRESENT", 1), ("NOT_FOUND", None)]
    ((_, mean),) = answer(filling, "mean_1d", "busy")
    assert mean == rows.filter(shop="busy")["length"].sum() / 60_000
    assert [status.state for status in show_views(CHARTER, catalog=filling.catalog)] == ["filled", "filled"]


def test_one_that_is_too_busy_is_named_and_its_answer_is_not_that_of_one_without_events(
    filling: Filling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "MOST_VALUES", 1_000)
    monkeypatch.setattr(buckets, "LEAST_MOST", 1_000)
    filling.upload(CHARTER, "shops", shops(600))
    assert answer(filling, "n_1d", "busy", "quiet", "x") == [("INVALID", None), ("PRESENT", 1), ("NOT_FOUND", None)]
    row = filling.served(CHARTER, "busy", NOON)
    assert (row.values["flow.n_1d"], row.missing, row.too_busy) == (None, (), ("flow",))
    flow, seen = show_views(CHARTER, catalog=filling.catalog)
    assert (flow.state, seen.fill and seen.fill.busy) == ("filled", ())
    assert flow.fill is not None
    (entity,) = flow.fill.busy
    assert (entity.entity, entity.many, entity.since) == ("shop=busy", 600, NOON - timedelta(hours=12))
    assert line_of(as_record(flow))["too_busy"] == "shop=busy has 600 events since 2024-06-01T00:00:00Z"


def test_one_that_is_busy_no_more_is_served_again_and_named_no_more(
    filling: Filling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(buckets, "LEAST_MOST", 1_000)
    with monkeypatch.context() as smaller:
        smaller.setattr(buckets, "MOST_VALUES", 1_000)
        filling.accept("shops", shops(600))
        filling.backfill(CHARTER)
        assert busy(filling) == ["shop=busy"]
    filling.begin(CHARTER, view="flow")
    filling.run(CHARTER)
    assert (busy(filling), answer(filling, "n_1d", "busy")) == ([], [("PRESENT", 600)])


def busy(world: Filling) -> list[str]:
    (flow, _) = show_views(CHARTER, catalog=world.catalog)
    assert flow.fill is not None
    return [entity.entity for entity in flow.fill.busy]


def test_more_to_come_than_an_item_holds_is_one_entitys_trouble_too(filling: Filling) -> None:
    filling.upload(CHARTER, "shops", shops(5_000, start=NOON + timedelta(hours=1)))
    assert filling.served(CHARTER, "busy", NOON).too_busy == ("seen",)
    assert filling.served(CHARTER, "quiet", NOON).values["seen.length"] == 4
    seen = show_views(CHARTER, catalog=filling.catalog)[1].fill
    assert seen is not None
    assert seen.busy == (BusyEntity("shop=busy", 5_000, seen.busy[0].item),)
