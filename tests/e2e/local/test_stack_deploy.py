"""Our own deploy is CloudFormation's: what is there is updated, what was never made is begun again."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from infra.local.cloud import LocalCloud
from infra.local.cloudformation.store import records
from infra.local.deploy.assembly import Assembly
from infra.local.deploy.assets import Assets
from infra.local.deploy.stacks import DeployFailed, deploy
from infra.local.wiring import wiring
from tests.e2e.local.stack_calls import Stacks
from tests.e2e.local.templates import REGION, Resources, assembly, aws, resource


def queue(timeout: int) -> Resources:
    return {"Q": resource("SQS::Queue", QueueName="q", VisibilityTimeout=timeout)}


BROKEN = {"B": resource("Lambda::Alias", "Q", Name="a", FunctionName="nobody", FunctionVersion="9")}


def again(of: Assembly) -> None:
    deploy(of, wiring().part(Assets))


def timeout_of(cloud: LocalCloud) -> str:
    sqs = aws(cloud, "sqs")
    url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
    return str(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"])


def test_a_second_deploy_changes_what_differs_and_nothing_else(tmp_path: Path) -> None:
    other = {"T": resource("SNS::Topic", TopicName="t")}
    with LocalCloud.start(assembly(("a", queue(30)), ("b", other)), scratch=tmp_path) as cloud:
        again(assembly(("a", queue(60)), ("b", other)))
        assert timeout_of(cloud) == "60"
        stacks = Stacks(cloud)
        assert stacks.ended("a") == "UPDATE_COMPLETE"
        assert stacks.ended("b") == "CREATE_COMPLETE"


def test_a_deploy_that_fails_says_which_resource_and_leaves_the_old_values(tmp_path: Path) -> None:
    with LocalCloud.start(assembly(("a", queue(30))), scratch=tmp_path) as cloud:
        with pytest.raises(DeployFailed, match=r"Stack a: B \(AWS::Lambda::Alias\): Function not found"):
            again(assembly(("a", {**queue(60), **BROKEN})))
        assert timeout_of(cloud) == "30"
        assert Stacks(cloud).ended("a") == "UPDATE_ROLLBACK_COMPLETE"


def test_a_stack_that_was_never_made_is_begun_again(tmp_path: Path) -> None:
    with LocalCloud.start(assembly(), scratch=tmp_path) as cloud:
        with pytest.raises(DeployFailed):
            again(assembly(("a", {**queue(30), **BROKEN})))
        assert Stacks(cloud).ended("a") == "ROLLBACK_COMPLETE"
        again(assembly(("a", queue(30))))
        assert Stacks(cloud).ended("a") == "CREATE_COMPLETE"


def test_everything_that_is_kept_of_stacks_is_plain_data(tmp_path: Path) -> None:
    with LocalCloud.start(assembly(("a", queue(30))), scratch=tmp_path) as cloud:
        Stacks(cloud).change_set("a", "c", queue(60))
        kept = pickle.loads(pickle.dumps(records(REGION)))
        assert kept == records(REGION)
        assert [stack.resources["Q"].name for stack in kept.stacks.values()] == ["q"]


def test_what_the_cdks_bootstrap_leaves_is_there(tmp_path: Path) -> None:
    with LocalCloud.start(assembly(), scratch=tmp_path) as cloud:
        found = aws(cloud, "ssm").get_parameter(Name="/cdk-bootstrap/hnb659fds/version")
        assert int(found["Parameter"]["Value"]) >= 6
        aws(cloud, "s3").head_bucket(Bucket="cdk-hnb659fds-assets-123456789012-us-east-1")
        for name in ("deploy", "file-publishing", "lookup"):
            role = f"arn:aws:iam::123456789012:role/cdk-hnb659fds-{name}-role-123456789012-us-east-1"
            assert aws(cloud, "sts").assume_role(RoleArn=role, RoleSessionName="cdk")["Credentials"]
