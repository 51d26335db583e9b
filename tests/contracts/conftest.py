"""Every adapter and its fake, side by side: a contract test runs on both."""

from __future__ import annotations

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from serin.adapters.catalog import DynamoCatalog
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryOnlineFeatures
from serin.adapters.s3 import S3ObjectStore
from serin.ports import Catalog, Control, ObjectStore, OnlineFeatures
from tests.answers import online_of
from tests.tables import REGION, a_table


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
    return DynamoCatalog(RecordTable(*a_table("catalog", "pk", "sk", by_moment=True)))


@pytest.fixture
def control(where: str) -> Control:
    return MemoryControl() if where == "memory" else DynamoControl(RecordTable(*a_table("control", "pk", "sk")))


@pytest.fixture
def online(where: str) -> OnlineFeatures:
    return MemoryOnlineFeatures() if where == "memory" else online_of(*a_table("online", "pk"))
