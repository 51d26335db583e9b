"""DynamoDB's limits, and transactions that are asked again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3

from benches.rules.model import refused, rule
from infra.local.cloud import LocalCloud

_GUIDE = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide"
_API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference"
_LIMITS = f"{_GUIDE}/Constraints.html"
_TRANSACT = f"{_API}/API_TransactWriteItems.html"
_INVALID = "ValidationException"


@contextmanager
def _table(cloud: LocalCloud) -> Iterator[tuple[Any, str]]:
    """A client, and a table of partition key `pk` and sort key `sk`."""
    client, name = boto3.client("dynamodb", **cloud.client), f"rule-{uuid.uuid4().hex[:12]}"
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
    )
    try:
        yield client, name
    finally:
        client.delete_table(TableName=name)


@contextmanager
def table_of_two_keys(cloud: LocalCloud) -> Iterator[str]:
    """Such a table, by its name."""
    with _table(cloud) as (_, name):
        yield name


def _key(pk: str = "a", sk: str = "a") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


@rule(service="dynamodb", says="an item has 400 KB at most", source=_LIMITS)
def item_too_large(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name), refused(_INVALID, message="Item size has exceeded the maximum allowed size"):
        client.put_item(TableName=name, Item={**_key(), "text": {"S": "x" * 409_600}})


@rule(service="dynamodb", says="an item of 400 KB is kept", source=_LIMITS)
def item_large_enough(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name):
        client.put_item(TableName=name, Item={**_key(), "text": {"S": "x" * 409_500}})


@rule(service="dynamodb", says="a partition key has 2,048 bytes at most", source=_LIMITS)
def partition_key_too_long(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name), refused(_INVALID, message="hashkey has exceeded the maximum size limit"):
        client.put_item(TableName=name, Item=_key(pk="x" * 2_049))


@rule(service="dynamodb", says="a sort key has 1,024 bytes at most", source=_LIMITS)
def sort_key_too_long(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name), refused(_INVALID, message="has exceeded the size limit of 1024 bytes"):
        client.put_item(TableName=name, Item=_key(sk="x" * 1_025))


@rule(service="dynamodb", says="a key is no empty string", source=_LIMITS)
def empty_key(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name), refused(_INVALID, message="empty string"):
        client.put_item(TableName=name, Item=_key(pk=""))


@rule(service="dynamodb", says="an item has its whole key", source=f"{_API}/API_PutItem.html")
def key_is_missing(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name), refused(_INVALID, message="Missing the key sk in the item"):
        client.put_item(TableName=name, Item={"pk": {"S": "a"}})


@rule(service="dynamodb", says="BatchGetItem reads 100 items at most", source=f"{_API}/API_BatchGetItem.html")
def batch_get_of_too_many(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name), refused(_INVALID, message="less than or equal to 100"):
        client.batch_get_item(RequestItems={name: {"Keys": [_key(sk=str(at)) for at in range(101)]}})


@rule(service="dynamodb", says="BatchGetItem reads no item twice", source=f"{_API}/API_BatchGetItem.html")
def batch_get_of_one_twice(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name), refused(_INVALID, message="Provided list of item keys contains duplicates"):
        client.batch_get_item(RequestItems={name: {"Keys": [_key(), _key()]}})


@rule(service="dynamodb", says="BatchWriteItem writes 25 items at most", source=f"{_API}/API_BatchWriteItem.html")
def batch_write_of_too_many(cloud: LocalCloud) -> None:
    puts = [{"PutRequest": {"Item": _key(sk=str(at))}} for at in range(26)]
    with _table(cloud) as (client, name), refused(_INVALID, message="less than or equal to 25"):
        client.batch_write_item(RequestItems={name: puts})


@rule(service="dynamodb", says="a transaction has 100 actions at most", source=_TRANSACT)
def transaction_of_too_many(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name), refused(_INVALID, message="less than or equal to 100"):
        client.transact_write_items(TransactItems=[_put(name, sk=str(at)) for at in range(101)])


@rule(service="dynamodb", says="a transaction writes no item twice", source=_TRANSACT)
def transaction_of_one_twice(cloud: LocalCloud) -> None:
    message = "Transaction request cannot include multiple operations on one item"
    with _table(cloud) as (client, name), refused(_INVALID, message=message):
        client.transact_write_items(TransactItems=[_put(name), _put(name)])


def _put(table: str, sk: str = "a", **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": table, "Item": _key(sk=sk), **more}}


_NEW = {"ConditionExpression": "attribute_not_exists(pk)"}


@rule(service="dynamodb", says="a transaction asked again by its token succeeds and writes nothing", source=_TRANSACT)
def transaction_asked_again(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name):
        asked = {"TransactItems": [_put(name, **_NEW)], "ClientRequestToken": name}
        client.transact_write_items(**asked)
        client.delete_item(TableName=name, Key=_key())
        client.transact_write_items(**asked)
        assert "Item" not in client.get_item(TableName=name, Key=_key()), "it was written again"


@rule(service="dynamodb", says="a token stands for one request", source=_TRANSACT)
def token_of_another_request(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name):
        client.transact_write_items(TransactItems=[_put(name)], ClientRequestToken=name)
        with refused("IdempotentParameterMismatchException"):
            client.transact_write_items(TransactItems=[_put(name, sk="b")], ClientRequestToken=name)


@rule(service="dynamodb", says="a transaction that was cancelled is tried anew", source=_TRANSACT)
def cancelled_transaction_asked_again(cloud: LocalCloud) -> None:
    with _table(cloud) as (client, name):
        asked = {"TransactItems": [_put(name, **_NEW)], "ClientRequestToken": name}
        client.put_item(TableName=name, Item=_key())
        with refused("TransactionCanceledException"):
            client.transact_write_items(**asked)
        client.delete_item(TableName=name, Key=_key())
        client.transact_write_items(**asked)
        assert "Item" in client.get_item(TableName=name, Key=_key()), "it was not written"


@rule(service="dynamodb", says="BatchWriteItem writes no item twice", source=f"{_API}/API_BatchWriteItem.html")
def batch_write_of_one_twice(cloud: LocalCloud) -> None:
    puts = [{"PutRequest": {"Item": _key()}}] * 2
    with _table(cloud) as (client, name), refused(_INVALID, message="Provided list of item keys contains duplicates"):
        client.batch_write_item(RequestItems={name: puts})


@rule(service="dynamodb", says="a key is not updated", source=f"{_API}/API_UpdateItem.html")
def update_of_a_key(cloud: LocalCloud) -> None:
    asked = {"UpdateExpression": "SET sk = :new", "ExpressionAttributeValues": {":new": {"S": "b"}}}
    with _table(cloud) as (client, name), refused(_INVALID, message="This attribute is part of the key"):
        client.update_item(TableName=name, Key=_key(), **asked)


@rule(service="dynamodb", says="a query names one partition", source=f"{_API}/API_Query.html")
def query_of_no_partition(cloud: LocalCloud) -> None:
    asked = {"KeyConditionExpression": "sk = :sk", "ExpressionAttributeValues": {":sk": {"S": "a"}}}
    with _table(cloud) as (client, name), refused(_INVALID, message="Query condition missed key schema element: pk"):
        client.query(TableName=name, **asked)


@rule(service="dynamodb", says="a table that is not there is told", source=f"{_API}/API_GetItem.html")
def no_such_table(cloud: LocalCloud) -> None:
    with refused("ResourceNotFoundException", message="Requested resource not found"):
        boto3.client("dynamodb", **cloud.client).get_item(TableName=uuid.uuid4().hex, Key=_key())
