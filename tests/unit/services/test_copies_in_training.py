from __future__ import annotations

import gzip
import io
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from serin.domain.contracts import Contract
from serin.domain.experiments import TrainingSet
from serin.domain.model_source import ModelSource
from serin.learning.columns import TrainingColumns, read_columns
from serin.learning.evaluation import metrics
from serin.learning.fitting import contest
from serin.learning.pipelines import default_pipeline
from serin.services.build_training_set import build_training_set
from tests.builders import a_charter
from tests.unit.services.test_accept_upload import HEADER, World
from tests.unit.services.test_build_training_set import FIRST, ORDERS, SHOPS, shops
from tests.unit.services.test_copies import shuffled

DAYS, A_DAY = 40, 30
ROWS = DAYS * A_DAY
UNNAMED = replace(ORDERS, primary_key=(), rules=())


def orders(few_values: bool = False) -> list[str]:
    """CSV rows of orders that are late the more, the more they cost."""
    dice, rows = random.Random(4), []
    for number in range(ROWS):
        at = FIRST + timedelta(days=number // A_DAY, hours=number % A_DAY // 2)
        amount = dice.choice([10, 900]) if few_values else dice.randrange(1000)
        late = str(dice.random() < amount / 1000).lower()
        rows.append(f"{7 if few_values else number},{at:%Y-%m-%dT%H:%M:%SZ},north,{amount},{late}")
    return rows


def csv(rows: list[str], end: str = "\n") -> bytes:
    return end.join([HEADER.strip(), *rows, ""]).encode()


def intake(contract: Contract = UNNAMED) -> World:
    world = World({"orders": contract, "shops": SHOPS})
    lines = [f"{row[0]},{row[1]:%Y-%m-%dT%H:%M:%SZ},{row[2]}" for row in shops().rows()]
    world.send("\n".join(["shop,seen_at,length", *lines]).encode(), "raw/shops/all.csv")
    return world


def trained(world: World, contract: Contract = UNNAMED) -> tuple[TrainingSet, TrainingColumns]:
    plan = build_training_set(
        "r1", "call", "c1", ModelSource(a_charter(), {"orders": contract, "shops": SHOPS}), {}.__getitem__,
        lake=world.lake, catalog=world.catalog, clock=world.clock,
    )  # fmt: skip
    assert not isinstance(plan, str), plan
    return plan[0], read_columns(world.lake.get(plan[0].columns))


def auc(made: TrainingSet, columns: TrainingColumns) -> tuple[int, float]:
    """The rows that judge a challenger, and its score."""
    make = lambda used, params: default_pipeline("binary", used, params)  # noqa: E731
    found = contest(columns, "binary", make, {"max_iter": 20}, made.holdout_from, None)
    return len(found.rows), metrics("binary", found.label, found.challenger, found.classes)["roc_auc"]


def with_columns_turned(rows: list[str]) -> bytes:
    header, *turned = [",".join(reversed(row.split(","))) for row in (HEADER.strip(), *rows)]
    return "\n".join([header, *turned, ""]).encode()


def as_parquet(rows: list[str]) -> bytes:
    buffer = io.BytesIO()
    pl.read_csv(csv(rows)).with_columns(pl.col("at").str.to_datetime(time_zone="UTC")).write_parquet(buffer)
    return buffer.getvalue()


DISGUISES: dict[str, Callable[[list[str]], bytes]] = {
    "order of columns": with_columns_turned,
    "gz": lambda rows: gzip.compress(csv(rows)),
    "parquet": as_parquet,
    "line ends": lambda rows: csv(rows, end="\r\n"),
    "order of rows": lambda rows: csv(shuffled(rows)),
    "one row more": lambda rows: csv([*rows, f"99999,{FIRST:%Y-%m-%dT%H:%M:%SZ},north,1,true"]),
    "the last days again": lambda rows: csv(rows[-10 * A_DAY :]),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_what_judges_and_the_score_are_the_same_with_copies_and_without(disguise: str) -> None:
    world = intake()
    world.send(csv(orders()), "raw/orders/first.csv")
    rows, score = auc(*trained(world))
    sent = world.send(DISGUISES[disguise](orders()), "raw/orders/again.csv")
    made, columns = trained(world)
    assert sent.copies is not None
    assert (made.rows, made.copies) == (ROWS + sent.rows, sent.copies.rows)
    again, with_copies = auc(made, columns)
    assert again == rows
    # Twice the standard error of an AUC of so many rows.
    assert abs(with_copies - score) < 2 * np.sqrt(0.25 / rows)
    run = world.catalog.run("late-orders", "r1")
    assert run.kept_from_judging == {"copies of other rows": made.copies}


def test_copies_lie_on_one_side_with_what_they_are_copies_of_in_any_split() -> None:
    world = intake()
    world.send(csv(orders()), "raw/orders/first.csv")
    world.send(csv(shuffled(orders()), end="\r\n"), "raw/orders/again.csv")
    columns = trained(world)[1]
    judge = np.random.default_rng(0).random(2 * ROWS) < 0.2
    learn, judge = columns.split(~judge, judge)
    assert 0 < judge.sum() < 0.2 * ROWS + 60
    assert not np.isin(columns.group[learn], columns.group[judge]).any()
    assert len(np.unique(columns.group)) == ROWS


def test_real_rows_that_repeat_all_learn_and_all_judge() -> None:
    world = intake()
    rows = orders(few_values=True)
    world.send(csv(rows), "raw/orders/first.csv")
    assert len(set(rows)) < 0.8 * ROWS
    made, columns = trained(world)
    assert (made.rows, made.copies) == (ROWS, 0)
    assert columns.may_judge.all()
    assert len(np.unique(columns.group)) == ROWS
    assert world.catalog.run("late-orders", "r1").kept_from_judging == {}


def test_a_row_with_a_primary_key_that_arrives_again_judges_once() -> None:
    world = intake(ORDERS)
    world.send(csv(orders()), "raw/orders/first.csv")
    assert world.send(csv(shuffled(orders())), "raw/orders/again.csv").copies
    made, columns = trained(world, ORDERS)
    assert (made.rows, made.copies, columns.may_judge.all()) == (ROWS, 0, True)
