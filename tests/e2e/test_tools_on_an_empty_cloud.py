"""The CDK's command deploys to a local cloud that holds nothing, by uploading as it does to AWS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import Assembly
from serin_cli.prepare import prepare
from tests.e2e.tools import cdk, copy_of_checkout

CHOSEN = ("serin-dev-catalog", "serin-dev-api")


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[LocalCloud]:
    """A cloud nobody has deployed anything to, but bootstrapped."""
    prepare()
    with LocalCloud.start(Assembly("us-east-1", ()), scratch=tmp_path) as cloud:
        yield cloud


def client(cloud: LocalCloud, service: str) -> Any:
    return boto3.client(service, **cloud.client)  # type: ignore[call-overload]


def test_stacks_are_deployed_with_uploaded_zips_and_destroyed(empty: LocalCloud, tmp_path: Path) -> None:
    working_copy, out = copy_of_checkout(tmp_path / "copy"), tmp_path / "out"
    cdk(empty, working_copy, out, "deploy", *CHOSEN, "--exclusively", "--require-approval", "never")
    stacks = client(empty, "cloudformation")
    assert {stack["StackName"] for stack in stacks.describe_stacks()["Stacks"]} == set(CHOSEN)
    uploaded = client(empty, "s3").list_objects_v2(Bucket="cdk-hnb659fds-assets-123456789012-us-east-1")["Contents"]
    assert any(one["Size"] > 1_000_000 for one in uploaded)
    answer = client(empty, "lambda").invoke(FunctionName="serin-dev-authorize", Payload=b'{"headers": {}}')
    assert "FunctionError" not in answer, answer["Payload"].read()

    destroy = ("destroy", *CHOSEN, "--exclusively", "--force", "--app", str(out))
    with pytest.raises(AssertionError, match="TerminationProtection"):
        cdk(empty, working_copy, None, *destroy)
    stacks.update_termination_protection(StackName="serin-dev-api", EnableTerminationProtection=False)
    cdk(empty, working_copy, None, *destroy)
    assert stacks.describe_stacks()["Stacks"] == []
    assert client(empty, "lambda").list_functions()["Functions"] == []
