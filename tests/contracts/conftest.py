"""Every adapter and its fake, side by side: a contract test runs on the fake, on moto and on the local cloud."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from moto import mock_aws

from infra.local.moto_patches.registry import PATCHES
from serin.adapters.bare_calls import BareCalls, bare_calls
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryOnlineFeatures
from serin.adapters.online import DynamoOnlineFeatures
from serin.adapters.s3 import S3ObjectStore
from serin.ports import Catalog, Control, ObjectStore, OnlineFeatures
from tests.answers import online_of
from tests.contracts.clouds import MOTO, Aws, a_local_cloud
from tests.tables import REGION, a_table


@pytest.fixture
def plain_moto() -> Iterator[None]:
    """A local cloud that ran in this process before has left its patches, which work inside of one only."""
    applied = [patch for patch in PATCHES if patch.applied]
    for patch in reversed(applied):
        patch.revert()
    yield
    for patch in applied:
        patch.apply()


@pytest.fixture
def aws(plain_moto: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


@pytest.fixture(scope="session")
def local_cloud() -> Iterator[Mapping[str, str]]:
    with a_local_cloud() as arguments:
        yield arguments


def cloud_named(name: str, request: pytest.FixtureRequest) -> Aws:
    """Moto's or the local one, started where it has to be."""
    if name == "local":
        return Aws(request.getfixturevalue("local_cloud"), is_local=True)
    request.getfixturevalue("aws")
    return Aws(MOTO)


@pytest.fixture(params=["memory", "aws", "local"])
def where(request: pytest.FixtureRequest) -> Aws | None:
    """The AWS an adapter is tried on; None for the fake."""
    return None if request.param == "memory" else cloud_named(request.param, request)


@pytest.fixture(params=["aws", "local"])
def cloud(request: pytest.FixtureRequest) -> Aws:
    """The AWS an adapter is tried on, for what no fake can show."""
    return cloud_named(request.param, request)


@pytest.fixture
def objects(where: Aws | None) -> ObjectStore:
    if where is None:
        return MemoryObjectStore()
    client, name = where.client("s3"), where.name("bucket")
    client.create_bucket(Bucket=name)
    client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return S3ObjectStore(client, name)


@pytest.fixture
def catalog(where: Aws | None) -> Catalog:
    if where is None:
        return MemoryCatalog()
    table = a_table(where.name("catalog"), "pk", "sk", by_moment=True, client=where.client("dynamodb"))
    return DynamoCatalog(records_on(where, *table))


@pytest.fixture
def control(where: Aws | None) -> Control:
    if where is None:
        return MemoryControl()
    return DynamoControl(
        records_on(where, *a_table(where.name("control"), "pk", "sk", client=where.client("dynamodb")))
    )


@pytest.fixture
def online(where: Aws | None) -> OnlineFeatures:
    if where is None:
        return MemoryOnlineFeatures()
    client, table = a_table(where.name("online"), "pk", client=where.client("dynamodb"))
    return on_a_cloud(where, client, table) if where.is_local else online_of(client, table)


def records_on(cloud: Aws, client: Any, table: str) -> RecordTable:
    """As a function makes it; what has no port that can be called is asked of botocore alone."""
    return RecordTable(client, table, calls_on(cloud) if cloud.is_local else None)


def on_a_cloud(cloud: Aws, client: object, table: str) -> DynamoOnlineFeatures:
    """As a function makes it, by what Lambda tells it."""
    return DynamoOnlineFeatures(lambda: client, table, calls_on(cloud))


def calls_on(cloud: Aws) -> BareCalls:
    """The calls of a function without botocore."""
    told = {"region_name": "AWS_REGION", "endpoint_url": "AWS_ENDPOINT_URL"}
    told |= {name: name.upper() for name in ("aws_access_key_id", "aws_secret_access_key")}
    calls = bare_calls({variable: cloud.arguments[name] for name, variable in told.items()})
    assert calls is not None
    return calls
