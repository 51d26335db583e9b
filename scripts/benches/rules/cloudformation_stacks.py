"""CloudFormation: what it does to stacks, in which order, and what it does when something fails."""

from __future__ import annotations

import uuid
from typing import Any

import boto3

from benches.rules.model import refused, rule
from benches.rules.stacks import Stack, of, queue, refused_by_its_service, stack
from infra.local.cloud import LocalCloud

_GUIDE = "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide"
_API = "https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference"
_UPDATES = f"{_GUIDE}/using-cfn-updating-stacks-update-behaviors.html"
_ROLLBACK = f"{_GUIDE}/stack-failure-options.html"
_EXPORTS = f"{_GUIDE}/using-cfn-stack-exports.html"
_DELETION = "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html"


def _unique(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:12]}"


def _client(cloud: LocalCloud, service: str) -> Any:
    return boto3.client(service, **cloud.client)  # type: ignore[call-overload]


def _topics(cloud: LocalCloud) -> set[str]:
    return {one["TopicArn"].rsplit(":", 1)[-1] for one in _client(cloud, "sns").list_topics()["Topics"]}


@rule(service="cloudformation", says="a second stack of a name is refused", source=f"{_API}/API_CreateStack.html")
def existing_stack(cloud: LocalCloud) -> None:
    with (
        stack(cloud, queue()) as made,
        refused("AlreadyExistsException", message=f"Stack [{made.name}] already exists"),
    ):
        made.create(queue())


@rule(service="cloudformation", says="an update that changes nothing is refused", source=f"{_API}/API_UpdateStack.html")
def no_updates(cloud: LocalCloud) -> None:
    with stack(cloud, queue()) as made, refused("ValidationError", message="No updates are to be performed."):
        made.update(queue())


@rule(
    service="cloudformation", says="a stack that is not there cannot be updated", source=f"{_API}/API_UpdateStack.html"
)
def update_of_nothing(cloud: LocalCloud) -> None:
    made = Stack(cloud)
    with refused("ValidationError", message=f"Stack [{made.name}] does not exist"):
        made.update(queue())


@rule(
    service="cloudformation", says="deleting a stack that is not there succeeds", source=f"{_API}/API_DeleteStack.html"
)
def deletion_of_nothing(cloud: LocalCloud) -> None:
    made = Stack(cloud)
    made.api.delete_stack(StackName=made.name)


@rule(service="cloudformation", says="a property without replacement is changed in place", source=_UPDATES)
def change_in_place(cloud: LocalCloud) -> None:
    with stack(cloud, queue(VisibilityTimeout=30)) as made:
        before = made.physical("Q")
        assert made.update(queue(VisibilityTimeout=60)) == "UPDATE_COMPLETE"
        assert made.physical("Q") == before


@rule(service="cloudformation", says="a replacement is made before the old resource is deleted", source=_UPDATES)
def replacement(cloud: LocalCloud) -> None:
    with stack(cloud, queue(QueueName=_unique("old"))) as made:
        assert made.update(queue(QueueName=_unique("new"))) == "UPDATE_COMPLETE"
        events = made.events()
        assert events.index("Q UPDATE_COMPLETE") < events.index("Q DELETE_IN_PROGRESS")
        assert events[-1] == f"{made.name} UPDATE_COMPLETE"


@rule(service="cloudformation", says="a named resource cannot be replaced under its name", source=_UPDATES)
def named_replacement(cloud: LocalCloud) -> None:
    def table(key: str) -> dict[str, Any]:
        attribute = {"AttributeName": key, "AttributeType": "S"}
        schema = [{"AttributeName": key, "KeyType": "HASH"}]
        named = {"TableName": name, "AttributeDefinitions": [attribute], "KeySchema": schema}
        return {"T": of("DynamoDB::Table", BillingMode="PAY_PER_REQUEST", **named)}

    name = _unique("named")
    with stack(cloud, table("a")) as made:
        assert made.update(table("b")) == "UPDATE_ROLLBACK_COMPLETE"
        made.says("CloudFormation cannot update a stack when a custom-named resource requires replacing.")


@rule(service="cloudformation", says="a resource's type cannot be changed", source=_UPDATES)
def other_type(cloud: LocalCloud) -> None:
    with stack(cloud, queue()) as made:
        said = "Update of resource type is not permitted. The new template modifies resource type of the following"
        with refused("ValidationError", message=said):
            made.update({"Q": of("SNS::Topic")})


@rule(service="cloudformation", says="a stack that cannot be created is rolled back", source=_ROLLBACK)
def rollback(cloud: LocalCloud) -> None:
    name = _unique("topic")
    with stack(cloud) as made:
        resources = {"T": of("SNS::Topic", TopicName=name), "Bad": refused_by_its_service("T")}
        assert made.create(resources) == "ROLLBACK_COMPLETE"
        assert name not in _topics(cloud)
        assert made.events()[-3:] == ["T DELETE_IN_PROGRESS", "T DELETE_COMPLETE", f"{made.name} ROLLBACK_COMPLETE"]
        made.says("The following resource(s) failed to create: [Bad]. Rollback requested by user.")


@rule(service="cloudformation", says="a stack in ROLLBACK_COMPLETE can only be deleted", source=_ROLLBACK)
def rolled_back(cloud: LocalCloud) -> None:
    with stack(cloud) as made:
        made.create({"Bad": refused_by_its_service()})
        with refused("ValidationError", message="is in ROLLBACK_COMPLETE state and can not be updated."):
            made.update(queue())


@rule(service="cloudformation", says="DisableRollback leaves what was made", source=f"{_API}/API_CreateStack.html")
def no_rollback(cloud: LocalCloud) -> None:
    with stack(cloud) as made:
        resources = {**queue(), "Bad": refused_by_its_service("Q")}
        assert made.create(resources, DisableRollback=True) == "CREATE_FAILED"
        assert made.physical("Q")


@rule(service="cloudformation", says="a failed update restores the old values", source=_ROLLBACK)
def update_rollback(cloud: LocalCloud) -> None:
    with stack(cloud, queue(VisibilityTimeout=30)) as made:
        bad = {**queue(VisibilityTimeout=60), "Bad": refused_by_its_service("Q")}
        assert made.update(bad) == "UPDATE_ROLLBACK_COMPLETE"
        attributes = _client(cloud, "sqs").get_queue_attributes(QueueUrl=made.physical("Q"), AttributeNames=["All"])
        assert attributes["Attributes"]["VisibilityTimeout"] == "30"


@rule(service="cloudformation", says="deleting a stack deletes what it made", source=f"{_API}/API_DeleteStack.html")
def deletion(cloud: LocalCloud) -> None:
    name = _unique("topic")
    with stack(cloud, {"T": of("SNS::Topic", TopicName=name)}) as made:
        assert made.delete() == "DELETE_COMPLETE"
        assert name not in _topics(cloud)
        with refused("ValidationError", message=f"Stack with id {made.name} does not exist"):
            made.described()


@rule(service="cloudformation", says="DeletionPolicy Retain keeps the resource", source=_DELETION)
def retention(cloud: LocalCloud) -> None:
    name = _unique("topic")
    with stack(cloud, {"T": {**of("SNS::Topic", TopicName=name), "DeletionPolicy": "Retain"}}) as made:
        arn = made.physical("T")
        assert made.delete() == "DELETE_COMPLETE"
        assert name in _topics(cloud)
    _client(cloud, "sns").delete_topic(TopicArn=arn)


@rule(
    service="cloudformation",
    says="a bucket with objects stops the deletion",
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html",
)
def full_bucket(cloud: LocalCloud) -> None:
    name, s3 = _unique("bucket"), _client(cloud, "s3")
    with stack(cloud, {"B": of("S3::Bucket", BucketName=name)}) as made:
        s3.put_object(Bucket=name, Key="a", Body=b"")
        assert made.delete() == "DELETE_FAILED"
        made.says("The bucket you tried to delete is not empty")
        s3.delete_object(Bucket=name, Key="a")


@rule(
    service="cloudformation",
    says="a protected stack is not deleted",
    source=f"{_GUIDE}/using-cfn-protect-stacks.html",
)
def protection(cloud: LocalCloud) -> None:
    with stack(cloud, queue(), EnableTerminationProtection=True) as made:
        with refused("ValidationError", message="cannot be deleted while TerminationProtection is enabled"):
            made.delete()
        made.api.update_termination_protection(StackName=made.name, EnableTerminationProtection=False)


def _exporting(export: str, value: str) -> dict[str, Any]:
    return {"Outputs": {"O": {"Value": value, "Export": {"Name": export}}}}


def _importing(export: str) -> dict[str, Any]:
    return {"P": of("SSM::Parameter", Type="String", Value={"Fn::ImportValue": export})}


@rule(service="cloudformation", says="an imported export cannot change", source=_EXPORTS)
def changed_export(cloud: LocalCloud) -> None:
    export = _unique("export")
    with stack(cloud, queue(), sections=_exporting(export, "a")) as owner, stack(cloud, _importing(export)) as user:
        assert owner.update(queue(), _exporting(export, "b")) == "UPDATE_ROLLBACK_COMPLETE"
        owner.says(f"Export {export} cannot be updated as it is in use by {user.name}")


@rule(service="cloudformation", says="an imported export cannot be removed by an update", source=_EXPORTS)
def removed_export(cloud: LocalCloud) -> None:
    export = _unique("export")
    with stack(cloud, queue(), sections=_exporting(export, "a")) as owner, stack(cloud, _importing(export)) as user:
        assert owner.update(queue(VisibilityTimeout=60)) == "UPDATE_ROLLBACK_COMPLETE"
        owner.says(f"Export {export} cannot be deleted as it is in use by {user.name}")


@rule(service="cloudformation", says="a stack whose export is imported is not deleted", source=_EXPORTS)
def deleted_export(cloud: LocalCloud) -> None:
    export = _unique("export")
    with stack(cloud, queue(), sections=_exporting(export, "a")) as owner, stack(cloud, _importing(export)) as user:
        assert owner.delete() == "CREATE_COMPLETE"
        owner.says(f"Cannot delete export {export} as it is in use by {user.name}")


@rule(service="cloudformation", says="an export's name is unique in the region", source=_EXPORTS)
def second_export(cloud: LocalCloud) -> None:
    export = _unique("export")
    with stack(cloud, queue(), sections=_exporting(export, "a")) as owner, stack(cloud) as second:
        assert second.create(queue(), _exporting(export, "a")) == "ROLLBACK_COMPLETE"
        second.says(f"Export with name {export} is already exported by stack {owner.name}")


@rule(
    service="cloudformation",
    says="a change set without changes is FAILED and says so",
    source=f"{_API}/API_CreateChangeSet.html",
)
def empty_change_set(cloud: LocalCloud) -> None:
    with stack(cloud, queue()) as made:
        change_set = made.change_set(queue())
        assert (change_set["Status"], change_set["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
        assert change_set["StatusReason"].startswith("The submitted information didn't contain changes.")


@rule(
    service="cloudformation",
    says="a change set tells a replacement and touches nothing",
    source=f"{_API}/API_ResourceChange.html",
)
def change_set_of_a_replacement(cloud: LocalCloud) -> None:
    with stack(cloud, queue(QueueName=_unique("old"))) as made:
        before = made.physical("Q")
        (change,) = made.change_set(queue(QueueName=_unique("new")))["Changes"]
        assert (change["ResourceChange"]["Action"], change["ResourceChange"]["Replacement"]) == ("Modify", "True")
        assert made.physical("Q") == before


@rule(
    service="cloudformation",
    says="a stack that begins as a change set is in REVIEW_IN_PROGRESS until it is executed",
    source=f"{_API}/API_CreateChangeSet.html",
)
def review(cloud: LocalCloud) -> None:
    with stack(cloud) as made:
        made.change_set(queue(), "CREATE")
        assert made.described()["StackStatus"] == "REVIEW_IN_PROGRESS"
        made.api.execute_change_set(StackName=made.name, ChangeSetName="c")
        while made.described()["StackStatus"] == "REVIEW_IN_PROGRESS":
            continue
        assert made.ended() == "CREATE_COMPLETE"
