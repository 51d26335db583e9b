from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.data.contract.moments import TIMESTAMP
from serin.data.features.shards import ShardedRows
from serin.data.files.parquet import from_parquet, to_parquet
from serin.domain import cut_sizes
from serin.domain.charter import Charter
from serin.domain.compliance import Budget
from serin.domain.contracts import Column, Contract
from serin.domain.experiments import Run, TrainingSet, Trial
from serin.domain.model_source import ModelSource
from serin.domain.names import digest
from serin.services.build_training_set import Plan, build_training_set
from tests.builders import NOON, a_charter, a_contract, a_part, a_run, a_version, an_upload_of

ORDERS = replace(
    a_contract(),
    columns=(*(c for c in a_contract().columns if c.name != "late"), Column("late", "boolean", known="afterwards")),
)
SHOPS = Contract(
    "shops", "1", (Column("shop", "string"), Column("seen_at", "timestamp"), Column("length", "integer")), (), ()
)
FIRST = datetime(2013, 1, 1, tzinfo=UTC)
DAYS = 40
A_DAY = 5


def orders(days: range, late: Any = lambda number: number % 3 == 0) -> pl.DataFrame:
    numbers = [day * A_DAY + index for day in days for index in range(A_DAY)]
    return pl.DataFrame(
        {
            "order_id": numbers,
            "at": [FIRST + timedelta(days=number // A_DAY, hours=number % A_DAY) for number in numbers],
            "shop": ["north" for _ in numbers],
            "amount": [float(number) for number in numbers],
            "late": [late(number) for number in numbers],
        },
        schema_overrides={"at": TIMESTAMP, "late": pl.Boolean},
    )


def shops() -> pl.DataFrame:
    seen = [FIRST + timedelta(days=day) for day in range(DAYS)]
    found = {"shop": ["north"] * DAYS, "seen_at": seen, "length": list(range(DAYS))}
    return pl.DataFrame(found, schema_overrides={"seen_at": TIMESTAMP})


@dataclass
class World:
    """What a training set is made from; `code` is the model's own."""

    charter: Charter = field(default_factory=a_charter)
    code: dict[str, bytes] = field(default_factory=lambda: {"features.py": b"x = 1\n"})
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))

    def add(self, dataset: str, table: pl.DataFrame) -> None:
        content = to_parquet(table)
        key = f"datasets/{dataset}/{digest(content)[:32]}.parquet"
        self.lake.put(key, content)
        before = self.catalog.head(dataset)
        upload = an_upload_of(dataset, content, key, len(table), before.sequence + 1)
        assert self.catalog.record_accepted(upload, a_part(upload, before.sequence + 1), before)

    def build(self, run: str = "r1", cause: str = "features") -> Plan | str:
        self.clock.advance(timedelta(minutes=1))
        contracts = {"orders": ORDERS, "shops": SHOPS}
        functions = {}.__getitem__
        return build_training_set(
            run,
            cause,
            "c1",
            ModelSource(self.charter, contracts, self.code),
            functions,
            lake=self.lake,
            catalog=self.catalog,
            clock=self.clock,
        )

    def made(self, run: str = "r1", cause: str = "features") -> TrainingSet:
        plan = self.build(run, cause)
        assert not isinstance(plan, str), plan
        return plan[0]

    def end(self, run: str) -> None:
        """The run has failed, so that the next may begin."""
        self.catalog.save_run(replace(self.catalog.run(self.charter.model, run), status="failed"))


@pytest.fixture
def world() -> World:
    full = World()
    full.add("orders", orders(range(DAYS)))
    full.add("shops", shops())
    return full


def test_a_training_set_holds_the_labelled_rows_and_the_trials_of_the_charter(world: World) -> None:
    plan = world.build()
    assert not isinstance(plan, str)
    made, trials = plan
    assert trials[:2] == (Trial(1, {"max_leaf_nodes": 7}), Trial(2, {"max_leaf_nodes": 15}))
    assert [(trial.number, trial.recipe) for trial in trials[2:]] == [(3, "trivial"), (4, "linear")]
    rows = from_parquet(world.lake.get(made.parquet))
    assert (made.rows, len(rows)) == (DAYS * A_DAY, DAYS * A_DAY)
    assert rows["queue.length"].drop_nulls().len() > 0
    assert digest(world.lake.get(made.columns)) == made.columns_digest
    assert world.catalog.training_set("late-orders", made.id) == made


def test_the_newest_rows_are_kept_for_the_judge(world: World) -> None:
    made = world.made()
    moments = from_parquet(world.lake.get(made.parquet))["__moment"]
    assert (made.first, made.last) == (moments.min(), moments.max())
    assert made.holdout_from == made.last - timedelta(days=14)
    assert made.learnable == moments.filter(moments < made.holdout_from).len() < made.rows


def test_a_run_begins_with_its_training_set(world: World) -> None:
    made = world.made()
    run = world.catalog.run("late-orders", "r1")
    assert (run.status, run.cause, run.training_set) == ("running", "features", made.id)


def test_equal_data_charter_and_code_are_one_training_set(world: World) -> None:
    first = world.made()
    keys = world.lake.keys("")
    world.end("r1")
    assert world.made("r2", "call") == first
    assert world.lake.keys("") == keys


def test_new_data_another_charter_and_other_code_are_other_training_sets(world: World) -> None:
    ids = [world.made().id]
    world.end("r1")
    world.code = {"features.py": b"x = 2\n"}
    ids.append(world.made("r2", "call").id)
    world.end("r2")
    world.charter = a_charter(floors={"roc_auc": 0.7})
    ids.append(world.made("r3", "call").id)
    world.end("r3")
    world.add("orders", orders(range(DAYS, DAYS + 1)))
    ids.append(world.made("r4", "call").id)
    assert len(set(ids)) == 4


def test_a_row_that_came_again_counts_as_it_came_last(world: World) -> None:
    world.add("orders", orders(range(DAYS), late=lambda number: True))
    made = world.made()
    rows = from_parquet(world.lake.get(made.parquet))
    assert made.rows == DAYS * A_DAY
    assert rows["__label"].all()


class GrowingCatalog(MemoryCatalog):
    """A catalog where an upload is accepted after the heads were read."""

    meanwhile: Any = None

    def begin_run(self, run: Run) -> bool:
        self.meanwhile()
        return super().begin_run(run)


def test_rows_that_came_after_the_snapshot_belong_to_another_training_set(world: World) -> None:
    catalog = GrowingCatalog()
    growing = World(catalog=catalog)
    growing.add("orders", orders(range(DAYS)))
    growing.add("shops", shops())
    catalog.meanwhile = lambda: growing.add("orders", orders(range(DAYS, DAYS + 1)))
    made = growing.made()
    assert growing.catalog.head("orders").sequence == 2
    assert made == world.made()


def test_rows_without_a_label_are_left_out(world: World) -> None:
    world.add("orders", orders(range(DAYS, DAYS + 1), late=lambda number: None))
    assert world.made().rows == DAYS * A_DAY


def skipped(world: World, run: str = "r1", cause: str = "features") -> str:
    reason = world.build(run, cause)
    assert isinstance(reason, str)
    found = world.catalog.run("late-orders", run)
    assert (found.status, found.reason) == ("skipped", reason)
    return reason


@pytest.mark.parametrize("cause", ["features", "call"])
def test_a_dataset_without_rows_is_waited_for(cause: str) -> None:
    world = World()
    assert skipped(world, "r1", cause) == "no rows yet of orders, shops"
    world.add("orders", orders(range(DAYS)))
    assert skipped(world, "r2", cause) == "no rows yet of shops"


@pytest.mark.parametrize("cause", ["features", "call"])
def test_too_few_rows_before_the_holdout_are_not_learnt_from(cause: str) -> None:
    world = World()
    world.add("shops", shops())
    world.add("orders", orders(range(20)))
    assert skipped(world, "r1", cause) == "29 labelled rows before the holdout; training.minimum_rows is 100"
    assert world.lake.keys("training-sets/") == []


def test_rows_without_any_label_are_nothing_to_train_on() -> None:
    world = World()
    world.add("shops", shops())
    world.add("orders", orders(range(DAYS), late=lambda number: None))
    assert skipped(world) == "no row has a label yet"


def test_features_start_the_first_training_only(world: World) -> None:
    world.catalog.register(a_version(1))
    assert skipped(world) == "the first version exists; later ones are trained for a cause or by a call"


def test_a_call_trains_after_the_first_version_too(world: World) -> None:
    world.catalog.register(a_version(1))
    assert world.made(cause="call").rows == DAYS * A_DAY


def test_what_could_not_be_decided_is_asked_again_when_features_come(world: World) -> None:
    """Neither the first version nor the same data refuses it: nothing was decided."""
    world.catalog.register(a_version(1))
    made = world.made("r1", cause="call")
    world.catalog.save_run(a_run(id="r1", status="inconclusive", training_set=made.id))
    assert world.made("r2").rows == DAYS * A_DAY


def test_a_later_decision_ends_the_asking(world: World) -> None:
    world.catalog.register(a_version(1))
    for number, status in enumerate(["inconclusive", "rejected", "skipped"], start=1):
        run = a_run(id=f"r{number}", status=status, at=NOON + timedelta(hours=number))
        world.catalog.begin_run(run)
    assert skipped(world, "r9") == "the first version exists; later ones are trained for a cause or by a call"


@pytest.mark.parametrize("status", ["running", "registered", "rejected"])
def test_features_do_not_train_twice_on_the_same_data(world: World, status: Any) -> None:
    made = world.made("r1")
    world.catalog.save_run(a_run(id="r1", status=status, training_set=made.id))
    assert skipped(world, "r2") == "run r1 has the same data, charter and code"


def test_uploads_that_come_at_once_begin_one_first_training(world: World) -> None:
    world.made("r1")
    world.add("orders", orders(range(DAYS, DAYS + 1)))
    assert skipped(world, "r2").startswith("run r1 is under way, which features began at ")
    world.end("r1")
    assert world.made("r3").rows > DAYS * A_DAY


def test_a_run_that_still_reads_its_rows_is_in_nobodys_way(world: World) -> None:
    world.catalog.begin_run(a_run(id="r1", status="running", training_set="not yet", at=NOON))
    assert world.made("r2").rows == DAYS * A_DAY


@pytest.mark.parametrize("status", ["failed", "skipped"])
def test_features_train_again_after_a_run_that_came_to_nothing(world: World, status: Any) -> None:
    made = world.made("r1")
    world.catalog.save_run(a_run(id="r1", status=status, training_set=made.id))
    assert world.made("r2") == made


def test_a_call_trains_again_on_the_same_data(world: World) -> None:
    first = world.made("r1")
    world.end("r1")
    assert first == world.made("r2", "call")


def test_a_run_that_is_tried_again_is_not_in_its_own_way(world: World) -> None:
    assert world.build("r1") == world.build("r1")


@pytest.mark.slow
def test_more_rows_than_memory_is_for_are_made_in_pieces_and_are_the_same(world: World, monkeypatch: Any) -> None:
    whole = world.made("r1")
    rows = world.lake.get(whole.parquet)
    world.end("r1")
    monkeypatch.setattr(cut_sizes, "ROOM", 10_000)
    shards: list[int] = []
    sharded = ShardedRows.__init__

    def counted(self: ShardedRows, files: Any, folder: Any) -> None:
        shards.append(len(files))
        sharded(self, files, folder)

    monkeypatch.setattr(ShardedRows, "__init__", counted)
    assert world.made("r2", "call") == whole
    assert from_parquet(world.lake.get(whole.parquet)).equals(from_parquet(rows))
    assert min(shards) > 1


def test_a_training_set_over_the_budget_is_refused_before_any_row_is_read(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(cut_sizes, "ROOM", 10_000)
    world.charter = replace(world.charter, budget=Budget(usd_per_month=1e-9))
    read: list[str] = []
    monkeypatch.setattr(world.lake, "get", read.append)
    reason = world.build()
    assert isinstance(reason, str)
    assert "design.budget.usd_per_month" in reason
    assert read == []
    (run,) = world.catalog.runs("late-orders")
    assert (run.status, run.reason) == ("skipped", reason)
