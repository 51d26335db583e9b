"""People's own tools work against a local cloud: `npx aws-cdk@2 deploy`, and AWS's command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import read as read_assembly
from serin_cli.prepare import prepare
from tests.e2e.local.templates import settle_function
from tests.e2e.tools import ROOT, aws, cdk, copy_of_checkout, step

PREDICT = "serin-dev-predict-flight-delay"


@pytest.fixture(scope="module")
def working_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_of_checkout(Path(tmp_path_factory.mktemp("copy")))


@pytest.fixture(scope="module")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """What `serin up` starts."""
    scratch = Path(tmp_path_factory.mktemp("deployed"))
    with LocalCloud.start(read_assembly(prepare()), scratch=scratch) as cloud:
        yield cloud


def client(cloud: LocalCloud, service: str) -> Any:
    return boto3.client(service, **cloud.client)  # type: ignore[call-overload]


def stacks(cloud: LocalCloud) -> dict[str, str]:
    found = client(cloud, "cloudformation").describe_stacks()["Stacks"]
    return {stack["StackName"]: stack["StackStatus"] for stack in found}


def test_the_steps_of_delivery_run_and_change_what_the_difference_shows(
    deployed: LocalCloud, working_copy: Path
) -> None:
    before = stacks(deployed)
    assert len(before) == 9
    assert "Successfully synthesized" in step(deployed, working_copy, "synthesise", "dev")
    said = step(deployed, working_copy, "difference", "dev")
    # The copy has no history, so all that it says otherwise is of which commit it is.
    changed = int((ROOT / ".git").exists())
    assert f"Number of stacks with differences: {changed}" in said
    assert ("SERIN_COMMIT" in said) == bool(changed)
    said = step(deployed, working_copy, "deploy", "dev")
    assert said.count("(no changes)") == len(before) - changed
    after = stacks(deployed)
    assert {name for name in after if after[name] != before[name]} <= {"serin-dev-training"}
    said = step(deployed, working_copy, "smoke", "dev")
    assert "flight-delay is deployed; no version of it is live yet." in said


def test_new_code_deployed_with_the_cdk_changes_the_function_and_moves_no_traffic(
    deployed: LocalCloud, working_copy: Path, tmp_path: Path
) -> None:
    functions = client(deployed, "lambda")
    functions.update_function_configuration(FunctionName=PREDICT, Description="for a second version")
    settle_function(deployed)
    functions.publish_version(FunctionName=PREDICT)
    settle_function(deployed)
    weights = {"AdditionalVersionWeights": {"2": 0.1}}
    released = functions.update_alias(FunctionName=PREDICT, Name="live", RoutingConfig=weights)
    before = functions.get_function_configuration(FunctionName=PREDICT)
    handler = working_copy / "functions" / "predict" / "handler.py"
    handler.write_text(handler.read_text() + "\n# changed\n")

    said = cdk(deployed, working_copy, tmp_path / "out", "deploy", "--all", "--require-approval", "never")

    assert said.count("(no changes)") == 8
    after = functions.get_function_configuration(FunctionName=PREDICT)
    assert after["CodeSha256"] != before["CodeSha256"]
    alias = functions.get_alias(FunctionName=PREDICT, Name="live")
    assert (alias["FunctionVersion"], alias["RoutingConfig"]) == ("1", weights)
    assert alias["RevisionId"] == released["RevisionId"]
    old = functions.get_function_configuration(FunctionName=PREDICT, Qualifier="1")
    assert old["CodeSha256"] == before["CodeSha256"]


def test_awss_own_command_reads_and_writes(deployed: LocalCloud, tmp_path: Path) -> None:
    described = json.loads(aws(deployed, "cloudformation", "describe-stacks", "--output", "json"))
    assert len(described["Stacks"]) == 9
    file = tmp_path / "file.txt"
    file.write_text("from a person")
    bucket = "serin-dev-lake-123456789012-us-east-1"
    aws(deployed, "s3", "cp", str(file), f"s3://{bucket}/notes/file.txt")
    assert client(deployed, "s3").get_object(Bucket=bucket, Key="notes/file.txt")["Body"].read() == b"from a person"
    answer = tmp_path / "answer.json"
    event = '{"requestContext": {"requestId": "r"}, "rawPath": "/", "headers": {}}'
    aws(
        deployed,
        "lambda",
        "invoke",
        "--function-name",
        PREDICT,
        "--qualifier",
        "live",
        "--payload",
        event,
        str(answer),
    )
    assert "statusCode" in json.loads(answer.read_text())
    scanned = json.loads(aws(deployed, "dynamodb", "scan", "--table-name", "serin-dev-catalog", "--output", "json"))
    assert scanned["Count"] == len(scanned["Items"])
