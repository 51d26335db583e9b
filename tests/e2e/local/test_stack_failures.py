"""Failures: what was made goes, what was changed comes back, and what cannot be taken away is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

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


def broken(*after: str) -> dict[str, Any]:
    """A resource whose service refuses it."""
    return resource("Lambda::Alias", *after, Name="live", FunctionName="nobody", FunctionVersion="9")


def queue_names(cloud: LocalCloud) -> set[str]:
    return {url.rsplit("/", 1)[-1] for url in aws(cloud, "sqs").list_queues().get("QueueUrls", [])}


def test_a_stack_that_cannot_be_created_takes_back_what_it_made(stacks: Stacks, cloud: LocalCloud) -> None:
    resources = {"Q": resource("SQS::Queue", QueueName="made"), "B": broken("Q")}
    assert stacks.create("rolled", resources) == "ROLLBACK_COMPLETE"
    assert "made" not in queue_names(cloud)
    assert stacks.events("rolled") == [
        ("rolled", "CREATE_IN_PROGRESS"),
        ("Q", "CREATE_IN_PROGRESS"),
        ("Q", "CREATE_IN_PROGRESS"),
        ("Q", "CREATE_COMPLETE"),
        ("B", "CREATE_IN_PROGRESS"),
        ("B", "CREATE_FAILED"),
        ("rolled", "ROLLBACK_IN_PROGRESS"),
        ("Q", "DELETE_IN_PROGRESS"),
        ("Q", "DELETE_COMPLETE"),
        ("rolled", "ROLLBACK_COMPLETE"),
    ]
    assert "The following resource(s) failed to create: [B]. Rollback requested by user." in stacks.reasons("rolled")
    with pytest.raises(ClientError, match="is in ROLLBACK_COMPLETE state and can not be updated"):
        stacks.update("rolled", {"Q": resource("SQS::Queue")})


def test_a_failed_creation_is_left_as_it_is_where_rollback_is_off(stacks: Stacks, cloud: LocalCloud) -> None:
    resources = {"Q": resource("SQS::Queue", QueueName="left"), "B": broken("Q")}
    assert stacks.create("left", resources, DisableRollback=True) == "CREATE_FAILED"
    assert "left" in queue_names(cloud)


def test_a_failed_creation_is_deleted_where_that_is_asked_for(stacks: Stacks, cloud: LocalCloud) -> None:
    name = stacks.api.create_stack(
        StackName="deleted",
        TemplateBody='{"Resources": {"Q": {"Type": "AWS::SQS::Queue"}, "A": {"Type": '
        '"AWS::Lambda::Alias", "DependsOn": "Q", "Properties": {"Name": "a", "FunctionName": "f", '
        '"FunctionVersion": "9"}}}}',
        OnFailure="DELETE",
    )["StackId"]
    assert stacks.ended(name) == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="Stack with id deleted does not exist"):
        stacks.described("deleted")


def test_a_failed_update_restores_every_old_value(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(timeout: int, topic: str) -> Resources:
        return {
            "Q": resource("SQS::Queue", QueueName="restored", VisibilityTimeout=timeout),
            "T": resource("SNS::Topic", TopicName=topic),
            "Gone": resource("SQS::Queue", QueueName="still-there"),
        }

    stacks.create("restored", resources(30, "old"))
    topic = stacks.physical("restored")["T"]
    new = {**resources(60, "new"), "Added": resource("SQS::Queue", QueueName="added"), "B": broken("Added", "Q", "T")}
    del new["Gone"]
    assert stacks.update("restored", new) == "UPDATE_ROLLBACK_COMPLETE"
    assert queue_names(cloud) >= {"restored", "still-there"}
    assert "added" not in queue_names(cloud)
    url = stacks.physical("restored")["Q"]
    found = aws(cloud, "sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert found == {"VisibilityTimeout": "30"}
    assert stacks.physical("restored")["T"] == topic
    assert [one["TopicArn"] for one in aws(cloud, "sns").list_topics()["Topics"]] == [topic]
    statuses = [status for name, status in stacks.events("restored") if name == "restored"]
    assert statuses[-4:] == [
        "UPDATE_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE",
    ]
    with pytest.raises(ClientError, match="No updates are to be performed"):
        stacks.update("restored", resources(30, "old"))


def test_a_failed_update_leaves_a_functions_old_code(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(answer: str) -> Resources:
        return {"Role": role(), "F": function("restored", f"def handler(e, c): return {answer!r}")}

    stacks.create("code", resources("old"))
    assert stacks.update("code", {**resources("new"), "B": broken("F")}) == "UPDATE_ROLLBACK_COMPLETE"
    answer = aws(cloud, "lambda").invoke(FunctionName="restored", Payload=b"{}")["Payload"].read()
    assert answer == b'"old"'


def test_an_update_without_rollback_stays_where_it_failed(stacks: Stacks, cloud: LocalCloud) -> None:
    stacks.create("stays", {"Q": resource("SQS::Queue", QueueName="stays", VisibilityTimeout=30)})
    new = {"Q": resource("SQS::Queue", QueueName="stays", VisibilityTimeout=60), "B": broken("Q")}
    assert stacks.update("stays", new, DisableRollback=True) == "UPDATE_FAILED"
    url = stacks.physical("stays")["Q"]
    found = aws(cloud, "sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    assert found == {"VisibilityTimeout": "60"}
    del new["B"]
    with pytest.raises(ClientError, match="No updates"):
        stacks.update("stays", new)


def test_deleting_a_stack_deletes_what_it_made_the_last_first(stacks: Stacks, cloud: LocalCloud) -> None:
    resources = {
        "Role": role(),
        "F": function("goes"),
        "V": resource("Lambda::Version", FunctionName=ref("F")),
        "A": resource("Lambda::Alias", Name="live", FunctionName=ref("F"), FunctionVersion=att("V", "Version")),
    }
    stacks.create("goes", resources)
    assert stacks.delete("goes") == "DELETE_COMPLETE"
    with pytest.raises(ClientError, match="does not exist"):
        stacks.described("goes")
    with pytest.raises(ClientError):
        aws(cloud, "lambda").get_function(FunctionName="goes")


def test_a_bucket_with_objects_stops_the_deletion_until_it_is_emptied(stacks: Stacks, cloud: LocalCloud) -> None:
    stacks.create("bucket", {"B": resource("S3::Bucket", BucketName="full"), "Q": resource("SQS::Queue")})
    s3 = aws(cloud, "s3")
    s3.put_object(Bucket="full", Key="a", Body=b"")
    assert stacks.delete("bucket") == "DELETE_FAILED"
    assert "The bucket you tried to delete is not empty" in stacks.reasons("bucket")
    assert stacks.described("bucket")["StackStatusReason"] == "The following resource(s) failed to delete: [B]."
    assert list(stacks.physical("bucket")) == ["B"]
    s3.delete_object(Bucket="full", Key="a")
    assert stacks.delete("bucket") == "DELETE_COMPLETE"


def test_what_cannot_be_deleted_may_be_kept(stacks: Stacks, cloud: LocalCloud) -> None:
    stacks.create("keeps", {"B": resource("S3::Bucket", BucketName="keeps")})
    with pytest.raises(ClientError, match="DELETE_FAILED state to retain resources"):
        stacks.delete("keeps", RetainResources=["B"])
    aws(cloud, "s3").put_object(Bucket="keeps", Key="a", Body=b"")
    stacks.delete("keeps")
    assert stacks.delete("keeps", RetainResources=["B"]) == "DELETE_COMPLETE"
    assert aws(cloud, "s3").list_objects_v2(Bucket="keeps")["KeyCount"] == 1


def test_a_protected_stack_is_not_deleted(stacks: Stacks) -> None:
    stacks.create("protected", {"Q": resource("SQS::Queue")}, EnableTerminationProtection=True)
    with pytest.raises(ClientError, match=r"\[protected\] cannot be deleted while TerminationProtection is enabled"):
        stacks.delete("protected")
    stacks.api.update_termination_protection(StackName="protected", EnableTerminationProtection=False)
    assert stacks.delete("protected") == "DELETE_COMPLETE"


def test_a_stack_that_is_not_there_is_deleted_without_complaint_and_without_a_trace(stacks: Stacks) -> None:
    stacks.create("other", {"Q": resource("SQS::Queue")})
    before = stacks.api.list_stacks()["StackSummaries"]
    answer = stacks.api.delete_stack(StackName="nobody")
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert stacks.api.list_stacks()["StackSummaries"] == before
    with pytest.raises(ClientError, match="Stack with id nobody does not exist"):
        stacks.described("nobody")
    assert stacks.described("other")["StackStatus"] == "CREATE_COMPLETE"


def test_a_stack_that_was_deleted_is_deleted_again_without_complaint(stacks: Stacks) -> None:
    stacks.create("gone", {"Q": resource("SQS::Queue")})
    assert stacks.delete("gone") == "DELETE_COMPLETE"
    stacks.api.delete_stack(StackName="gone")
    found = [one for one in stacks.api.list_stacks()["StackSummaries"] if one["StackName"] == "gone"]
    assert [one["StackStatus"] for one in found] == ["DELETE_COMPLETE"]
