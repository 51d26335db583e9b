"""Each patch of moto is behind the version check and declared with its reason; here is why some are needed.

A test that takes a patch away shows what moto does without it: when it fails after an upgrade, the patch can go.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError

from infra.local import patches
from infra.local.cloud import LocalCloud
from infra.local.patches.registry import PATCHES
from serin.domain.errors import Unavailable
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import Record, att, aws, function, ref, resource


@contextmanager
def without(*titles: str) -> Iterator[None]:
    """moto's own behaviour in these places, for the time of the block."""
    patches.apply()
    taken = [patch for patch in PATCHES if patch.title in titles]
    assert len(taken) == len(titles), f"no such patch among {sorted(patch.title for patch in PATCHES)}"
    for patch in taken:
        patch.revert()
    try:
        yield
    finally:
        for patch in taken:
            patch.apply()


def test_another_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patches, "version", lambda _package: "5.2.6")
    with pytest.raises(Unavailable, match=r"moto 5\.2\.6"):
        patches.apply()


def test_patching_twice_changes_nothing_more() -> None:
    patches.apply()
    before = [vars(patch.owner)[patch.name] for patch in PATCHES]
    patches.apply()
    assert [vars(patch.owner)[patch.name] for patch in PATCHES] == before
    assert len(PATCHES) > 30


def test_every_patch_says_what_moto_does_without_it() -> None:
    patches.apply()
    assert [patch.title for patch in PATCHES if len(patch.reason) < 20] == []


def table(name: str) -> dict[str, Any]:
    return resource(
        "DynamoDB::Table",
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


def put(key: str, **more: Any) -> dict[str, Any]:
    return {"Put": {"TableName": "catalog", "Item": {"pk": {"S": key}}, **more}}


def keys(cloud: LocalCloud) -> list[str]:
    found = aws(cloud, "dynamodb").scan(TableName="catalog")["Items"]
    return sorted(item["pk"]["S"] for item in found)


def test_a_transaction_writes_all_or_nothing_and_says_which_condition_failed(deployed: Deploy) -> None:
    cloud = deployed({"Table": table("catalog")})
    dynamodb = aws(cloud, "dynamodb")
    dynamodb.transact_write_items(TransactItems=[put("a"), put("b")])
    with pytest.raises(ClientError) as refused:
        dynamodb.transact_write_items(
            TransactItems=[put("c"), put("a", ConditionExpression="attribute_not_exists(pk)")]
        )
    reasons = [reason["Code"] for reason in refused.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert keys(cloud) == ["a", "b"]


def test_a_transaction_that_fails_while_writing_is_undone(deployed: Deploy) -> None:
    cloud = deployed({"Table": table("catalog")})
    dynamodb = aws(cloud, "dynamodb")
    dynamodb.put_item(TableName="catalog", Item={"pk": {"S": "a"}, "text": {"S": "x"}})
    update = {
        "TableName": "catalog",
        "Key": {"pk": {"S": "a"}},
        "UpdateExpression": "ADD #text :one",
        "ExpressionAttributeNames": {"#text": "text"},
        "ExpressionAttributeValues": {":one": {"N": "1"}},
    }
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[put("b"), {"Update": update}])
    assert keys(cloud) == ["a"]


def race(cloud: LocalCloud, rounds: int) -> int:
    """How often two writers both believe they were first."""
    clients = [aws(cloud, "dynamodb") for _ in range(4)]
    firsts: list[str] = []

    def claim(own: Any) -> None:
        for number in range(rounds):
            try:
                own.transact_write_items(
                    TransactItems=[put(f"m{number}", ConditionExpression="attribute_not_exists(pk)")]
                )
                firsts.append(f"m{number}")
            except own.exceptions.TransactionCanceledException:
                continue

    writers = [threading.Thread(target=claim, args=(own,)) for own in clients]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    return len(firsts) - len(set(firsts))


def test_of_many_writers_of_one_marker_exactly_one_is_first(deployed: Deploy) -> None:
    cloud = deployed({"Table": table("catalog")})
    assert race(cloud, rounds=30) == 0
    assert len(keys(cloud)) == 30


def test_plain_moto_puts_back_the_writes_of_others_when_a_transaction_fails(deployed: Deploy) -> None:
    """moto restores a copy of the whole table, which is what `transact_write_items` is patched for."""
    cloud = deployed({"Table": table("catalog")})
    dynamodb = aws(cloud, "dynamodb")
    dynamodb.transact_write_items(TransactItems=[put("a")])
    from moto.dynamodb.models import dynamodb_backends

    backend = dynamodb_backends["123456789012"]["us-east-1"]
    before = backend.tables["catalog"]
    with without("moto.dynamodb.models.DynamoDBBackend.transact_write_items"), pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[put("a", ConditionExpression="attribute_not_exists(pk)")])
    assert backend.tables["catalog"] is not before
    now = backend.tables["catalog"]
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=[put("a", ConditionExpression="attribute_not_exists(pk)")])
    assert backend.tables["catalog"] is now


def test_plain_moto_runs_latest_whatever_the_qualifier(deployed: Deploy, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = deployed({"F": function("f", "def handler(e, c): return c.function_version")})
    functions = aws(cloud, "lambda")
    functions.publish_version(FunctionName="f")
    asked: list[Any] = []
    from moto.awslambda.models import LambdaBackend

    def noted(_backend: LambdaBackend, _name: str, qualifier: str | None, *_more: Any) -> bytes:
        asked.append(qualifier)
        return b"{}"

    monkeypatch.setattr(LambdaBackend, "invoke", noted)
    with without("moto.awslambda.responses.LambdaResponse.invoke"):
        functions.invoke(FunctionName="f", Qualifier="1")
    assert asked == [None]
    assert functions.invoke(FunctionName="f", Qualifier="1")["Payload"].read() == b'"1"'


def test_plain_moto_lets_every_line_through_a_json_pattern(deployed: Deploy) -> None:
    deployed({"Log": resource("Logs::LogGroup", LogGroupName="/a")})
    from moto.logs.utils import EventMessageFilter

    pattern = "{ $.prediction_id = * }"
    assert not EventMessageFilter(pattern).matches("no JSON")
    with without("moto.logs.utils.EventMessageFilter.__init__"):
        assert EventMessageFilter(pattern).matches("no JSON")


def test_plain_moto_gives_an_alias_one_revision_for_ever(deployed: Deploy) -> None:
    resources = {
        "F": function("f"),
        "V": resource("Lambda::Version", FunctionName=ref("F")),
        "A": resource("Lambda::Alias", FunctionName=ref("F"), FunctionVersion=att("V", "Version"), Name="live"),
    }
    functions = aws(deployed(resources), "lambda")

    def moved() -> str:
        return str(functions.update_alias(FunctionName="f", Name="live", FunctionVersion="1")["RevisionId"])

    assert moved() != moved()
    with without("moto.awslambda.models.LambdaAlias.update"):
        assert moved() == moved()


def test_plain_moto_counts_a_functions_errors_once_for_every_dimension(deployed: Deploy) -> None:
    cloud = deployed({"F": function("f")})
    cloudwatch = aws(cloud, "cloudwatch")
    own = {"Name": "FunctionName", "Value": "f"}
    for dimensions in ([own], [own, {"Name": "Resource", "Value": "f:live"}]):
        datum = {"MetricName": "Errors", "Dimensions": dimensions, "Value": 1.0}
        cloudwatch.put_metric_data(Namespace="AWS/Lambda", MetricData=[datum])

    def total() -> float:
        asked = {"StartTime": "2000-01-01", "EndTime": "2100-01-01", "Period": 3600, "Statistics": ["Sum"]}
        found = cloudwatch.get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="Errors",
            Dimensions=[own],
            **asked,
        )
        return float(sum(point["Sum"] for point in found["Datapoints"]))

    assert total() == 1.0
    with without("moto.cloudwatch.models.CloudWatchBackend.get_metric_statistics"):
        assert total() == 2.0


def test_plain_moto_cannot_deliver_to_a_function(deployed: Deploy, record: Record) -> None:
    rule = resource(
        "Events::Rule", EventPattern={"source": ["s"]}, State="ENABLED", Targets=[{"Id": "f", "Arn": att("F")}]
    )
    cloud = deployed({"F": function("f", record=record), "Rule": rule})
    entry = {"Source": "s", "DetailType": "d", "Detail": json.dumps({})}
    from moto.events.models import events_backends

    with without("moto.events.models.Rule.send_to_targets"), pytest.raises(NotImplementedError):
        events_backends["123456789012"]["us-east-1"].put_events([dict(entry)])
    aws(cloud, "events").put_events(Entries=[entry])
    cloud.settle()
    assert len(record.events) == 1


def test_plain_moto_refuses_every_object_of_a_bucket_that_only_denies_plain_http(deployed: Deploy) -> None:
    deny = {
        "Effect": "Deny",
        "Action": "s3:*",
        "Principal": {"AWS": "*"},
        "Resource": ["arn:aws:s3:::lake", "arn:aws:s3:::lake/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    document = {"Version": "2012-10-17", "Statement": [deny]}
    resources = {
        "Bucket": resource("S3::Bucket", BucketName="lake"),
        "Policy": resource("S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=document),
    }
    s3 = aws(deployed(resources), "s3")
    with without("moto.s3.models.FakeBucket.get_permission"), pytest.raises(ClientError):
        s3.put_object(Bucket="lake", Key="a", Body=b"")
    s3.put_object(Bucket="lake", Key="a", Body=b"")


def test_plain_moto_skips_a_type_it_does_not_know(deployed: Deploy) -> None:
    cloud = deployed({"Q": resource("SQS::Queue", QueueName="q")})
    body = json.dumps({"Resources": {"C": resource("ECS::Nothing"), "Q": resource("SQS::Queue")}})
    from moto.cloudformation.models import cloudformation_backends

    skipped = cloudformation_backends["123456789012"]["us-east-1"].create_stack("plain", body, {})
    assert skipped.status == "CREATE_COMPLETE"
    with pytest.raises(ClientError, match=r"AWS::ECS::Nothing \(C\)"):
        aws(cloud, "cloudformation").create_stack(StackName="ours", TemplateBody=body)
