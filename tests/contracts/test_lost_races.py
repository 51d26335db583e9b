"""A write that lost a race is told apart from one that DynamoDB could not do."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from serin.adapters.dynamodb import NEW, Put, RecordTable
from tests.answers import Answer, Answers
from tests.tables import REGION, a_table

ITEMS = [Put("a", "1", {"x": 1}, only_if=NEW), Put("b", "1", {"x": 1}, only_if=NEW)]
ONCE = Config(retries={"total_max_attempts": 1})


def refusing(operation: str, kind: str, reasons: tuple[str, ...] = ()) -> RecordTable:
    """A table for which DynamoDB refuses such a write."""
    client, table = a_table("records", "pk", "sk", client=boto3.client("dynamodb", region_name=REGION, config=ONCE))
    body: dict[str, Any] = {"__type": f"com.amazonaws.dynamodb.v20120810#{kind}", "message": "refused"}
    if reasons:
        body["CancellationReasons"] = [{"Code": reason} for reason in reasons]
    Answers(client, lambda _: Answer(body, 400), operation)
    return RecordTable(client, table)


CANCELLED = "TransactionCanceledException"


@pytest.mark.parametrize(
    "reasons",
    [
        ("ConditionalCheckFailed", "None"),
        ("None", "TransactionConflict"),
        ("TransactionConflict", "ConditionalCheckFailed"),
    ],
)
def test_a_transaction_that_somebody_else_came_before_has_lost(aws: None, reasons: tuple[str, ...]) -> None:
    assert not refusing("TransactWriteItems", CANCELLED, reasons).put_together(ITEMS)


@pytest.mark.parametrize(
    ("kind", "reasons"),
    [
        (CANCELLED, ("None", "ThrottlingError")),
        (CANCELLED, ("ConditionalCheckFailed", "ThrottlingError")),
        (CANCELLED, ("ProvisionedThroughputExceeded", "None")),
        (CANCELLED, ("None", "ItemCollectionSizeLimitExceeded")),
        (CANCELLED, ("None", "ValidationError")),
        (CANCELLED, ()),
        ("TransactionInProgressException", ()),
        ("ThrottlingException", ()),
        ("AccessDeniedException", ()),
    ],
)
def test_a_transaction_that_could_not_be_done_is_an_error(aws: None, kind: str, reasons: tuple[str, ...]) -> None:
    with pytest.raises(ClientError, match=kind):
        refusing("TransactWriteItems", kind, reasons).put_together(ITEMS)


def test_a_write_whose_condition_does_not_hold_has_lost(aws: None) -> None:
    assert not refusing("PutItem", "ConditionalCheckFailedException").put(ITEMS[0])


@pytest.mark.parametrize("kind", ["TransactionConflictException", "ThrottlingException", "ResourceNotFoundException"])
def test_a_write_that_could_not_be_done_is_an_error(aws: None, kind: str) -> None:
    with pytest.raises(ClientError, match=kind):
        refusing("PutItem", kind).put(ITEMS[0])
