"""Tables as the stacks make them, on a mocked AWS."""

from __future__ import annotations

from typing import Any

import boto3

from serin.adapters.dynamodb import BY_MOMENT, MOMENT

REGION = "us-east-1"


def a_table(name: str, *keys: str, by_moment: bool = False, client: Any = None) -> Any:
    """The client, a new one if none is given, and the name of the table it has made; `keys` are partition and sort."""
    client = client or boto3.client("dynamodb", region_name=REGION)
    index = {"IndexName": BY_MOMENT, "KeySchema": _key("pk", MOMENT), "Projection": {"ProjectionType": "ALL"}}
    names = (*keys, MOMENT) if by_moment else keys
    client.create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in names],
        KeySchema=_key(*keys),
        BillingMode="PAY_PER_REQUEST",
        **({"LocalSecondaryIndexes": [index]} if by_moment else {}),
    )
    return client, name


def _key(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ("HASH", "RANGE"), strict=False)]
