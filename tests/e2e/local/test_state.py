"""What a local cloud was given is there again after a restart, under the same ids and addresses."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local.cloud import LocalCloud
from infra.local.cloudformation.store import records
from infra.local.state.keeping import State
from serin.domain.errors import Conflict, Corrupt
from tests.e2e.local.kept import kept
from tests.e2e.local.templates import REGION, Record, Resources, att, aws, function, ref, resource, settle_function

TABLE = resource(
    "DynamoDB::Table",
    TableName="catalog",
    BillingMode="PAY_PER_REQUEST",
    AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
)
VERSIONED = resource("S3::Bucket", BucketName="lake", VersioningConfiguration={"Status": "Enabled"})
ECHO = "def handler(event, context): return [context.function_version, event]"


def test_objects_keep_every_version_and_their_bodies(tmp_path: Path) -> None:
    resources = {"Lake": VERSIONED}
    with kept(tmp_path, resources) as cloud:
        s3 = aws(cloud, "s3")
        first = s3.put_object(Bucket="lake", Key="a", Body=b"one", Metadata={"by": "me"})["VersionId"]
        second = s3.put_object(Bucket="lake", Key="a", Body=b"2" * 20_000_000)["VersionId"]
        s3.put_object(Bucket="lake", Key="gone", Body=b"x")
        marker = s3.delete_object(Bucket="lake", Key="gone")["VersionId"]
    with kept(tmp_path, resources) as cloud:
        s3 = aws(cloud, "s3")
        found = s3.get_object(Bucket="lake", Key="a", VersionId=first)
        assert (found["Body"].read(), found["Metadata"]) == (b"one", {"by": "me"})
        assert s3.get_object(Bucket="lake", Key="a")["VersionId"] == second
        assert s3.get_object(Bucket="lake", Key="a")["Body"].read() == b"2" * 20_000_000
        listed = s3.list_object_versions(Bucket="lake")
        assert [one["VersionId"] for one in listed["DeleteMarkers"]] == [marker]
        assert len(listed["Versions"]) == 3
        assert s3.put_object(Bucket="lake", Key="a", Body=b"three")["VersionId"] not in {first, second}


def test_who_looks_at_what_is_held_may_refuse_a_deploy_and_everything_stays(tmp_path: Path) -> None:
    with kept(tmp_path, {"Catalog": TABLE}) as cloud:
        aws(cloud, "dynamodb").put_item(TableName="catalog", Item={"pk": {"S": "a"}})

    def refuse(held: LocalCloud) -> None:
        raise Conflict(f"{aws(held, 'dynamodb').scan(TableName='catalog')['Count']} row is there.", "Keep it.")

    with pytest.raises(Conflict, match="1 row is there"), kept(tmp_path, {"Lake": VERSIONED}, before=refuse):
        pass
    with kept(tmp_path, {"Catalog": TABLE}, before=refuse) as cloud:
        assert aws(cloud, "dynamodb").scan(TableName="catalog")["Count"] == 1
        assert "lake" not in [bucket["Name"] for bucket in aws(cloud, "s3").list_buckets()["Buckets"]]


def facts(cloud: LocalCloud) -> dict[str, Any]:
    """What a client sees of everything the template made, and of what was done by hand."""
    functions, tables = aws(cloud, "lambda"), aws(cloud, "dynamodb")
    alias = functions.get_alias(FunctionName="f", Name="live")
    return {
        "alias": {key: alias[key] for key in ("AliasArn", "FunctionVersion", "RoutingConfig", "RevisionId")},
        "function": functions.get_function_configuration(FunctionName="f", Qualifier="2")["CodeSha256"],
        "concurrency": functions.get_function_concurrency(FunctionName="f")["ReservedConcurrentExecutions"],
        "policy": functions.get_policy(FunctionName="f")["Policy"],
        "items": tables.scan(TableName="catalog")["Items"],
        "table": tables.describe_table(TableName="catalog")["Table"]["TableArn"],
        "parameter": aws(cloud, "ssm").get_parameter(Name="/p")["Parameter"],
        "topics": aws(cloud, "sns").list_topics()["Topics"],
        "rules": aws(cloud, "events").list_rules(EventBusName="serin")["Rules"],
        "alarms": aws(cloud, "cloudwatch").describe_alarms()["MetricAlarms"],
        "metrics": aws(cloud, "cloudwatch").list_metrics(Namespace="own")["Metrics"],
        "roles": [role["RoleId"] for role in aws(cloud, "iam").list_roles()["Roles"]],
        "logs": aws(cloud, "logs").filter_log_events(logGroupName="/aws/lambda/f")["events"],
        "apis": aws(cloud, "apigatewayv2").get_apis()["Items"],
        "stack": aws(cloud, "cloudformation").describe_stacks()["Stacks"],
        "events": aws(cloud, "cloudformation").describe_stack_events(StackName="stack")["StackEvents"],
        "addresses": (cloud.endpoint_url, cloud.api_url),
    }


EVERYTHING: Resources = {
    "F": function("f", ECHO, ReservedConcurrentExecutions=5),
    "One": resource("Lambda::Version", FunctionName=ref("F")),
    "Live": resource("Lambda::Alias", FunctionName=ref("F"), FunctionVersion=att("One", "Version"), Name="live"),
    "Permission": resource(
        "Lambda::Permission", FunctionName=ref("F"), Action="lambda:InvokeFunction", Principal="events.amazonaws.com"
    ),
    "Table": TABLE,
    "Parameter": resource("SSM::Parameter", Name="/p", Type="String", Value="x"),
    "Topic": resource("SNS::Topic", TopicName="t"),
    "Bus": resource("Events::EventBus", Name="serin"),
    "Rule": resource("Events::Rule", EventPattern={"source": ["s"]}, EventBusName=ref("Bus"), Targets=[]),
    "Api": resource("ApiGatewayV2::Api", Name="api", ProtocolType="HTTP"),
}


def by_hand(cloud: LocalCloud) -> None:
    functions = aws(cloud, "lambda")
    functions.update_function_configuration(FunctionName="f", Description="changed")
    settle_function(cloud)
    functions.publish_version(FunctionName="f")
    settle_function(cloud)
    weights = {"AdditionalVersionWeights": {"2": 0.25}}
    functions.update_alias(FunctionName="f", Name="live", FunctionVersion="1", RoutingConfig=weights)
    functions.invoke(FunctionName="f", Payload=b"{}")
    aws(cloud, "dynamodb").put_item(TableName="catalog", Item={"pk": {"S": "a"}, "n": {"N": "1.5"}})
    cloudwatch = aws(cloud, "cloudwatch")
    cloudwatch.put_metric_data(Namespace="own", MetricData=[{"MetricName": "m", "Value": 1.0}])
    cloudwatch.put_metric_alarm(
        AlarmName="a",
        Namespace="own",
        MetricName="m",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=100.0,
        ComparisonOperator="GreaterThanThreshold",
    )


def test_everything_a_client_sees_is_as_it_was(tmp_path: Path) -> None:
    with kept(tmp_path, EVERYTHING) as cloud:
        by_hand(cloud)
        cloud.settle()
        before = facts(cloud)
        assert all(before.values()), [name for name, fact in before.items() if not fact]
    with kept(tmp_path, EVERYTHING) as cloud:
        after = facts(cloud)
        assert after == before
        answer = aws(cloud, "lambda").invoke(FunctionName="f", Qualifier="1", Payload=b"7")
        assert json.loads(answer["Payload"].read()) == ["1", 7]
        known = {event["eventId"] for event in before["logs"]}
        told = aws(cloud, "logs").filter_log_events(logGroupName="/aws/lambda/f")["events"]
        assert len({event["eventId"] for event in told}) == len(told) > len(known)


def test_a_session_of_a_role_is_still_one(tmp_path: Path) -> None:
    resources = {"Table": TABLE}
    with kept(tmp_path, resources) as cloud:
        (role,) = [one for one in aws(cloud, "iam").list_roles()["Roles"] if one["RoleName"].startswith("stack-Role")]
        held = aws(cloud, "sts").assume_role(RoleArn=role["Arn"], RoleSessionName="me")["Credentials"]
    with kept(tmp_path, resources) as cloud:
        session = boto3.client(
            "sts",
            endpoint_url=cloud.endpoint_url,
            region_name=REGION,
            aws_access_key_id=held["AccessKeyId"],
            aws_secret_access_key=held["SecretAccessKey"],
            aws_session_token=held["SessionToken"],
        )
        assert session.get_caller_identity()["Arn"].endswith(f"assumed-role/{role['RoleName']}/me")


def test_messages_stay_and_received_ones_are_visible_again(tmp_path: Path) -> None:
    resources = {"Queue": resource("SQS::Queue", QueueName="q", VisibilityTimeout=600)}
    with kept(tmp_path, resources) as cloud:
        sqs = aws(cloud, "sqs")
        url = sqs.get_queue_url(QueueName="q")["QueueUrl"]
        ids = [sqs.send_message(QueueUrl=url, MessageBody=str(number))["MessageId"] for number in range(2)]
        assert sqs.receive_message(QueueUrl=url)["Messages"][0]["MessageId"] == ids[0]
    with kept(tmp_path, resources) as cloud:
        found = aws(cloud, "sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
        assert [message["MessageId"] for message in found] == ids


def test_a_queue_feeds_its_function_again(tmp_path: Path, record: Record) -> None:
    resources = {
        "F": function("f", record=record),
        "Queue": resource("SQS::Queue", QueueName="q", VisibilityTimeout=600),
        "Mapping": resource("Lambda::EventSourceMapping", FunctionName=ref("F"), EventSourceArn=att("Queue")),
    }
    with kept(tmp_path, resources):
        pass
    with kept(tmp_path, resources) as cloud:
        sqs = aws(cloud, "sqs")
        sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="q")["QueueUrl"], MessageBody="again")
        cloud.settle()
    assert [event["Records"][0]["body"] for event in record.events] == ["again"]


def test_a_changed_template_updates_what_it_changes(tmp_path: Path) -> None:
    queue = {"Queue": resource("SQS::Queue", QueueName="q")}
    with kept(tmp_path, {"Table": TABLE, **queue}) as cloud:
        aws(cloud, "dynamodb").put_item(TableName="catalog", Item={"pk": {"S": "a"}})
        stack = aws(cloud, "cloudformation").describe_stacks()["Stacks"][0]["StackId"]
    more = {"Table": TABLE, "Queue": resource("SQS::Queue", QueueName="q", VisibilityTimeout=77)}
    with kept(tmp_path, more) as cloud:
        (found,) = aws(cloud, "cloudformation").describe_stacks()["Stacks"]
        assert (found["StackId"], found["StackStatus"]) == (stack, "UPDATE_COMPLETE")
        assert aws(cloud, "dynamodb").scan(TableName="catalog")["Count"] == 1
        sqs = aws(cloud, "sqs")
        asked = {"QueueUrl": sqs.get_queue_url(QueueName="q")["QueueUrl"], "AttributeNames": ["VisibilityTimeout"]}
        assert sqs.get_queue_attributes(**asked)["Attributes"] == {"VisibilityTimeout": "77"}


def test_a_state_that_was_wiped_while_it_ran_ends_in_a_sentence(tmp_path: Path) -> None:
    queue = {"Queue": resource("SQS::Queue", QueueName="q")}
    with kept(tmp_path, queue) as cloud:
        records(cloud.region).stacks.clear()
    with pytest.raises(Corrupt, match="has lost the stacks") as caught, kept(tmp_path, queue):
        pass
    assert "empty one" in caught.value.remedy


@pytest.mark.parametrize("gone", ["objects", "code"])
def test_a_folder_of_which_a_part_is_gone_starts_or_ends_in_a_sentence(gone: str, tmp_path: Path) -> None:
    parts = {"Bucket": resource("S3::Bucket", BucketName="lake"), "Function": function("f")}
    with kept(tmp_path, parts) as cloud:
        aws(cloud, "s3").put_object(Bucket="lake", Key="a", Body=b"x")
    shutil.rmtree(tmp_path / "state" / gone)
    with pytest.raises(Corrupt, match="missing") as caught, kept(tmp_path, parts):
        pass
    assert "empty one" in caught.value.remedy


def test_the_clock_goes_on_from_where_it_was_set(tmp_path: Path) -> None:
    queue = {"Queue": resource("SQS::Queue", QueueName="q")}
    in_a_year = datetime.now(UTC) + timedelta(days=365)
    with kept(tmp_path, queue, clock=in_a_year):
        pass
    with kept(tmp_path, queue) as cloud:
        assert in_a_year < cloud.clock.now() < in_a_year + timedelta(minutes=5)
        with pytest.raises(Conflict, match="Another local cloud uses"):
            State(tmp_path / "state")
    with pytest.raises(Conflict, match="was written at"), kept(tmp_path, queue, clock=datetime.now(UTC)):
        pass
