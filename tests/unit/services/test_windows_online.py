"""No skew: what is served from buckets is what the definition says, however uploads come, and what training joins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures
from serin.data.contract.moments import TIMESTAMP
from serin.data.features.as_of import MOMENT
from serin.data.features.marks import MARK
from serin.data.features.views import with_view
from serin.data.files.parquet import to_parquet
from serin.domain.buckets import MARGIN, Bucket, look_back, start_of, width
from serin.domain.charter import Charter, DatasetUse, Derivation, Scalar, View
from serin.services.build_features import FeatureBuilder
from serin.serving.features import FeaturePlan
from tests.builders import a_charter, a_contract_of, a_part, an_upload_of
from tests.unit.data import histories
from tests.unit.data.histories import LAST, QUEUE, SCHEMA, START, Event, by_definition, events, moments, table

SHOPS = a_contract_of(SCHEMA, dataset="shops", primary_key=("id",))
ZONES = a_contract_of(histories.ZONES, dataset="zones", primary_key=("zone",))
HOURLY = replace(QUEUE, ttl=timedelta(hours=5), windows=QUEUE.windows[:6])


def charter_of(view: View, derive: Derivation | None = None) -> Charter:
    charter = a_charter()
    features = replace(charter.features, views=(view,), model_uses=("amount", view.name))
    datasets = (charter.datasets[0], DatasetUse("shops", "contracts/shops.yaml", derive), DatasetUse("zones", "z.yaml"))
    return replace(charter, features=features, datasets=datasets)


class World:
    """A lake of shops, and what one model's builder makes of it."""

    def __init__(self, charter: Charter, **functions: Any) -> None:
        self.lake, self.catalog, self.online = MemoryObjectStore(), MemoryCatalog(), MemoryOnlineFeatures()
        self.plan = FeaturePlan(charter, {})
        contracts = {"shops": SHOPS, "zones": ZONES}
        clock = MemoryClock(START - timedelta(days=30))
        self.builder = FeatureBuilder(
            charter,
            contracts,
            lambda call: functions[call.partition(":")[2]],
            lake=self.lake,
            catalog=self.catalog,
            online=self.online,
            clock=clock,
        )

    def accept(self, dataset: str, rows: pl.DataFrame) -> str:
        before = self.catalog.head(dataset)
        content, key = to_parquet(rows), f"datasets/{dataset}/{before.sequence}.parquet"
        self.lake.put(key, content)
        upload = an_upload_of(dataset, key.encode(), key, rows.height, before.sequence + 1)
        assert self.catalog.record_accepted(upload, a_part(upload, before.sequence + 1), before)
        return upload.id

    def build(self, dataset: str, upload: str) -> int:
        return self.builder.build(dataset, upload, "c1", events=MemoryEvents()).written

    def served(self, shop: str | None, moment: datetime) -> dict[str, Any]:
        instance: dict[str, Any] = {"order_id": 1, "at": moment, "shop": shop, "amount": None}
        row = self.plan.row(instance, self.online.read(self.plan.keys([instance], moment)), moment)
        return {name.partition(".")[2]: value for name, value in row.values.items() if "." in name}


def differences(found: dict[str, Any], expected: Mapping[str, Scalar | None]) -> dict[str, object]:
    return {name: (found[name], expected[name]) for name in expected if found[name] != expected[name]}


questions = st.lists(st.tuples(moments, st.sampled_from(["a", "b", "c", None])), min_size=1, max_size=4)
views = st.sampled_from([QUEUE, HOURLY, LAST, *(replace(view, created_time=None) for view in (QUEUE, LAST))])


@pytest.mark.slow
@given(views, st.lists(events(5), min_size=1, max_size=4), questions, st.randoms(use_true_random=False))
def test_values_are_exact_at_any_moment_however_uploads_are_repeated_and_reordered(
    view: View, uploads: list[list[Event]], asked: list[tuple[datetime, str | None]], chance: Any
) -> None:
    """Each upload is built once after it was accepted, some twice, in any order; rows of one id are versions of one."""
    world, waiting, seen = World(charter_of(view)), list[str](), list[Event]()
    for rows in uploads:
        seen += rows
        waiting.append(world.accept("shops", table(rows)))
        if chance.random() < 0.5:
            world.build("shops", chance.choice(waiting))
    for upload in chance.sample(waiting, len(waiting)):
        world.build("shops", upload)
    world.build("shops", chance.choice(waiting))
    for moment, shop in asked:
        expected = by_definition(seen, view, shop, moment)
        assert differences(world.served(shop, moment), expected) == {}, (moment, shop)


def shifted(shops: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    """Moves every event by the hours of the one zone there is."""
    by = timedelta(hours=int(zones["hours"][-1]))
    return shops.with_columns(pl.col("seen_at") + by, pl.col("known_at") + by)


def zone(hours: int) -> pl.DataFrame:
    return pl.DataFrame({"zone": ["here"], "hours": [hours]})


Step = tuple[str, Any]
steps = st.lists(
    st.one_of(st.tuples(st.just("shops"), events(4)), st.tuples(st.just("zones"), st.integers(-30, 30))),
    min_size=1,
    max_size=6,
)


@pytest.mark.slow
@given(steps, questions, st.randoms(use_true_random=False))
def test_what_a_derivation_looks_up_moves_events_and_leaves_none_behind(
    taken: Sequence[Step], asked: list[tuple[datetime, str | None]], chance: Any
) -> None:
    world = World(charter_of(QUEUE, Derivation("features:shifted", ("zones",))), shifted=shifted)
    seen, hours, waiting = list[Event](), None, list[tuple[str, str]]()
    for dataset, given_ in taken:
        rows = table(given_) if dataset == "shops" else zone(given_)
        seen, hours = (seen + given_, hours) if dataset == "shops" else (seen, given_)
        waiting.append((dataset, world.accept(dataset, rows)))
        if chance.random() < 0.5:
            world.build(*chance.choice(waiting))
    for upload in chance.sample(waiting, len(waiting)):
        world.build(*upload)
    by = timedelta(hours=hours or 0)
    moved = [(n, s, e + by if e else None, k + by if k else None, *rest) for n, s, e, k, *rest in seen]
    for moment, shop in asked:
        expected = by_definition([] if hours is None else moved, QUEUE, shop, moment)  # type: ignore[arg-type]
        assert differences(world.served(shop, moment), expected) == {}, (moment, shop)


def an_event(at: datetime, length: int = 1, number: int = 1) -> Event:
    return number, "a", at, at, length, None, None


def test_a_bucket_expires_when_no_question_can_depend_on_it() -> None:
    world = World(charter_of(QUEUE))
    world.build("shops", world.accept("shops", table([an_event(START)])))
    instance: Any = {"order_id": 1, "at": START, "shop": "a", "amount": None}
    (bucket,) = world.online.read(world.plan.keys([instance], START)).values()
    assert isinstance(bucket, Bucket)
    assert start_of(bucket.key) <= START < start_of(bucket.key) + width(QUEUE)
    assert bucket.expires == start_of(bucket.key) + width(QUEUE) + look_back(QUEUE) + MARGIN


def test_what_has_expired_already_is_not_written() -> None:
    world = World(charter_of(QUEUE))
    upload = world.accept("shops", table([an_event(START - timedelta(days=40)), an_event(START, number=2)]))
    assert world.build("shops", upload) == 1


def test_an_entity_nobody_knows_is_missing_and_one_not_heard_of_for_too_long_is_stale() -> None:
    world = World(charter_of(QUEUE))
    world.build("shops", world.accept("shops", table([an_event(START)])))

    def marks(shop: str, hours: float) -> tuple[Any, Any]:
        now = START + timedelta(hours=hours)
        instance: Any = {"order_id": 1, "at": now, "shop": shop, "amount": None}
        row = world.plan.row(instance, world.online.read(world.plan.keys([instance], now)), now)
        return row.missing, row.stale

    assert marks("b", 1) == (("queue",), ())
    assert marks("a", 24) == ((), ())
    assert marks("a", 24.5) == ((), ("queue",))


STATIC = View("known", "shop", "shops", ("length",), static=True)


@pytest.mark.parametrize("view", [QUEUE, HOURLY, LAST, replace(LAST, ttl=None), STATIC], ids=str)
def test_a_join_of_many_rows_calls_missing_or_stale_what_the_endpoint_does(view: View) -> None:
    world = World(charter_of(view))
    rows = table([an_event(START + timedelta(hours=9 * number), number=number) for number in range(4)])
    world.build("shops", world.accept("shops", rows))
    hours = [0.5, 3, 5, 8.9, *range(9, 60, 4), 100, 200, 400]
    asked = [(shop, START + timedelta(hours=at)) for shop in ("a", "b", None) for at in hours]
    joined = with_view(pl.DataFrame(asked, {"shop": pl.String, MOMENT: TIMESTAMP}, orient="row"), view, rows, ("shop",))
    served = [mark_of(world, {"order_id": 1, "at": now, "shop": shop, "amount": None}, now) for shop, now in asked]
    assert joined[MARK + view.name].to_list() == served
    assert len(set(served)) == (3 if view.ttl and not view.static else 2)


def mark_of(world: World, instance: Any, now: datetime) -> str | None:
    row = world.plan.row(instance, world.online.read(world.plan.keys([instance], now)), now)
    return "missing" if row.missing else "stale" if row.stale else None


def test_a_window_of_hours_days_or_weeks_reads_two_items_and_of_a_month_one_a_week() -> None:
    instance: Any = {"order_id": 1, "at": START, "shop": "a", "amount": None}

    def items(view: View) -> int:
        return len(FeaturePlan(charter_of(view), {}).keys([instance], START + timedelta(hours=5, minutes=7)))

    backs = timedelta(hours=5), timedelta(days=1), timedelta(days=7), timedelta(days=30)
    assert [items(replace(HOURLY, ttl=back)) for back in backs] == [2, 2, 2, 5]


def test_a_changed_definition_and_another_model_have_items_of_their_own_and_an_equal_one_the_same() -> None:
    instance: Any = {"order_id": 1, "at": START, "shop": "a", "amount": None}

    def keys(charter: Charter) -> set[object]:
        return set(FeaturePlan(charter, {}).keys([instance], START))

    mine = charter_of(QUEUE)
    assert keys(mine) == keys(replace(mine, task="regression"))
    assert not keys(mine) & keys(replace(mine, model="other"))
    assert not keys(mine) & keys(charter_of(replace(QUEUE, windows=QUEUE.windows[1:])))
    derived = charter_of(QUEUE, Derivation("features:shifted", ("zones",)))
    assert not keys(derived) & keys(replace(derived, model="other"))
