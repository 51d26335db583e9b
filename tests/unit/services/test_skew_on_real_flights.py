"""No skew on real flights: what is served at any moment is what training joins, while uploads come mixed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import boto3
import polars as pl
import pytest
from moto import mock_aws

from benches.join_views import LATE
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures
from serin.data.contract.moments import TIMESTAMP
from serin.data.features.as_of import MOMENT
from serin.data.features.joins import latest_rows, versions_by
from serin.data.features.views import with_view
from serin.data.files.parquet import to_parquet
from serin.domain.charter import Charter
from serin.ports import OnlineFeatures
from serin.services.build_features import FeatureBuilder
from serin.serving.features import FeaturePlan
from tests.answers import online_of
from tests.builders import a_part, an_upload_of
from tests.real_flights import flight_delay, function, january

START, SPAN = datetime(2013, 1, 1, tzinfo=UTC), timedelta(days=32)
SEED = 11


def views_only() -> Charter:
    """The example's charter, of which the model uses the views alone, and views of flights known late."""
    charter = flight_delay().charter
    views = (*charter.features.views, *LATE)
    names = tuple(view.name for view in views)
    return replace(charter, features=replace(charter.features, views=views, model_uses=names))


class World:
    """January as it is uploaded, and the features that are built of it."""

    def __init__(self, online: OnlineFeatures) -> None:
        self.charter, self.online, self.clock = views_only(), online, MemoryClock(START)
        self.lake, self.catalog = MemoryObjectStore(), MemoryCatalog()
        self.builder = FeatureBuilder(
            self.charter,
            flight_delay().contracts,
            function,
            lake=self.lake,
            catalog=self.catalog,
            online=self.online,
            clock=self.clock,
        )
        self.plan = FeaturePlan(self.charter, {})
        self.tables = {name: rows.clear() for name, rows in january().items()}

    def upload(self, dataset: str, rows: pl.DataFrame) -> str:
        before = self.catalog.head(dataset)
        key = f"datasets/{dataset}/{before.sequence}.parquet"
        self.lake.put(key, to_parquet(rows))
        upload = an_upload_of(dataset, key.encode(), key, rows.height, before.sequence + 1)
        assert self.catalog.record_accepted(upload, a_part(upload, before.sequence + 1), before)
        self.tables[dataset] = pl.concat([self.tables[dataset], rows])
        return upload.id

    def build(self, dataset: str, upload: str) -> None:
        self.builder.build(dataset, upload, "c1", events=MemoryEvents())

    def offline(self, asked: pl.DataFrame) -> list[dict[str, Any]]:
        """The features that training would join at the moments, from the rows that have come so far."""
        contracts = flight_delay().contracts
        latest = {name: latest_rows(rows, contracts[name]) for name, rows in self.tables.items()}
        flights = function("features:flight_times")(self.tables["flights"], latest["airports"])
        tables = {**self.tables, "flights": flights}
        for view in self.charter.features.views:
            identity = versions_by(tables[view.source], latest[view.source], contracts[view.source])
            asked = with_view(asked, view, tables[view.source], self.charter.features.entities[view.entity], identity)
        return asked.to_dicts()

    def served(self, instance: Mapping[str, Any]) -> Mapping[str, Any]:
        now = instance[MOMENT]
        return self.plan.row(instance, self.online.read(self.plan.keys([instance], now)), now).values


@dataclass(frozen=True)
class Arrival:
    """An upload, and when it comes."""

    at: datetime
    dataset: str
    rows: pl.DataFrame


AIRBORNE = pl.col("air_time").fill_null(0) + pl.max_horizontal("dep_delay", "arr_delay", 0).fill_null(0)
KNOWN = {"flights": pl.col("time_hour") + pl.duration(minutes=AIRBORNE + 90), "weather": pl.col("time_hour")}
"""About when a row can be sent."""
OTHER = pl.when(pl.col("flight") % 3 == 0).then(300).when(pl.col("flight") % 3 == 1).then(-9).otherwise(0)
WRONG = {
    "flights": (pl.col("arr_delay") + OTHER, pl.lit("JFK").alias("origin"), pl.col("distance") + 1),
    "weather": (pl.col("temp") + 1,),
    "planes": (pl.col("seats") + 1,),
}
"""What corrections change: of flights also the airport, and of some when they landed, so when that became known."""
FAR = pl.col("time_hour") + timedelta(days=70_000)
"""When a few observations say they are of, by mistake: nobody knows them yet."""


def arrivals(flights: pl.DataFrame, number: int, chance: Random) -> list[Arrival]:
    """Uploads of flights and weather at moments uniform over the month, each of the rows that are sent by then.

    Half of the rows are sent late, by two days in the mean: so they come out of order, beside newer ones. A
    twentieth of what has come comes again, corrected.
    """
    planes = january()["planes"].join(flights, on="tailnum", how="semi")
    january_of = {**january(), "flights": flights, "planes": planes}
    found = [Arrival(START, name, january_of[name]) for name in ("airports", "planes")]
    again = january_of["planes"].sample(fraction=0.5, seed=1).with_columns(*WRONG["planes"])
    found.append(Arrival(START + SPAN * chance.random(), "planes", again))
    for name, known in KNOWN.items():
        rows = january_of[name]
        late = [chance.expovariate(1 / 2880) if chance.random() < 0.5 else 0.0 for _ in range(rows.height)]
        minutes = pl.Series("__late", late).cast(pl.Int64)
        sent = rows.with_columns(minutes).select((known + pl.duration(minutes="__late")).alias("sent"))["sent"]
        moments = sorted(START + SPAN * chance.random() for _ in range(number))
        for before, at in pairwise([START - SPAN, *moments]):
            old = rows.filter(sent <= before)
            again = old.sample(old.height // 20, seed=number).with_columns(*WRONG[name])
            if name == "weather":
                again = pl.concat([again, old.sample(old.height // 100, seed=number + 1).with_columns(FAR)])
            found.append(Arrival(at, name, pl.concat([again, rows.filter((sent > before) & (sent <= at))])))
    return sorted((arrival for arrival in found if arrival.rows.height), key=lambda arrival: arrival.at)


def questions(flights: pl.DataFrame, number: int, chance: Random) -> pl.DataFrame:
    """Flights at random, and moments uniform over the month."""
    moments = [START + SPAN * chance.random() for _ in range(number)]
    asked = flights.sample(number, seed=chance.randrange(2**32)).select("origin", "carrier", "dest", "tailnum")
    return asked.with_columns(pl.Series(MOMENT, moments, TIMESTAMP))


def differing(world: World, asked: pl.DataFrame) -> tuple[list[object], Counter[str]]:
    """Values that are served otherwise than joined, and how many of each column are not null."""
    wrong, filled = list[object](), Counter[str]()
    for row in world.offline(asked):
        found = world.served(row)
        for name, value in found.items():
            filled[name] += value is not None
            if value != row[name]:
                wrong.append((name, row[MOMENT], value, row[name]))
    return wrong, filled


def all_differing(world: World, uploads: list[Arrival], asked: pl.DataFrame) -> tuple[list[object], Counter[str], int]:
    """Each upload at its moment, and after it what is asked before the next; and how many questions there were."""
    wrong, filled, number = list[object](), Counter[str](), 0
    for arrival, until in zip(uploads, [*(later.at for later in uploads[1:]), START + SPAN], strict=True):
        world.clock.moment = arrival.at
        world.build(arrival.dataset, world.upload(arrival.dataset, arrival.rows))
        now = asked.filter((pl.col(MOMENT) >= arrival.at) & (pl.col(MOMENT) < until))
        if now.height:
            more, values = differing(world, now)
            wrong, filled, number = wrong + more, filled + values, number + now.height
    return wrong, filled, number


@pytest.mark.slow
def test_a_thousand_flights_at_any_moment_are_served_what_training_joins_while_uploads_come_late() -> None:
    chance, flights = Random(SEED), january()["flights"].sample(9000, seed=SEED)
    uploads = arrivals(flights, 14, chance)
    asked = questions(flights, 1000, chance)
    wrong, filled, number = all_differing(World(MemoryOnlineFeatures()), uploads, asked)
    assert (wrong, number) == ([], 1000), f"seed {SEED}"
    assert len(uploads) > 25
    assert len(filled) == 22
    assert min(filled.values()) > 0
    assert filled.total() > 5000


@pytest.fixture
def dynamo(monkeypatch: pytest.MonkeyPatch) -> Iterator[OnlineFeatures]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        client.create_table(
            TableName="online",
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield online_of(client, "online")


@pytest.mark.slow
def test_so_are_fifty_from_dynamodb(dynamo: OnlineFeatures) -> None:
    chance, flights = Random(5), january()["flights"].sample(300, seed=5)
    wrong, filled, number = all_differing(World(dynamo), arrivals(flights, 2, chance), questions(flights, 50, chance))
    assert (wrong, number) == ([], 50)
    assert filled.total() > 25
