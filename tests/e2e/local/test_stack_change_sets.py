"""Change sets tell first what executing them does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import running
from tests.e2e.local.stack_calls import Stacks
from tests.e2e.local.templates import Resources, att, aws, ref, resource


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """One for all; every test has a stack of its own."""
    with running(Path(tmp_path_factory.mktemp("cloud")), {}) as started:
        yield started


@pytest.fixture
def stacks(cloud: LocalCloud) -> Stacks:
    return Stacks(cloud)


def queue(**properties: object) -> Resources:
    return {"Q": resource("SQS::Queue", **properties)}


def test_a_stack_may_begin_as_a_change_set(stacks: Stacks) -> None:
    found = stacks.change_set("begins", "first", queue(), ChangeSetType="CREATE")
    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    assert [change["ResourceChange"]["Action"] for change in found["Changes"]] == ["Add"]
    assert stacks.described("begins")["StackStatus"] == "REVIEW_IN_PROGRESS"
    stacks.api.execute_change_set(StackName="begins", ChangeSetName="first")
    assert stacks.ended("begins") == "CREATE_COMPLETE"
    assert stacks.described("begins")["ChangeSetId"] == found["ChangeSetId"]


def test_each_change_is_told_and_then_made(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(name: str, timeout: int) -> Resources:
        return {
            "Named": resource("SQS::Queue", QueueName=name),
            "Kept": resource("SQS::Queue", VisibilityTimeout=timeout),
            "Follows": resource("SSM::Parameter", Name="/follows", Type="String", Value=att("Named")),
        }

    stacks.create("told", {**resources("told-1", 30), "Gone": resource("SNS::Topic")})
    new = {**resources("told-2", 60), "Added": resource("SNS::Topic")}
    found = stacks.change_set("told", "changes", new, ChangeSetType="UPDATE")
    told = {
        change["ResourceChange"]["LogicalResourceId"]: (
            change["ResourceChange"]["Action"],
            change["ResourceChange"].get("Replacement"),
        )
        for change in found["Changes"]
    }
    assert told == {
        "Named": ("Modify", "True"),
        "Kept": ("Modify", "False"),
        "Follows": ("Modify", "False"),
        "Added": ("Add", None),
        "Gone": ("Remove", None),
    }
    assert stacks.events("told")[-1] == ("told", "CREATE_COMPLETE")
    stacks.api.execute_change_set(ChangeSetName=found["ChangeSetId"])
    assert stacks.ended("told") == "UPDATE_COMPLETE"
    value = aws(cloud, "ssm").get_parameter(Name="/follows")["Parameter"]["Value"]
    assert value.endswith(":told-2")


def test_a_change_set_without_changes_fails_as_the_cdk_expects_it(stacks: Stacks) -> None:
    stacks.create("nothing", queue())
    found = stacks.change_set("nothing", "empty", queue(), ChangeSetType="UPDATE")
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert found["StatusReason"] == (
        "The submitted information didn't contain changes. Submit different information to create a change set."
    )
    with pytest.raises(ClientError, match="cannot be executed in its current status"):
        stacks.api.execute_change_set(StackName="nothing", ChangeSetName="empty")


def test_a_new_tag_or_output_is_a_change(stacks: Stacks) -> None:
    stacks.create("tags", queue())
    tagged = stacks.change_set("tags", "tag", queue(), Tags=[{"Key": "a", "Value": "b"}])
    assert (tagged["Status"], tagged["Changes"]) == ("CREATE_COMPLETE", [])
    outputs = {"Outputs": {"Name": {"Value": ref("Q")}}}
    assert stacks.change_set("tags", "output", queue(), Sections=outputs)["Status"] == "CREATE_COMPLETE"


def test_executing_one_change_set_makes_the_others_obsolete(stacks: Stacks) -> None:
    stacks.create("two", queue())
    stacks.change_set("two", "a", queue(VisibilityTimeout=60))
    stacks.change_set("two", "b", queue(VisibilityTimeout=90))
    stacks.api.execute_change_set(StackName="two", ChangeSetName="a")
    stacks.ended("two")
    assert stacks.api.describe_change_set(StackName="two", ChangeSetName="b")["ExecutionStatus"] == "OBSOLETE"


def test_a_deleted_change_set_is_not_found(stacks: Stacks) -> None:
    stacks.create("deleted", queue())
    stacks.change_set("deleted", "gone", queue(VisibilityTimeout=60))
    stacks.api.delete_change_set(StackName="deleted", ChangeSetName="gone")
    with pytest.raises(ClientError) as refused:
        stacks.api.describe_change_set(StackName="deleted", ChangeSetName="gone")
    assert refused.value.response["Error"]["Code"] == "ChangeSetNotFound"


def test_a_change_set_of_a_stack_that_is_not_there_is_refused(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match=r"Stack \[nobody\] does not exist"):
        stacks.change_set("nobody", "c", queue(), ChangeSetType="UPDATE")
