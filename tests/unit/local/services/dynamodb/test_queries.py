"""What a query is told to look at makes no difference to what it finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from random import Random
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.dynamodb.models.table import Table

from infra.local.moto_patches.registry import PATCHES
from infra.local.services.all import every_service

SEEDS = range(3)
OF_ONE = "pk = :pk"
QUESTIONS: list[tuple[str, Mapping[str, str]]] = [
    (OF_ONE, {":pk": "a"}),
    *[(f"{OF_ONE} AND sk {sign} :b", {":pk": "a", ":b": "b"}) for sign in ("=", "<", "<=", ">", ">=")],
    (f"{OF_ONE} AND begins_with(sk, :b)", {":pk": "a", ":b": "b"}),
    (f"{OF_ONE} AND sk BETWEEN :b AND :c", {":pk": "a", ":b": "b", ":c": "c"}),
    (f"{OF_ONE} AND other = :o", {":pk": "a", ":o": "x"}),
    (f"{OF_ONE} AND other >= :o", {":pk": "a", ":o": "x"}),
    ("other = :o", {":o": "x"}),
    ("other = :o AND begins_with(sk, :b)", {":o": "x", ":b": "b"}),
]


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        client = boto3.client("dynamodb", region_name="us-east-1")
        names = ("pk", "sk", "other")
        by_other = [{"AttributeName": "other", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
        of_one = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "other", "KeyType": "RANGE"}]
        client.create_table(
            TableName="items",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            LocalSecondaryIndexes=[
                {"IndexName": "of-one-by-other", "KeySchema": of_one, "Projection": {"ProjectionType": "ALL"}}
            ],
            GlobalSecondaryIndexes=[
                {"IndexName": "by-other", "KeySchema": by_other, "Projection": {"ProjectionType": "ALL"}}
            ],
        )
        yield client


def answers(client: Any, limit: int, *, narrowed: bool) -> list[list[Any]]:
    """All pages of each question, in both directions, with the patches and without."""
    with patched(narrowed):
        asked = [(question, values, forward) for question, values in QUESTIONS for forward in (True, False)]
        return [pages(client, *one, limit) for one in asked]


@contextmanager
def patched(narrowed: bool) -> Iterator[None]:
    patches = [patch for patch in PATCHES if patch.owner is Table and patch.name in ("query", "all_items")]
    assert len(patches) == 2
    before = [patch.applied for patch in patches]
    for patch in patches:
        patch.apply() if narrowed else patch.revert()
    yield
    for patch, applied in zip(patches, before, strict=True):
        patch.apply() if applied else patch.revert()


def pages(client: Any, question: str, values: Mapping[str, str], forward: bool, limit: int) -> list[Any]:
    index = {}
    if "other" in question:
        index = {"IndexName": "by-other" if question.startswith("other") else "of-one-by-other"}
    asked = {
        "TableName": "items",
        "KeyConditionExpression": question,
        "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
        "ScanIndexForward": forward,
        "Limit": limit,
        **index,
    }
    items, start = [], dict[str, Any]()
    while True:
        page = client.query(**asked, **start)
        items += page["Items"]
        if "LastEvaluatedKey" not in page:
            return items
        start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


@pytest.mark.parametrize("seed", SEEDS)
def test_all_pages_of_a_query_are_those_of_moto(client: Any, seed: int) -> None:
    every_service()
    random = Random(seed)
    for pk in "ab":
        for sk in {"".join(random.choices("abc", k=2)) for _ in range(8)}:
            other = {"other": {"S": random.choice("xy")}} if random.random() < 0.8 else {}
            client.put_item(TableName="items", Item={"pk": {"S": pk}, "sk": {"S": sk}, **other})
    limit = random.randint(1, 4)
    assert answers(client, limit, narrowed=True) == answers(client, limit, narrowed=False), f"seed {seed}"
