"""A stage is deployed again: after a deploy that failed, after it was destroyed, from an older layout of stacks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import Assembly as Stacks
from infra.local.deploy.assembly import Stack, read
from infra.local.deploy.assets import Assets
from infra.local.deploy.stacks import DeployFailed, deploy
from infra.local.wiring import wiring
from infra.names import MODEL_STACKS, SHARED_STACKS
from infra.settings import Settings
from serin_cli.deploying import take_up as taking
from serin_cli.deploying.take_up import delete_stack, take_up
from serin_cli.deploying.unused import remove, unused
from tests.e2e.local.templates import aws, resource
from tests.infra.conftest import MODELS
from tests.infra.templates import Assembly

pytestmark = pytest.mark.slow
NAMES = Settings().names
LAKE = "serin-dev-lake-123456789012-us-east-1"
BROKEN = resource("Lambda::Alias", "UploadsBucket5E5E9B64", Name="a", FunctionName="nobody", FunctionVersion="9")


@pytest.fixture
def stacks(local: Assembly) -> Stacks:
    return read(local.folder)


@pytest.fixture
def cloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalCloud]:
    """Without any stack."""
    monkeypatch.setattr(taking, "SOON", {"Delay": 0, "MaxAttempts": 2000})
    with LocalCloud.start(Stacks("us-east-1", ()), scratch=tmp_path) as started:
        yield started


def bring(stacks: Stacks, *names: str, **changed: Stack) -> None:
    """Deploy these stacks, or all; some of them otherwise than they are."""
    chosen = [changed.get(name_of(stack), stack) for stack in stacks.stacks if not names or name_of(stack) in names]
    deploy(replace(stacks, stacks=tuple(chosen)), wiring().part(Assets))


def name_of(stack: Stack) -> str:
    return stack.name.removeprefix("serin-dev-")


def with_resources(stack: Stack, more: dict[str, Any], without: tuple[str, ...] = ()) -> Stack:
    template = copy.deepcopy(dict(stack.template))
    template["Resources"] = {name: one for name, one in template["Resources"].items() if name not in without} | more
    return replace(stack, template=template)


def statuses(cloud: LocalCloud) -> dict[str, str]:
    found = aws(cloud, "cloudformation").describe_stacks()["Stacks"]
    return {stack["StackName"].removeprefix("serin-dev-"): stack["StackStatus"] for stack in found}


def buckets(cloud: LocalCloud) -> list[str]:
    found = [bucket["Name"] for bucket in aws(cloud, "s3").list_buckets()["Buckets"]]
    return [name for name in found if name.startswith("serin-")]


def test_the_names_of_the_stacks_are_those_of_the_app(stacks: Stacks) -> None:
    of_models = {f"{part}-{model}" for part in MODEL_STACKS for model in MODELS}
    assert {name_of(stack) for stack in stacks.stacks} == {*SHARED_STACKS, *of_models}


def test_a_first_deploy_that_failed_half_way_can_be_repeated(stacks: Stacks, cloud: LocalCloud) -> None:
    lake = next(stack for stack in stacks.stacks if name_of(stack) == "lake")
    bucket = next(name for name, one in lake.template["Resources"].items() if one["Type"] == "AWS::S3::Bucket")
    with pytest.raises(DeployFailed, match="Function not found"):
        bring(stacks, "catalog", "lake", lake=with_resources(lake, {"Broken": {**BROKEN, "DependsOn": [bucket]}}))
    assert statuses(cloud) == {"catalog": "CREATE_COMPLETE", "lake": "ROLLBACK_COMPLETE"}
    assert buckets(cloud) == []
    bring(stacks, "catalog", "lake")
    assert set(statuses(cloud).values()) == {"CREATE_COMPLETE"}
    assert len(buckets(cloud)) == 3


def test_what_a_destroyed_stage_left_is_taken_up_by_the_next_deploy(stacks: Stacks, cloud: LocalCloud) -> None:
    bring(stacks, "catalog", "lake")
    aws(cloud, "s3").put_object(Bucket=LAKE, Key="datasets/a", Body=b"rows")
    key = {"pk": {"S": "DATASET#a"}, "sk": {"S": "HEAD"}}
    aws(cloud, "dynamodb").put_item(TableName="serin-dev-catalog", Item=key)
    for name in ("lake", "catalog"):
        delete_stack(aws(cloud, "cloudformation"), f"serin-dev-{name}")
    assert len(buckets(cloud)) == 3
    with pytest.raises(DeployFailed, match="already exists"):
        bring(stacks, "catalog")

    templates = {stack.name: stack.template for stack in stacks.stacks}
    said = list(take_up(Settings(), session(cloud), lambda _settings: templates))

    assert statuses(cloud) == {"catalog": "IMPORT_COMPLETE", "lake": "IMPORT_COMPLETE"}
    assert [line.partition(" ")[0] for line in said] == ["serin-dev-catalog", "serin-dev-lake"]
    assert (said[0].count("serin-dev-"), said[1].count("123456789012")) == (4, 3)
    bring(stacks, "catalog", "lake")
    assert set(statuses(cloud).values()) == {"UPDATE_COMPLETE"}
    assert aws(cloud, "s3").get_object(Bucket=LAKE, Key="datasets/a")["Body"].read() == b"rows"
    assert aws(cloud, "dynamodb").get_item(TableName="serin-dev-catalog", Key=key)["Item"] == key
    assert list(take_up(Settings(), session(cloud), lambda _settings: templates)) == []


def session(cloud: LocalCloud) -> boto3.Session:
    """A session whose clients reach the cloud."""
    found: Any = boto3.Session(region_name="us-east-1")
    found.client = lambda service: aws(cloud, service)
    return found  # type: ignore[no-any-return]


def in_one_stack(stacks: Stacks) -> dict[str, Stack]:
    """The layout of before: `training` had the trainings of all models, and `catalog` their queues."""
    by_name = {name_of(stack): stack for stack in stacks.stacks}
    training, queues = dict(by_name["training"].template["Resources"]), {}
    for model in MODELS:
        own = by_name[f"training-{model}"].template["Resources"]
        queues |= {name: one for name, one in own.items() if name.startswith(("Failed", "Undelivered"))}
        training |= {name: without(one, queues) for name, one in own.items() if name not in queues}
    assert len(queues) >= 4 * len(MODELS)
    assets = tuple({asset for name in by_name if "training" in name for asset in by_name[name].assets})
    return {
        "catalog": with_resources(by_name["catalog"], queues),
        "training": replace(with_resources(by_name["training"], training), assets=assets),
    }


def without(one: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    after = [name for name in one.get("DependsOn", []) if name not in others]
    return {**{key: value for key, value in one.items() if key != "DependsOn"}, "DependsOn": after}


def test_the_trainings_of_one_stack_become_stacks_of_their_own_and_a_model_that_is_gone_is_removed(
    stacks: Stacks, cloud: LocalCloud
) -> None:
    older = in_one_stack(stacks)
    bring(stacks, "catalog", "lake", "api", "training", "release", **older)
    bring(stacks)
    found = statuses(cloud)
    assert {found[f"{part}-{model}"] for part in MODEL_STACKS for model in MODELS} == {"CREATE_COMPLETE"}
    assert {found["catalog"], found["training"]} == {"UPDATE_COMPLETE"}
    functions = [one["FunctionName"] for one in aws(cloud, "lambda").list_functions(MaxItems=50)["Functions"]]
    assert {f"serin-dev-train-model-{model}" for model in MODELS} < set(functions)

    gone, kept = MODELS
    cloudformation = aws(cloud, "cloudformation")
    assert unused(cloudformation, NAMES, MODELS) == []
    left = [f"serin-dev-endpoint-{gone}", f"serin-dev-training-{gone}"]
    assert unused(cloudformation, NAMES, [kept]) == left
    remove(cloudformation, left)
    assert unused(cloudformation, NAMES, [kept]) == []
    assert {f"training-{kept}", f"endpoint-{kept}"} < statuses(cloud).keys()
    functions = [one["FunctionName"] for one in aws(cloud, "lambda").list_functions(MaxItems=50)["Functions"]]
    assert [name for name in functions if name.endswith(gone)] == []

    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName="serin-dev-api")
