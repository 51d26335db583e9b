"""Changes in place of resources that other resources hang on: what hangs on them stays."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import running
from tests.e2e.local.stack_calls import Stacks
from tests.e2e.local.templates import Resources, att, aws, function, ref, resource, role


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """One for all; every test has a stack of its own."""
    with running(Path(tmp_path_factory.mktemp("cloud")), {}) as started:
        yield started


@pytest.fixture
def stacks(cloud: LocalCloud) -> Stacks:
    return Stacks(cloud)


def reader() -> dict[str, Any]:
    actions = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": "*"}
    return resource(
        "IAM::Policy",
        PolicyName="read",
        PolicyDocument={"Version": "2012-10-17", "Statement": [statement]},
        Roles=[ref("Role")],
    )


def test_a_mapping_changes_in_place(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(**settings: Any) -> Resources:
        mapping = resource(
            "Lambda::EventSourceMapping", "Reader", EventSourceArn=att("Q"), FunctionName=ref("F"), **settings
        )
        queue = resource("SQS::Queue", VisibilityTimeout=60)
        return {"Role": role(), "Reader": reader(), "Q": queue, "F": function("fed"), "M": mapping}

    stacks.create("mapping", resources(BatchSize=5, Enabled=False))
    before = stacks.physical("mapping")["M"]
    changed = resources(FunctionResponseTypes=["ReportBatchItemFailures"], ScalingConfig={"MaximumConcurrency": 3})
    assert stacks.update("mapping", changed) == "UPDATE_COMPLETE"
    assert stacks.physical("mapping")["M"] == before
    found = aws(cloud, "lambda").get_event_source_mapping(UUID=before)
    assert (found["BatchSize"], found["State"]) == (10, "Enabled")
    assert found["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert found["ScalingConfig"] == {"MaximumConcurrency": 3}


def test_a_topic_keeps_its_subscriptions_and_a_log_group_its_streams(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(name: str, days: int) -> Resources:
        topic = resource("SNS::Topic", TopicName="kept", DisplayName=name)
        return {"T": topic, "L": resource("Logs::LogGroup", LogGroupName="/kept", RetentionInDays=days)}

    stacks.create("kept", resources("old", 7))
    arn, sns, logs = stacks.physical("kept")["T"], aws(cloud, "sns"), aws(cloud, "logs")
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint="a@example.com")
    logs.create_log_stream(logGroupName="/kept", logStreamName="s")
    assert stacks.update("kept", resources("new", 30)) == "UPDATE_COMPLETE"
    assert sns.get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"] == "new"
    assert len(sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]) == 1
    assert logs.describe_log_groups(logGroupNamePrefix="/kept")["logGroups"][0]["retentionInDays"] == 30
    assert len(logs.describe_log_streams(logGroupName="/kept")["logStreams"]) == 1


def test_a_bucket_changes_in_place_and_loses_what_is_no_longer_said(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(**settings: Any) -> Resources:
        return {"B": resource("S3::Bucket", BucketName="changes", **settings)}

    rule = {"Status": "Enabled", "ExpirationInDays": 3}
    stacks.create("changes", resources(LifecycleConfiguration={"Rules": [rule]}))
    s3 = aws(cloud, "s3")
    s3.put_object(Bucket="changes", Key="a", Body=b"kept")
    changed = resources(VersioningConfiguration={"Status": "Enabled"}, Tags=[{"Key": "a", "Value": "b"}])
    assert stacks.update("changes", changed) == "UPDATE_COMPLETE"
    assert s3.get_bucket_versioning(Bucket="changes")["Status"] == "Enabled"
    assert s3.get_bucket_tagging(Bucket="changes")["TagSet"] == [{"Key": "a", "Value": "b"}]
    with pytest.raises(s3.exceptions.ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket="changes")
    assert s3.get_object(Bucket="changes", Key="a")["Body"].read() == b"kept"


def test_a_role_changes_in_place_and_keeps_what_others_gave_it(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(description: str, action: str) -> Resources:
        statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
        own = {"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
        trusting = role()
        trusting["Properties"] |= {"Description": description, "Policies": [own]}
        return {"Role": trusting, "Reader": reader()}

    stacks.create("role", resources("old", "s3:GetObject"))
    name, iam = stacks.physical("role")["Role"], aws(cloud, "iam")
    assert stacks.update("role", resources("new", "s3:PutObject")) == "UPDATE_COMPLETE"
    assert stacks.physical("role")["Role"] == name
    assert iam.get_role(RoleName=name)["Role"]["Description"] == "new"
    assert sorted(iam.list_role_policies(RoleName=name)["PolicyNames"]) == ["own", "read"]
    found = iam.get_role_policy(RoleName=name, PolicyName="own")["PolicyDocument"]
    assert found["Statement"][0]["Action"] == "s3:PutObject"


def test_a_state_machine_and_a_rule_change_in_place(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(result: str, source: str) -> Resources:
        states = {"S": {"Type": "Pass", "Result": result, "End": True}}
        machine = resource(
            "StepFunctions::StateMachine",
            StateMachineName="changes",
            RoleArn=att("Role"),
            Definition={"StartAt": "S", "States": states},
        )
        rule = resource("Events::Rule", Name="changes", State="ENABLED", EventPattern={"source": [source]})
        return {"Role": role(), "M": machine, "R": rule}

    stacks.create("machine", resources("old", "a"))
    arn = stacks.physical("machine")["M"]
    assert stacks.update("machine", resources("new", "b")) == "UPDATE_COMPLETE"
    assert stacks.physical("machine")["M"] == arn
    assert '"new"' in aws(cloud, "stepfunctions").describe_state_machine(stateMachineArn=arn)["definition"]
    assert aws(cloud, "events").describe_rule(Name="changes")["EventPattern"] == '{"source": ["b"]}'


def test_a_budget_changes_in_place_and_goes_with_its_stack(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(usd: float) -> Resources:
        limit = {"Amount": usd, "Unit": "USD"}
        budget = {"BudgetName": "model", "BudgetType": "COST", "TimeUnit": "MONTHLY", "BudgetLimit": limit}
        return {"Budget": resource("Budgets::Budget", Budget=budget)}

    def limits() -> list[float]:
        shown = aws(cloud, "budgets").describe_budgets(AccountId="123456789012")["Budgets"]
        return [float(one["BudgetLimit"]["Amount"]) for one in shown]

    stacks.create("budget", resources(20))
    assert limits() == [20]
    assert stacks.update("budget", resources(30)) == "UPDATE_COMPLETE"
    assert limits() == [30]
    stacks.delete("budget")
    assert limits() == []
