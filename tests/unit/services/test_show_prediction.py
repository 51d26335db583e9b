from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEndpoint
from serin.domain.charter import Charter, DatasetUse
from serin.domain.errors import Invalid, NotFound
from serin.domain.prediction_ids import prediction_id
from serin.services.collect_predictions import collect_predictions
from serin.services.show_prediction import Shown, show_prediction
from tests.builders import (
    LOG_STREAM,
    NOON,
    a_charter,
    a_part,
    a_prediction_line,
    a_published,
    a_release,
    a_run,
    a_training_set,
    a_version,
    an_upload_of,
)

MODEL = "late-orders"
FEATURES = {"amount": None, "shop": "north", "queue.length": 4}
ROW = json.dumps(FEATURES, sort_keys=True)


class CountingStore(MemoryObjectStore):
    """A bucket that remembers what was read."""

    def __init__(self) -> None:
        super().__init__()
        self.read: list[str] = []
        self.listed: list[str] = []

    def get(self, key: str, version_id: str | None = None) -> bytes:
        self.read.append(key)
        return super().get(key, version_id)

    def keys(self, prefix: str, after: str = "") -> Sequence[str]:
        self.listed.append(prefix)
        return super().keys(prefix, after)


@dataclass
class World:
    """A prediction log, and what the catalog knows."""

    lake: CountingStore = field(default_factory=CountingStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    endpoint: MemoryEndpoint = field(
        default_factory=lambda: MemoryEndpoint(scores={ROW: 0.1}, versions=[a_published(1)])
    )
    charter: Charter = field(default_factory=a_charter)
    made: int = 0

    def predict(self, at: datetime = NOON, **parts: Any) -> str:
        self.made += 1
        name = prediction_id(MODEL, at, self.made.to_bytes(8, "big"))
        line = a_prediction_line(name, at, **parts)
        collect_predictions(json.loads(line)["model"], LOG_STREAM, [line], lake=self.lake)
        return name

    def show(self, name: str) -> Shown:
        return show_prediction(
            *(name, {MODEL: self.charter, "early-orders": a_charter(model="early-orders")}, "call-2"),
            lake=self.lake,
            catalog=self.catalog,
            endpoint=self.endpoint,
            clock=MemoryClock(NOON),
        )


@pytest.fixture
def world() -> World:
    return World()


def test_a_prediction_is_shown_as_it_was_logged(world: World) -> None:
    name = world.predict(score=0.1, missing=("queue",))
    found = world.show(name).prediction
    assert (found.prediction_id, found.model, found.version, found.at) == (name, MODEL, 1, NOON)
    assert (found.score, found.label, found.missing) == (0.1, False, ("queue",))
    assert found.features == FEATURES
    assert found.inputs == {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": None}


def test_what_contracts_keep_back_is_not_shown_and_the_score_is_made_again_of_what_was_logged(world: World) -> None:
    orders = DatasetUse("orders", "contracts/orders.yaml", types={"shop": "string"}, not_shown=("shop", "late"))
    shops = DatasetUse("shops", "contracts/shops.yaml", types={"length": "integer"}, not_shown=("length",))
    world.charter = replace(world.charter, datasets=(orders, shops))
    shown = world.show(world.predict(score=0.1))
    assert shown.prediction.inputs == {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "not shown", "amount": None}
    assert shown.prediction.features == {"amount": None, "shop": "not shown", "queue.length": "not shown"}
    assert shown.replay.score == 0.1
    assert "north" not in str(shown)


def test_of_a_days_files_only_those_are_opened_that_can_hold_it(world: World) -> None:
    for minute in range(0, 24 * 60, 7):
        world.predict(NOON.replace(hour=0) + timedelta(minutes=minute))
    name = world.predict(NOON + timedelta(seconds=30, milliseconds=7))
    world.predict(NOON + timedelta(seconds=30, milliseconds=8))
    world.predict(NOON + timedelta(seconds=30, milliseconds=7), model="early-orders")
    world.lake.read.clear()
    assert world.show(name).prediction.prediction_id == name
    assert len(world.lake.read) == 2
    logs = [f"predictions/{model}/2013-04-01/1200" for model in ("early-orders", MODEL)]
    assert world.lake.listed[:2] == logs
    assert all(key.startswith(f"truth/{MODEL}/") for key in world.lake.listed[2:])


def test_a_batch_that_crosses_a_minute_is_found_on_both_sides(world: World) -> None:
    before, after = NOON - timedelta(milliseconds=1), NOON
    names = [prediction_id(MODEL, at, bytes(10)) for at in (before, after)]
    lines = [a_prediction_line(name, at) for name, at in zip(names, (before, after), strict=True)]
    collect_predictions(MODEL, LOG_STREAM, lines, lake=world.lake)
    assert [world.show(name).prediction.prediction_id for name in names] == names


def test_of_two_predictions_of_one_millisecond_the_one_that_was_asked_for_is_shown(world: World) -> None:
    first, second = world.predict(score=0.1), world.predict(score=0.2)
    assert (world.show(first).prediction.score, world.show(second).prediction.score) == (0.1, 0.2)


def test_what_has_not_arrived_yet_is_not_found_and_the_remedy_says_to_wait(world: World) -> None:
    with pytest.raises(NotFound) as caught:
        world.show(prediction_id(MODEL, NOON, bytes(10)))
    assert "some seconds" in caught.value.remedy


def test_what_is_no_id_touches_no_bucket(world: World) -> None:
    with pytest.raises(Invalid):
        world.show("../../secrets")
    assert (world.lake.listed, world.lake.read) == ([], [])


def test_the_same_score_again_is_the_same_to_the_bit(world: World) -> None:
    replay = world.show(world.predict()).replay
    assert (replay.same, replay.score, replay.reason) == (True, 0.1, None)
    assert world.endpoint.replayed == [(MODEL, "2", "call-2")]


@pytest.mark.parametrize(
    ("logged", "again"), [(0.1, 0.1 + 2**-56), (0.0, -0.0), ([0.25, 0.75], [0.25, 0.7500000000000001])]
)
def test_another_score_is_not_the_same_however_little_it_differs(world: World, logged: Any, again: Any) -> None:
    world.endpoint.scores = {ROW: again}
    replay = world.show(world.predict(score=logged)).replay
    assert (replay.same, replay.score) == (False, again)


def test_probabilities_of_several_classes_are_compared_each(world: World) -> None:
    world.endpoint.scores = {ROW: [0.25, 0.75]}
    assert world.show(world.predict(score=[0.25, 0.75])).replay.same


def test_a_function_version_that_cannot_answer_any_more_is_said_and_the_rest_is_shown(world: World) -> None:
    world.endpoint.scores = {}
    shown = world.show(world.predict())
    assert (shown.replay.same, shown.replay.score) == (False, None)
    assert shown.replay.reason == "Function version 2 failed: no score."
    assert shown.prediction.score == 0.1


def test_a_row_without_a_score_is_not_asked_again(world: World) -> None:
    assert world.show(world.predict(score=None)).replay.reason
    assert world.endpoint.replayed == []


def recorded(world: World) -> None:
    """Two uploads, a training set that saw the first, and the version that was learnt from it."""
    heads = []
    for number in (1, 2):
        upload = an_upload_of("orders", bytes([number]), f"datasets/orders/{number}.parquet", 10, number)
        before = world.catalog.head("orders")
        assert world.catalog.record_accepted(upload, a_part(upload, number), before)
        heads.append((world.catalog.head("orders"), upload.id))
    world.catalog.save_training_set(a_training_set(heads={"orders": heads[0][0].digest, "gone": "unknown"}))
    world.catalog.begin_run(a_run(correlation="c1", training_set="set1"))
    world.catalog.register(a_version(1))


def test_lineage_goes_from_the_function_version_down_to_the_uploads(world: World) -> None:
    recorded(world)
    world.catalog.save_release(a_release(status="live", at=NOON - timedelta(hours=1)))
    lineage = world.show(world.predict(function_version="7")).lineage
    assert lineage.function_version == "7"
    assert lineage.release == a_release(status="live", at=NOON - timedelta(hours=1))
    assert lineage.version == a_version(1)
    assert lineage.run is not None
    assert lineage.run.correlation == "c1"
    assert lineage.training_set is not None
    first = next(iter(world.catalog.parts("orders"))).upload_id
    orders, gone = lineage.datasets
    assert (orders.dataset, orders.rows, orders.uploads) == ("orders", 10, (first,))
    assert (gone.rows, gone.uploads) == (0, ())


def test_the_release_is_the_last_that_made_the_version_live_before_the_prediction(world: World) -> None:
    for name, hours, status in (("a", -3, "live"), ("b", -2, "live"), ("c", -1, "rolled_back"), ("d", 1, "live")):
        world.catalog.save_release(a_release(id=name, status=status, at=NOON + timedelta(hours=hours)))
    release = world.show(world.predict()).lineage.release
    assert release is not None
    assert release.id == "b"


def test_what_the_catalog_does_not_know_is_left_out(world: World) -> None:
    lineage = world.show(world.predict()).lineage
    assert (lineage.release, lineage.version, lineage.run, lineage.training_set) == (None, None, None, None)
    assert lineage.datasets == ()


def test_a_line_from_before_function_versions_were_logged_is_asked_of_the_published_one(world: World) -> None:
    name = prediction_id(MODEL, NOON, bytes(10))
    line = json.loads(a_prediction_line(name))
    del line["function_version"]
    collect_predictions(MODEL, LOG_STREAM, [json.dumps(line)], lake=world.lake)
    assert "nobody knows" in (world.show(name).replay.reason or "")
    world.catalog.save_published(a_published(1, function_version="9"))
    world.endpoint.versions.append(a_published(1, function_version="9"))
    assert world.show(name).lineage.function_version == "9"
    assert world.endpoint.replayed == [(MODEL, "9", "call-2")]
