"""Every adapter and its fake, side by side: a contract test runs on both."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from serin.adapters.catalog import DynamoCatalog
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import BY_MOMENT, MOMENT, RecordTable
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryOnlineFeatures
from serin.adapters.online import DynamoOnlineFeatures
from serin.adapters.s3 import S3ObjectStore
from serin.ports import Catalog, Control, ObjectStore, OnlineFeatures

REGION = "us-east-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture(params=["memory", "aws"])
def where(request: pytest.FixtureRequest) -> str:
    if request.param == "aws":
        request.getfixturevalue("aws")
    return str(request.param)


@pytest.fixture
def objects(where: str) -> ObjectStore:
    if where == "memory":
        return MemoryObjectStore()
    client = boto3.client("s3", region_name=REGION)
    client.create_bucket(Bucket="bucket")
    client.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    return S3ObjectStore(client, "bucket")


@pytest.fixture
def catalog(where: str) -> Catalog:
    if where == "memory":
        return MemoryCatalog()
    return DynamoCatalog(RecordTable(*_table("catalog", "pk", "sk", by_moment=True)))


@pytest.fixture
def control(where: str) -> Control:
    return MemoryControl() if where == "memory" else DynamoControl(RecordTable(*_table("control", "pk", "sk")))


@pytest.fixture
def online(where: str) -> OnlineFeatures:
    return MemoryOnlineFeatures() if where == "memory" else DynamoOnlineFeatures(*_table("online", "pk"))


def _table(name: str, *keys: str, by_moment: bool = False) -> Any:
    client: Any = boto3.client("dynamodb", region_name=REGION)
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
