"""Random tables in which whatever may go wrong with time does, made into a training set whole and in pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import polars as pl

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.data.contract.types import POLARS_TYPES
from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.data.files.parquet import to_parquet
from serin.domain.charter import (
    Charter,
    DatasetUse,
    Derivation,
    Features,
    Input,
    Moment,
    ReleaseTerms,
    Search,
    Training,
    Truth,
    View,
    Window,
)
from serin.domain.contracts import Column, Contract
from serin.domain.cut_pieces import CutTask
from serin.domain.cut_sizes import lookups_of
from serin.domain.cuts import Cut, Cuts
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.judgement.policy import GatePolicy
from serin.domain.names import digest
from serin.services.steps.cut_making import made_rows, next_round
from serin.services.steps.cut_rounds import CutSource, run_piece
from serin.services.steps.dataset_rows import all_rows, copies_up_to
from serin.services.steps.segments import COPY
from serin.services.steps.table_sizes import listed

START, DAY = datetime(2013, 1, 30, tzinfo=UTC), timedelta(days=1)
STEP, STEPS = timedelta(hours=8), 3 * 45
UNTIL = START + 42 * DAY
BUCKETS = {1: (1, 1), 2: (2, 1), 7: (7, 1), 64: (8, 8)}
"""Pieces by hash → how many in the first cut, and each of these in the second."""
SLABS = (None, 30 * DAY, DAY)
SIZES = (1e-9, -1e-9, 0.1, 0.2, -0.0, 1e15, -1e15, 1e15)
_SHORT, _LONG = timedelta(hours=30), 6 * DAY
_DO = ("count", "mean", "sum", "min", "max", "last")
VIEWS = (
    View("seen", "shop", "shops", ("length", "open"), "seen_at", "known_at", 2 * DAY),
    View("ever", "shop", "shops", ("takings", "weight"), "seen_at", "known_at"),
    View("known", "shop", "shops", ("takings",), static=True),
    View(
        *("flow", "shop", "shops", (), "seen_at", "known_at", 3 * DAY),
        windows=(
            *(Window(f"{do}_length", "length", do, _SHORT) for do in _DO),  # type: ignore[arg-type]
            *(Window(f"{do}_takings", "takings", do, _LONG) for do in _DO),  # type: ignore[arg-type]
            Window("rate_open", "open", "rate", _LONG),
        ),
    ),
    View("total", "shop", "shops", (), "seen_at", "known_at", windows=(Window("sum", "takings", "sum", _LONG),)),
    View(
        *("arrivals", "shop", "orders", (), "landed", "landed", 7 * DAY),
        windows=(Window("late", "late", "rate", 5 * DAY), Window("n", "late", "count", 5 * DAY)),
    ),
)
_ORDERS = {"order_id": "integer", "at": "timestamp", "shop": "string", "amount": "number"}
CONTRACTS = {
    "orders": Contract(
        "orders",
        "1",
        (
            *(Column(name, kind) for name, kind in _ORDERS.items()),  # type: ignore[arg-type]
            Column("landed", "timestamp", known="afterwards"),
            Column("late", "boolean", known="afterwards"),
        ),
        (),
        primary_key=("order_id",),
    ),
    "shops": Contract(
        "shops",
        "1",
        (
            Column("id", "integer"),
            Column("shop", "string"),
            Column("seen_at", "timestamp"),
            Column("known_at", "timestamp"),
            Column("length", "integer"),
            Column("open", "boolean"),
            Column("takings", "number"),
        ),
        (),
        primary_key=("id",),
    ),
    "zones": Contract("zones", "1", (Column("zone", "string"), Column("hours", "integer")), (), primary_key=("zone",)),
}
CHARTER = Charter(
    model="late-orders",
    task="binary",
    problem="Will this order be late?",
    floors={},
    datasets=(
        DatasetUse("orders", "contracts/orders.yaml"),
        DatasetUse("shops", "contracts/shops.yaml", Derivation("features:weighed", ("zones",))),
        DatasetUse("zones", "contracts/zones.yaml"),
    ),
    inputs=tuple(Input(name, kind, nullable=True) for name, kind in _ORDERS.items()),  # type: ignore[arg-type]
    features=Features(
        moment=Moment("at", timedelta(hours=1)),
        entities={"order": ("order_id",), "shop": ("shop",)},
        views=VIEWS,
        on_demand={"busy": "features:busy", "half": "features:half"},
        defaults={"seen.length": 0},
        model_uses=("amount", "shop", "busy", "half", *(view.name for view in VIEWS)),
    ),
    truth=Truth("orders", "order", "late"),
    training=Training(
        start_on="orders",
        window=timedelta(days=35),
        holdout=timedelta(days=14),
        minimum_rows=1,
        search=Search("grid", 1, 1, "log_loss", {}),
        gate=GatePolicy("log_loss"),
    ),
    release=ReleaseTerms("golden.json"),
)


def weighed(shops: pl.DataFrame, zones: pl.DataFrame) -> pl.DataFrame:
    """A derivation that looks something up."""
    return shops.with_columns((pl.col("takings") * zones["hours"].sum()).alias("weight"))


def busy(seen_length: int | None, amount: float | None) -> float | int | None:
    """Now a whole number, now none, now nothing: its type follows from all rows."""
    if seen_length is None or amount is None:
        return None
    return seen_length if amount < 1 else seen_length / 4


def half(order_id: int | None) -> str | None:
    """A text that few rows have."""
    return "half" if order_id is not None and order_id % 40 == 0 else None


FUNCTIONS: Mapping[str, Callable[..., Any]] = {"weighed": weighed, "busy": busy, "half": half}


def function(call: str) -> Callable[..., Any]:
    """The model's code."""
    return FUNCTIONS[call.partition(":")[2]]


@dataclass
class RandomWorld:
    """Uploads of one seed in a lake; rows of the truth have a primary key, or come twice and are copies of others."""

    seed: int
    keyed: bool = True
    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)

    def __post_init__(self) -> None:
        chance = Random(self.seed)
        truth = CONTRACTS["orders"]
        self.contracts = {**CONTRACTS, "orders": truth if self.keyed else replace(truth, primary_key=())}
        self.charter = CHARTER
        for dataset, rows in (("orders", _orders(chance, self.keyed)), ("shops", _shops(chance)), ("zones", _ZONES)):
            for part in _uploads(chance, rows):
                self.accept(dataset, part, self._copies(chance, dataset, part))
        self.heads = {name: self.catalog.head(name) for name in self.contracts}

    def _copies(self, chance: Random, dataset: str, rows: Sequence[tuple[Any, ...]]) -> list[bool] | None:
        if dataset != "orders" or self.keyed or chance.random() < 0.3:
            return None
        return [chance.random() < 0.2 for _ in rows]

    def accept(self, dataset: str, rows: Sequence[tuple[Any, ...]], copies: list[bool] | None) -> None:
        """One upload, whose rows that are copies are marked."""
        types = {column.name: POLARS_TYPES[column.type] for column in self.contracts[dataset].columns}
        content = to_parquet(pl.DataFrame(rows, schema=types, orient="row"))
        before: DatasetHead = self.catalog.head(dataset)
        number = before.sequence + 1
        key, marks = f"datasets/{dataset}/{number}.parquet", f"datasets/{dataset}/copies/{number}.parquet"
        self.lake.put(key, content)
        if copies is not None:
            self.lake.put(marks, to_parquet(pl.Series(COPY, copies, dtype=pl.Boolean).to_frame()))
        name = digest(dataset, str(number))[:32]
        upload = Upload(
            *(name, dataset, f"{number}.csv", f"raw/{dataset}/{number}.csv", "1", "accepted", UNTIL),
            rows=len(rows),
            accepted=len(rows),
            part=key,
            sequence=number,
        )
        part = Part(dataset, number, name, key, len(rows), name, copies=None if copies is None else marks)
        assert self.catalog.record_accepted(upload, part, before)

    def whole(self) -> bytes:
        """The training set's columns, made in one go."""
        tables = all_rows(self.heads, self.contracts, lake=self.lake, catalog=self.catalog)
        copied = copies_up_to(self.heads["orders"], lake=self.lake, catalog=self.catalog)
        return to_npz(training_rows(self.charter, self.contracts, tables, function, copied, UNTIL), self.charter)

    def cut(self, cuts: Cuts) -> CutSource:
        """The same, to be made in pieces."""
        segments = listed(self.heads, catalog=self.catalog)
        files = {name: tuple(parts) for name, parts in segments.items()}
        task = CutTask(digest(repr(cuts))[:16], self.charter.model, self.heads, cuts, UNTIL, files)
        ports: dict[str, Any] = {"files": self.lake, "lake": self.lake, "catalog": self.catalog}
        return CutSource(task, self.charter, self.contracts, function, **ports)

    def cuts(self, buckets: int, slab: timedelta | None, chance: Random) -> Cuts:
        """Into so many pieces by hash, and slabs of time of that length; files are dealt as they happen to be."""
        coarse, fine = BUCKETS[buckets]
        cut = Cut(coarse, fine)
        files = {name: _counts(chance, len(parts)) for name, parts in listed(self.heads, catalog=self.catalog).items()}
        lookups = {
            lookup.name: replace(cut, slab=None if lookup.reach is None else slab, slabs=chance.randint(1, 4))
            for lookup in lookups_of(self.charter, self.charter.features.views)
        }
        return Cuts(dict.fromkeys(self.contracts, cut), lookups, slab, files, chance.randint(1, 4))


def in_pieces(source: CutSource, chance: Random) -> bytes:
    """The training set's columns, its pieces in any order and some of them twice."""
    while unfinished := next_round(source):
        names = list(unfinished.pieces)
        for name in chance.sample(names, len(names)) + chance.sample(names, len(names) // 3):
            run_piece(source, name)
    with made_rows(source) as rows:
        if rows is None:
            raise ValueError("no rows")
        return to_npz(rows, source.charter)


def _counts(chance: Random, files: int) -> tuple[int, ...]:
    counts = list[int]()
    while sum(counts) < files:
        counts.append(chance.randint(1, files - sum(counts)))
    return tuple(counts)


_ZONES: list[tuple[Any, ...]] = [("a", 1), ("b", 2)]


def _orders(chance: Random, keyed: bool) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for number in range(chance.randint(30, 120)):
        row = _order(chance, number)
        if rows and chance.random() < 0.25:
            # A correction, or where there is no key the same row again.
            row = (chance.choice(rows)[0], *row[1:]) if keyed else chance.choice(rows)
        rows.append(row)
    return rows


def _order(chance: Random, number: int) -> tuple[Any, ...]:
    at = START + STEP * chance.randint(0, STEPS)
    landed = None if chance.random() < 0.1 else at + STEP * chance.choice([0, 1, 2, 9])
    late = chance.choice([True, False, None])
    return number, at, _shop(chance), _size(chance), landed, late


def _shops(chance: Random) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    for number in range(chance.randint(40, 200)):
        identity = chance.choice(rows)[0] if rows and chance.random() < 0.25 else number
        seen = None if chance.random() < 0.05 else START + STEP * chance.randint(0, STEPS)
        known = None if seen is None or chance.random() < 0.08 else seen + STEP * chance.choice([0, 0, 1, 2, 60, -9])
        length = chance.choice([None, 2**53 + 1, *(chance.randint(-50, 50) for _ in range(6))])
        row = identity, _shop(chance), seen, known, length, chance.choice([True, False, None]), _size(chance)
        rows.append(row)
    return rows


def _shop(chance: Random) -> str | None:
    """One has 60 % of the rows."""
    drawn = chance.random()
    return "a" if drawn < 0.6 else None if drawn < 0.63 else chance.choice("bcdefgh")


def _size(chance: Random) -> float | None:
    return chance.choice([None, *SIZES, chance.uniform(-1, 1), round(chance.uniform(-1e3, 1e3), 2)])


def _uploads(chance: Random, rows: Sequence[tuple[Any, ...]]) -> list[Sequence[tuple[Any, ...]]]:
    cuts = sorted({0, len(rows), *(chance.randint(0, len(rows)) for _ in range(chance.randint(0, 4)))})
    return [rows[begin:end] for begin, end in pairwise(cuts)]
