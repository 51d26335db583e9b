"""A sweep takes what has expired, and nothing that was written anew while it read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models.table import Table

from infra.local.clock import VirtualClock
from infra.local.services.dynamodb import expiry
from infra.local.services.dynamodb.expiry import GRACE_S, Expiry
from infra.local.services.dynamodb.queries import items_of

REGION = "us-east-1"
NOW = datetime(2013, 4, 1, 12, tzinfo=UTC).timestamp()
GONE, YOUNG, YEAR = NOW - GRACE_S, NOW - GRACE_S + 1, 366 * 86400


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("dynamodb", region_name=REGION)
        client.create_table(
            TableName="items",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        )
        client.update_time_to_live(
            TableName="items", TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
        )
        yield client


def put(client: Any, name: str, expires: float) -> None:
    item = {"pk": {"S": "p"}, "sk": {"S": name}, "expires": {"N": str(int(expires))}}
    client.put_item(TableName="items", Item=item)


def swept(client: Any) -> list[str]:
    """What is left after a sweep."""
    Expiry(REGION, VirtualClock()).fire(NOW)
    return [item["sk"]["S"] for item in client.scan(TableName="items")["Items"]]


def test_what_expired_two_days_ago_goes_and_what_is_younger_or_far_too_old_stays(client: Any) -> None:
    for name, expires in (("gone", GONE), ("old", NOW - 4 * YEAR), ("young", YOUNG), ("mistake", NOW - 6 * YEAR)):
        put(client, name, expires)
    assert swept(client) == ["mistake", "young"]


def test_what_is_written_anew_while_the_sweep_reads_stays_and_the_others_go(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b", "c"):
        put(client, name, GONE)

    def read(table: Table) -> list[Any]:
        items = items_of(table)
        put(client, "b", YOUNG)
        return items

    monkeypatch.setattr(expiry, "items_of", read)
    assert swept(client) == ["b"]


def test_sweeps_come_at_midnight_and_only_where_something_can_expire(client: Any) -> None:
    sweeps = Expiry(REGION, VirtualClock(datetime(2013, 4, 1, 4, tzinfo=UTC)))
    assert sweeps.due() == datetime(2013, 4, 2, tzinfo=UTC).timestamp()
    sweeps.fire(NOW)
    assert sweeps.due() == datetime(2013, 4, 2, tzinfo=UTC).timestamp()
    sweeps.fire(sweeps.due())
    assert sweeps.due() == datetime(2013, 4, 3, tzinfo=UTC).timestamp()
    client.update_time_to_live(
        TableName="items", TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires"}
    )
    assert sweeps.due() is None
