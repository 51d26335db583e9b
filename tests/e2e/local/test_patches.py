"""Each patch of moto is behind the version check and declared with its reason; test_needs shows that it is needed."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import moto_patches as patches
from infra.local.cloud import LocalCloud
from infra.local.moto_patches.registry import PATCHES
from infra.local.services.all import every_service
from serin.domain.errors import Unavailable
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import aws, resource


def test_another_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "version", lambda _package: "5.2.6")
    with pytest.raises(Unavailable, match=r"moto 5\.2\.6"):
        patches.check_version()


def test_patching_twice_changes_nothing_more() -> None:
    every_service()
    before = [vars(patch.owner)[patch.name] for patch in PATCHES]
    patches.apply(())
    assert [vars(patch.owner)[patch.name] for patch in PATCHES] == before
    assert len(PATCHES) > 30


def test_every_patch_says_what_moto_does_without_it() -> None:
    every_service()
    assert [patch.title for patch in PATCHES if len(patch.reason) < 20] == []


def table(name: str) -> dict[str, Any]:
    return resource(
        "DynamoDB::Table",
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


def put(key: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "catalog", "Item": {"pk": {"S": key}}, **more}}


def keys(cloud: LocalCloud) -> list[str]:
    found = aws(cloud, "dynamodb").scan(TableName="catalog")["Items"]
    return sorted(item["pk"]["S"] for item in found)


def test_a_transaction_writes_all_or_nothing_and_says_which_condition_failed(deployed: Deploy) -> None:
    cloud = deployed({"Table": table("catalog")})
    dynamodb = aws(cloud, "dynamodb")
    dynamodb.transact_write_items(TransactItems=[put("a"), put("b")])
    with pytest.raises(ClientError) as refused:
        dynamodb.transact_write_items(
            TransactItems=[put("c"), put("a", ConditionExpression="attribute_not_exists(pk)")]
        )
    reasons = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert keys(cloud) == ["a", "b"]


def test_a_transaction_that_is_asked_again_by_its_token_is_done_once_and_another_by_that_token_is_refused(
    deployed: Deploy,
) -> None:
    cloud = deployed({"Table": table("catalog")})
    dynamodb, new = aws(cloud, "dynamodb"), {"ConditionExpression": "attribute_not_exists(pk)"}
    with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
        dynamodb.transact_write_items(
            TransactItems=[{"Put": {"TableName": "none", "Item": {}}}], ClientRequestToken="t"
        )
    asked = {"TransactItems": [put("a", **new)], "ClientRequestToken": "t"}
    dynamodb.transact_write_items(**asked)
    dynamodb.transact_write_items(**asked)
    with pytest.raises(dynamodb.exceptions.IdempotentParameterMismatchException, match="already used"):
        dynamodb.transact_write_items(TransactItems=[put("b")], ClientRequestToken="t")
    assert keys(cloud) == ["a"]
    cloud.advance(timedelta(minutes=10))
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(**asked)


def test_a_transaction_that_fails_while_writing_is_undone(deployed: Deploy) -> None:
    cloud = deployed({"Table": table("catalog")})
    dynamodb = aws(cloud, "dynamodb")
    dynamodb.put_item(TableName="catalog", Item={"pk": {"S": "a"}, "text": {"S": "x"}})
    update = {
        "TableName": "catalog",
        "Key": {"pk": {"S": "a"}},
        "UpdateExpression": "ADD #text :one",
        "ExpressionAttributeNames": {"#text": "text"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[put("b"), {"Update": update}])
    assert keys(cloud) == ["a"]


def race(cloud: LocalCloud, rounds: int) -> int:
    """How often two writers both believe they were first."""
    clients = [aws(cloud, "dynamodb") for _ in range(4)]
    firsts: list[str] = []

    def claim(own: Any) -> None:
        for number in range(rounds):
            try:
                own.transact_write_items(
                    TransactItems=[put(f"m{number}", ConditionExpression="attribute_not_exists(pk)")]
                )
                firsts.append(f"m{number}")
            except own.exceptions.TransactionCanceledException:
                continue

    writers = [threading.Thread(target=claim, args=(own,)) for own in clients]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return len(firsts) - len(set(firsts))


def test_of_many_writers_of_one_marker_exactly_one_is_first(deployed: Deploy) -> None:
    cloud = deployed({"Table": table("catalog")})
    assert race(cloud, rounds=30) == 0
    assert len(keys(cloud)) == 30
