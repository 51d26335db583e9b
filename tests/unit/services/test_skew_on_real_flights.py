"""No skew on real flights: what is served at any moment is what training joins, while uploads come mixed up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import boto3
import polars as pl
import pytest
from moto import mock_aws

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock, MemoryEvents, MemoryOnlineFeatures
from serin.adapters.online import DynamoOnlineFeatures
from serin.data.as_of import MOMENT
from serin.data.joins import latest_rows
from serin.data.parquet import to_parquet
from serin.data.types import TIMESTAMP
from serin.data.views import with_view
from serin.domain.charter import Charter
from serin.ports import OnlineFeatures
from serin.services.build_features import FeatureBuilder
from serin.serving.features import FeaturePlan
from tests.builders import a_part, an_upload_of
from tests.real_flights import flight_delay, function, january
from tests.unit.data.histories import same

START, SPAN = datetime(2013, 1, 1, tzinfo=UTC), timedelta(days=32)


def delays_only() -> Charter:
    """The example's charter, of which the model uses the windows alone."""
    charter = flight_delay().charter
    names = tuple(view.name for view in charter.features.views if view.windows)
    return replace(charter, features=replace(charter.features, model_uses=names))


class World:
    """January as it is uploaded, and the features that are built of it."""

    def __init__(self, online: OnlineFeatures) -> None:
        self.charter, self.online = delays_only(), online
        self.lake, self.catalog = MemoryObjectStore(), MemoryCatalog()
        ports = self.lake, self.catalog, self.online, MemoryClock(START)
        self.builder = FeatureBuilder(self.charter, flight_delay().contracts, function, *ports)
        self.plan = FeaturePlan(self.charter, {})
        self.flights = january()["flights"].clear()

    def upload(self, dataset: str, rows: pl.DataFrame) -> str:
        before = self.catalog.head(dataset)
        key = f"datasets/{dataset}/{before.sequence}.parquet"
        self.lake.put(key, to_parquet(rows))
        upload = an_upload_of(dataset, key.encode(), key, rows.height, before.sequence + 1)
        assert self.catalog.record_accepted(upload, a_part(upload, before.sequence + 1), before)
        self.flights = pl.concat([self.flights, rows]) if dataset == "flights" else self.flights
        return upload.id

    def build(self, dataset: str, upload: str) -> None:
        self.builder.build(dataset, upload, "c1", MemoryEvents())

    def offline(self, asked: pl.DataFrame) -> list[dict[str, Any]]:
        """The features that training would join at the moments, from the rows that have come so far."""
        rows = latest_rows(self.flights, flight_delay().contracts["flights"])
        derived = function("features:flight_times")(rows, january()["airports"])
        for view in self.charter.features.views:
            if view.windows:
                asked = with_view(asked, view, derived, self.charter.features.entities[view.entity])
        return asked.to_dicts()

    def served(self, instance: Mapping[str, Any]) -> Mapping[str, Any]:
        now = instance[MOMENT]
        return self.plan.row(instance, self.online.read(self.plan.keys([instance], now)), now).values


def questions(number: int, seed: int) -> pl.DataFrame:
    """Flights of January at random, and moments uniform over the month."""
    flights = january()["flights"].sample(number, seed=seed).select("origin", "carrier", "dest", "tailnum")
    chance = Random(seed)
    moments = [START + SPAN * chance.random() for _ in range(number)]
    return flights.with_columns(pl.Series(MOMENT, moments, TIMESTAMP))


def differing(world: World, asked: pl.DataFrame) -> tuple[list[object], int]:
    """Values that are served otherwise than joined, and how many of the others are not null."""
    wrong, filled = list[object](), 0
    for row in world.offline(asked):
        found = world.served(row)
        for name, value in found.items():
            filled += value is not None
            if not same(value, row[name]):
                wrong.append((name, row[MOMENT], value, row[name]))
    return wrong, filled


def parts(flights: pl.DataFrame, number: int) -> list[pl.DataFrame]:
    """The flights in uploads that each hold flights of the whole month; some rows come again, corrected."""
    mixed = flights.sample(fraction=1, shuffle=True, seed=7)
    size = -(-mixed.height // number)
    found = [mixed[start : start + size] for start in range(0, mixed.height, size)]
    again = found[0].head(size // 10).with_columns((pl.col("arr_delay") + 1500).clip(upper_bound=2880))
    return [*found[:-1], pl.concat([found[-1], again])]


def test_a_thousand_flights_at_random_moments_are_served_what_training_joins_while_uploads_arrive() -> None:
    world = World(MemoryOnlineFeatures())
    uploads = [("flights", rows) for rows in parts(january()["flights"], 5)]
    uploads.insert(1, ("airports", january()["airports"]))
    filled = 0
    for number, (dataset, rows) in enumerate(uploads):
        world.build(dataset, world.upload(dataset, rows))
        if number >= 1:
            wrong, more = differing(world, questions(200, seed=number))
            assert wrong == []
            filled += more
    assert filled > 0.8 * 1000 * 7


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
        yield DynamoOnlineFeatures(client, "online")


def test_so_are_fifty_from_dynamodb(dynamo: OnlineFeatures) -> None:
    world = World(dynamo)
    world.build("airports", world.upload("airports", january()["airports"]))
    for number, rows in enumerate(parts(january()["flights"].sample(600, seed=3), 2)):
        world.build("flights", world.upload("flights", rows))
        wrong, filled = differing(world, questions(25, seed=number))
        assert wrong == []
        assert filled > 25
