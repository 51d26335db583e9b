"""What anybody is told of an entity is what a prediction would use of it, and what is not known is told as that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.domain.buckets import OnlineItem
from serin.domain.charter import Charter, Input
from serin.domain.errors import Invalid, TooLarge
from serin.domain.features import EntityKey, OnlineValues
from serin.domain.plain_numbers import how_many
from serin.services.online_features import MOST_ITEMS, Answer, Question, read_online
from tests.builders import NOON, a_charter
from tests.definitions import item_key
from tests.unit.data.histories import QUEUE, Event, events, moments, table
from tests.unit.services.test_windows_online import World, charter_of

MODEL = "late-orders"


def read(question: Question, charter: Charter, online: MemoryOnlineFeatures, moment: datetime = NOON) -> Answer:
    return read_online(question, {charter.model: charter}, online=online, clock=MemoryClock(moment))


@pytest.mark.slow
@given(st.lists(events(5), min_size=1, max_size=3), st.lists(st.tuples(moments, st.sampled_from("abc"))))
def test_windows_are_what_a_prediction_at_that_moment_gets(
    uploads: list[list[Event]], asked: list[tuple[datetime, str]]
) -> None:
    charter = charter_of(QUEUE)
    world = World(charter)
    for rows in uploads:
        world.build("shops", world.accept("shops", table(rows)))
    for moment, shop in asked:
        answer = read(Question({"shop": [shop]}, service=MODEL), charter, world.online, moment)
        found = {name: column[0] for name, column in answer.columns.items() if name != "shop"}
        assert {name: one.value for name, one in found.items()} == world.served(shop, moment)
        assert all(one.value is None for one in found.values() if one.status != "PRESENT")


class Counting(MemoryOnlineFeatures):
    """Remembers what was read at once."""

    def __init__(self) -> None:
        super().__init__()
        self.read_at_once: list[int] = []

    def read(self, keys: Sequence[EntityKey]) -> Mapping[EntityKey, OnlineItem]:
        self.read_at_once.append(len(keys))
        return super().read(keys)


def test_all_views_of_all_rows_are_read_at_once_and_each_entity_once() -> None:
    charter, online = a_charter(), Counting()
    other = replace(charter.features.view("queue"), name="line", event_time="told_at")
    charter = replace(charter, features=replace(charter.features, views=(*charter.features.views, other)))
    names = ["queue:length", "line:length"]
    answer = read(Question({"shop": ["north", "south", "north"]}, names, full=True), charter, online)
    assert list(answer.columns) == ["shop", "queue__length", "line__length"]
    assert online.read_at_once == [4]


def test_a_charters_defaults_are_not_taken_for_what_is_known() -> None:
    charter = a_charter(features=replace(a_charter().features, defaults={"queue.length": 2}))
    (found,) = read(Question({"shop": ["north"]}, ["queue:length"]), charter, MemoryOnlineFeatures()).columns["length"]
    assert (found.status, found.value) == ("NOT_FOUND", None)


def test_an_entity_that_no_row_knows_any_more_is_not_found() -> None:
    online = MemoryOnlineFeatures()
    for shop, values in (("north", {}), ("south", {"length": None}), ("east", {"length": 3})):
        online.write([OnlineValues(item_key("queue", shop), values, NOON)])
    shops = {"shop": ["north", "south", "east"]}
    found = read(Question(shops, ["queue:length"]), a_charter(), online).columns["length"]
    assert [one.status for one in found] == ["NOT_FOUND", "NULL_VALUE", "PRESENT"]
    assert [one.value for one in found] == [None, None, 3]


def keyed_by(type: Any) -> Charter:
    charter = a_charter(inputs=(Input("shop", type), Input("at", "timestamp"), Input("order_id", "integer")))
    return replace(charter, features=replace(charter.features, model_uses=("queue",)))


@pytest.mark.parametrize(
    ("type", "sent", "key"),
    [
        ("string", "7", "7"),
        ("integer", 7, 7),
        ("integer", 7.0, 7),
        ("number", 7, 7.0),
        ("boolean", True, True),
        ("timestamp", "2013-04-01T14:00:00+02:00", NOON),
        ("timestamp", int(NOON.timestamp()), NOON),
    ],
)
def test_a_key_is_read_by_its_inputs_type_and_echoed_as_it_was_sent(type: Any, sent: object, key: Any) -> None:
    online = MemoryOnlineFeatures()
    online.write([OnlineValues(item_key("queue", key), {"length": 4}, NOON)])
    answer = read(Question({"shop": [sent]}, ["queue:length"]), keyed_by(type), online)
    assert answer.columns["shop"][0].value is sent
    assert (answer.columns["length"][0].value, answer.columns["length"][0].event_time) == (4, NOON)


@pytest.mark.parametrize(
    ("type", "sent"),
    [
        ("string", 7),
        ("string", ["north"]),
        ("string", "a\nb"),
        ("integer", "7"),
        ("integer", True),
        ("integer", 2**63),
        ("number", {}),
        ("timestamp", "2013-04-01T12:00:00"),
        ("timestamp", 10**20),
        ("timestamp", -(10**10)),
        ("timestamp", True),
        ("timestamp", 1.5),
    ],
)
def test_a_key_of_another_type_is_refused_by_its_row(type: Any, sent: object) -> None:
    with pytest.raises(Invalid) as refused:
        read(Question({"shop": [None, sent]}, ["queue:length"]), keyed_by(type), MemoryOnlineFeatures())
    assert refused.value.field == "entities.shop[1]"
    assert refused.value.message.startswith("entities.shop[1]: found")


def test_the_first_and_the_last_second_of_the_calendar_are_taken() -> None:
    bounds = [datetime(1678, 1, 1, tzinfo=UTC), datetime(2262, 1, 1, tzinfo=UTC) - timedelta(seconds=1)]
    sent = [int(moment.timestamp()) for moment in bounds]
    answer = read(Question({"shop": sent}, ["queue:length"]), keyed_by("timestamp"), MemoryOnlineFeatures())
    assert [found.status for found in answer.columns["length"]] == ["NOT_FOUND", "NOT_FOUND"]


def test_a_column_no_view_asked_for_needs_is_echoed_if_it_finds_another() -> None:
    charter = charter_of(QUEUE)
    order = replace(charter.features.views[0], name="order_queue", entity="order")
    charter = replace(charter, features=replace(charter.features, views=(*charter.features.views, order)))
    question = Question({"shop": ["a"], "order_id": [1]}, [f"{QUEUE.name}:{QUEUE.values[0]}"])
    answer = read(question, charter, MemoryOnlineFeatures())
    assert list(answer.columns) == ["shop", "order_id", QUEUE.values[0]]


@pytest.mark.parametrize(("rows", "features"), [(1001, 1), (1000, 11), (1, 10_001)])
def test_more_than_one_answer_may_hold_is_refused_with_the_numbers(rows: int, features: int) -> None:
    question = Question({"shop": ["a"] * rows}, ["queue:length"] * features)
    with pytest.raises(TooLarge, match=how_many(rows, "row")):
        read(question, a_charter(), MemoryOnlineFeatures())


def test_more_items_than_one_answer_may_need_are_refused_before_anything_is_read() -> None:
    charter, online = charter_of(replace(QUEUE, ttl=timedelta(days=365))), Counting()
    rows = MOST_ITEMS // 53 + 1
    name = f"{QUEUE.name}:{QUEUE.values[0]}"
    with pytest.raises(TooLarge, match=f"More than {MOST_ITEMS} items"):
        read(Question({"shop": [f"s{n}" for n in range(rows)]}, [name]), charter, online)
    assert online.read_at_once == []
    assert read(Question({"shop": ["s1"] * rows}, [name]), charter, online).columns
