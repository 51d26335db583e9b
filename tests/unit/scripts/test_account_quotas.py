from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from serin.domain.account_quotas import CONCURRENCY, MEMORY
from serin_cli import account_quotas
from serin_cli.connection import Connection

ON_AWS = Connection("dev", "us-east-1", "http://api", "t", "b-uploads-x")
LOCAL = Connection("dev", "us-east-1", "http://api", "t", "b-uploads-x", "http://aws")


@pytest.fixture
def stubbed(monkeypatch: pytest.MonkeyPatch) -> Any:
    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    client: Any = boto3.client("service-quotas", region_name="us-east-1", **keys)
    monkeypatch.setattr(account_quotas, "aws_client", lambda *_: client)
    with Stubber(client) as stubber:
        yield stubber


def test_the_account_is_asked_for_what_service_quotas_lists(stubbed: Stubber) -> None:
    quotas = [{"QuotaName": "Layers", "Value": 75.0}, {"QuotaName": "Concurrent executions", "Value": 1000.0}]
    stubbed.add_response("list_service_quotas", {"Quotas": quotas}, {"ServiceCode": "lambda"})
    known, _ = account_quotas.account_quotas(ON_AWS, [CONCURRENCY, MEMORY])
    assert known == {CONCURRENCY: 1000}


def test_who_may_not_ask_is_told_what_is_taken_instead(stubbed: Stubber) -> None:
    stubbed.add_client_error("list_service_quotas", "AccessDeniedException")
    known, why = account_quotas.account_quotas(ON_AWS, [CONCURRENCY])
    assert (known, why) == ({}, "for Service Quotas may not be read (AccessDeniedException)")


def test_a_local_platform_has_no_account() -> None:
    assert account_quotas.account_quotas(LOCAL, [CONCURRENCY]) == ({}, "for the platform is a local one")
