"""Updates: what changes, in which order, and what is left alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import running
from tests.e2e.local.stack_calls import Stacks, body
from tests.e2e.local.templates import Resources, att, aws, function, may_send, ref, resource, role, settle_function


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """One for all; every test has a stack of its own."""
    with running(Path(tmp_path_factory.mktemp("cloud")), {}) as started:
        yield started


@pytest.fixture
def stacks(cloud: LocalCloud) -> Stacks:
    return Stacks(cloud)


def table(indexes: tuple[str, ...] = (), ttl: str | None = None, key: str = "pk") -> dict[str, Any]:
    index = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}], "Projection": {"ProjectionType": "ALL"}}
    more: dict[str, Any] = {}
    if indexes:
        more["GlobalSecondaryIndexes"] = [{"IndexName": name, **index} for name in indexes]
    if ttl:
        more["TimeToLiveSpecification"] = {"Enabled": True, "AttributeName": ttl}
    return resource(
        "DynamoDB::Table",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in sorted({"pk", key})],
        KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
        **more,
    )


def test_the_same_template_again_is_no_update(stacks: Stacks) -> None:
    queue = {"Q": resource("SQS::Queue", VisibilityTimeout=30)}
    stacks.create("same", queue)
    with pytest.raises(ClientError) as refused:
        stacks.update("same", queue)
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert refused.value.response["Error"]["Message"] == "No updates are to be performed."
    assert stacks.described("same")["StackStatus"] == "CREATE_COMPLETE"


def test_a_queue_is_changed_in_place_and_keeps_its_messages(stacks: Stacks, cloud: LocalCloud) -> None:
    stacks.create("queue", {"Q": resource("SQS::Queue", VisibilityTimeout=30)})
    url = stacks.physical("queue")["Q"]
    sqs = aws(cloud, "sqs")
    sqs.send_message(QueueUrl=url, MessageBody="kept")
    changed = {"Q": resource("SQS::Queue", VisibilityTimeout=60, Tags=[{"Key": "a", "Value": "b"}])}
    assert stacks.update("queue", changed) == "UPDATE_COMPLETE"
    assert stacks.physical("queue")["Q"] == url
    assert sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["VisibilityTimeout"] == "60"
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"a": "b"}
    assert sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"] == "kept"


def test_a_table_changes_in_place_and_keeps_its_items(stacks: Stacks, cloud: LocalCloud) -> None:
    stacks.create("table", {"T": table()})
    name, dynamodb = stacks.physical("table")["T"], aws(cloud, "dynamodb")
    dynamodb.put_item(TableName=name, Item={"pk": {"S": "kept"}})
    assert stacks.update("table", {"T": table(("by-pk",), ttl="expires")}) == "UPDATE_COMPLETE"
    described = dynamodb.describe_table(TableName=name)["Table"]
    assert [index["IndexName"] for index in described["GlobalSecondaryIndexes"]] == ["by-pk"]
    expiry = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert (expiry["TimeToLiveStatus"], expiry["AttributeName"]) == ("ENABLED", "expires")
    assert stacks.update("table", {"T": table()}) == "UPDATE_COMPLETE"
    assert dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]["TimeToLiveStatus"] == "DISABLED"
    assert dynamodb.scan(TableName=name)["Count"] == 1


def test_two_new_indexes_in_one_update_are_refused_as_dynamodb_refuses_them(stacks: Stacks) -> None:
    stacks.create("indexes", {"T": table()})
    assert stacks.update("indexes", {"T": table(("a", "b"))}) == "UPDATE_ROLLBACK_COMPLETE"
    assert "Cannot perform more than one GSI creation or deletion in a single update" in stacks.reasons("indexes")


def test_a_table_with_another_key_is_a_new_table_made_before_the_old_one_goes(
    stacks: Stacks, cloud: LocalCloud
) -> None:
    stacks.create("key", {"T": table()})
    before = stacks.physical("key")["T"]
    assert stacks.update("key", {"T": table(key="id")}) == "UPDATE_COMPLETE"
    assert stacks.physical("key")["T"] != before
    assert before not in aws(cloud, "dynamodb").list_tables()["TableNames"]
    events = stacks.events("key")
    new = events.index(("T", "UPDATE_COMPLETE"))
    cleanup = events.index(("key", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"))
    assert new < cleanup < events.index(("T", "DELETE_COMPLETE")) < events.index(("key", "UPDATE_COMPLETE"))


def test_a_named_resource_cannot_be_replaced_under_its_name(stacks: Stacks) -> None:
    named = table()
    named["Properties"]["TableName"] = "named"
    stacks.create("named", {"T": named})
    renamed = table(key="id")
    renamed["Properties"]["TableName"] = "named"
    assert stacks.update("named", {"T": renamed}) == "UPDATE_ROLLBACK_COMPLETE"
    assert (
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
        "Rename named and update the stack again."
    ) in stacks.reasons("named")


def test_what_refers_to_a_replaced_resource_follows_it(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(name: str) -> Resources:
        parameter = resource("SSM::Parameter", Name="/follows", Type="String", Value=ref("Q"))
        return {"P": parameter, "Q": resource("SQS::Queue", QueueName=name)}

    stacks.create("follows", resources("first"))
    stacks.update("follows", resources("second"))
    assert aws(cloud, "ssm").get_parameter(Name="/follows")["Parameter"]["Value"].endswith("/second")


def test_what_is_no_longer_wanted_goes_last_and_what_is_retained_stays(stacks: Stacks, cloud: LocalCloud) -> None:
    kept = {**resource("SQS::Queue", QueueName="kept"), "DeletionPolicy": "Retain"}
    stacks.create("removal", {"Gone": resource("SQS::Queue", QueueName="gone"), "Kept": kept})
    assert stacks.update("removal", {"New": resource("SQS::Queue", QueueName="new")}) == "UPDATE_COMPLETE"
    names = {url.rsplit("/", 1)[-1] for url in aws(cloud, "sqs").list_queues()["QueueUrls"]}
    assert {"new", "kept"} <= names
    assert "gone" not in names
    events = stacks.events("removal")
    assert events.index(("New", "CREATE_COMPLETE")) < events.index(("Gone", "DELETE_COMPLETE"))
    assert ("Kept", "DELETE_SKIPPED") in events


def policy(action: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    return resource(
        "IAM::Policy",
        PolicyName="own",
        PolicyDocument={"Version": "2012-10-17", "Statement": [statement]},
        Roles=[ref("Role")],
    )


def test_a_policy_of_a_role_changes_in_place(stacks: Stacks, cloud: LocalCloud) -> None:
    stacks.create("policy", {"Role": role(), "P": policy("s3:GetObject")})
    assert stacks.update("policy", {"Role": role(), "P": policy("s3:PutObject")}) == "UPDATE_COMPLETE"
    found = aws(cloud, "iam").get_role_policy(RoleName=stacks.physical("policy")["Role"], PolicyName="own")
    assert found["PolicyDocument"]["Statement"][0]["Action"] == "s3:PutObject"


def versioned(source: str, **more: Any) -> Resources:
    return {
        "Role": role(),
        "F": function("versioned", source, **more),
        "V": resource("Lambda::Version", FunctionName=ref("F")),
        "A": resource("Lambda::Alias", Name="live", FunctionName=ref("F"), FunctionVersion=att("V", "Version")),
    }


def test_new_code_reaches_latest_and_moves_no_traffic(stacks: Stacks, cloud: LocalCloud) -> None:
    stacks.create("traffic", versioned("def handler(e, c): return 'old'"))
    functions = aws(cloud, "lambda")
    functions.update_function_configuration(FunctionName="versioned", Description="for a second version")
    settle_function(cloud)
    functions.publish_version(FunctionName="versioned")
    settle_function(cloud)
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    released = functions.update_alias(FunctionName="versioned", Name="live", RoutingConfig=weights)
    new = versioned("def handler(e, c): return 'new'", Timeout=20)
    assert stacks.update("traffic", new) == "UPDATE_COMPLETE"

    def answer(**qualifier: str) -> bytes:
        return bytes(functions.invoke(FunctionName="versioned", Payload=b"{}", **qualifier)["Payload"].read())

    assert (answer(), answer(Qualifier="live")) == (b'"new"', b'"old"')
    assert functions.get_function_configuration(FunctionName="versioned")["Timeout"] == 20
    assert functions.get_function_configuration(FunctionName="versioned", Qualifier="1")["Timeout"] == 10
    alias = functions.get_alias(FunctionName="versioned", Name="live")
    assert alias["RevisionId"] == released["RevisionId"]
    assert (alias["FunctionVersion"], alias["RoutingConfig"]) == ("1", weights)
    assert [one for one in stacks.events("traffic") if one[1].startswith("UPDATE") and one[0] != "traffic"] == [
        ("F", "UPDATE_IN_PROGRESS"),
        ("F", "UPDATE_COMPLETE"),
    ]


def test_a_changed_version_resource_publishes_after_the_function_changed(stacks: Stacks, cloud: LocalCloud) -> None:
    def resources(source: str, description: str) -> Resources:
        version = resource("Lambda::Version", FunctionName=ref("F"), Description=description)
        return {"Role": role(), "V": version, "F": function("ordered", source)}

    stacks.create("ordered", resources("def handler(e, c): return 'old'", "first"))
    before = stacks.physical("ordered")["V"]
    stacks.update("ordered", resources("def handler(e, c): return 'new'", "second"))
    functions = aws(cloud, "lambda")
    answer = functions.invoke(FunctionName=stacks.physical("ordered")["V"], Payload=b"{}")["Payload"].read()
    assert answer == b'"new"'
    with pytest.raises(ClientError):
        functions.invoke(FunctionName=before, Payload=b"{}")


def test_an_unknown_type_or_property_is_refused_by_whoever_sends_it(stacks: Stacks) -> None:
    with pytest.raises(ClientError, match=r"AWS::ECS::Cluster \(C\)"):
        stacks.create("unknown", {"C": resource("ECS::Cluster")})
    stacks.create("known", {"Q": resource("SQS::Queue")})
    with pytest.raises(ClientError, match=r"KmsMasterKeyId of AWS::SQS::Queue \(Q\)"):
        stacks.update("known", {"Q": resource("SQS::Queue", KmsMasterKeyId="k")})
    with pytest.raises(ClientError, match="KmsMasterKeyId"):
        stacks.change_set("known", "c", {"Q": resource("SQS::Queue", KmsMasterKeyId="k")})


def test_a_request_is_answered_before_the_work_is_done(stacks: Stacks) -> None:
    queues = {f"Q{number}": resource("SQS::Queue") for number in range(30)}
    stacks.api.create_stack(StackName="later", TemplateBody=body(queues, {}))
    stacks.api.get_waiter("stack_create_complete").wait(StackName="later", WaiterConfig={"Delay": 1})
    events = stacks.events("later")
    assert events[0] == ("later", "CREATE_IN_PROGRESS")
    assert events[-1] == ("later", "CREATE_COMPLETE")
    assert events.count(("Q7", "CREATE_IN_PROGRESS")) == 2


def test_rules_of_the_default_bus_hear_each_status_of_a_stack(stacks: Stacks, cloud: LocalCloud) -> None:
    sqs = aws(cloud, "sqs")
    pattern = {"source": ["aws.cloudformation"], "detail": {"status-details": {"status": ["UPDATE_COMPLETE"]}}}
    rule = resource("Events::Rule", EventPattern=pattern, Targets=[{"Id": "queue", "Arn": att("Heard")}])
    heard = {"Heard": resource("SQS::Queue"), "Rule": rule, "Lets": may_send("Heard", "events")}
    stacks.create("listener", heard)
    stacks.create("told", {"Q": resource("SQS::Queue", VisibilityTimeout=30)})
    stacks.update("told", {"Q": resource("SQS::Queue", VisibilityTimeout=60)})
    cloud.settle()
    url = stacks.physical("listener")["Heard"]
    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    event = json.loads(message["Body"])
    stack_id = stacks.described("told")["StackId"]
    assert (event["detail-type"], event["resources"]) == ("CloudFormation Stack Status Change", [stack_id])
    assert event["detail"] == {
        "stack-id": stack_id,
        "status-details": {"status": "UPDATE_COMPLETE", "status-reason": ""},
        "client-request-token": "",
    }
