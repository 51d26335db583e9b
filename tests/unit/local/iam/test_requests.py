"""Every request is made by boto3 and read as the endpoint reads it."""

from __future__ import annotations

import io
from typing import Any

import pytest

from infra.local.iam.errors import Unreadable
from infra.local.iam.requests.models import model_of
from infra.local.iam.requests.permissions import permissions_of
from infra.local.iam.requests.reading import read, signature_of
from infra.local.services.all import every_service
from tests.unit.local.iam.sending import sent

HERE = "us-east-1:123456789012"
FUNCTION = f"lambda arn:aws:lambda:{HERE}:function:f"
LAYER = f"arn:aws:lambda:{HERE}:layer:m:3"
ROLE = "arn:aws:iam::123456789012:role/r"
MACHINE = f"arn:aws:states:{HERE}:stateMachine:m"
TABLE = f"arn:aws:dynamodb:{HERE}:table/t"
KEY = {"pk": {"S": "a"}}


def asked(service: str, operation: str, **given: Any) -> list[str] | None:
    environ = sent(service, operation, **given)
    signature = signature_of(environ)
    assert signature is not None
    assert (signature.access_key_id, signature.token) == ("ASIAROLE", "token")
    request = read(signature, "123456789012", environ)
    needed = None if request is None else permissions_of(request, every_service())
    return None if needed is None else [f"{one.action} {one.resource}" for one in needed]


@pytest.mark.parametrize(
    ("service", "operation", "given", "needed"),
    [
        ("dynamodb", "get_item", {"TableName": "t", "Key": KEY}, [f"dynamodb:GetItem {TABLE}"]),
        ("dynamodb", "query", {"TableName": "t", "IndexName": "idx"}, [f"dynamodb:Query {TABLE}/index/idx"]),
        ("dynamodb", "scan", {"TableName": TABLE}, [f"dynamodb:Scan {TABLE}"]),
        ("dynamodb", "batch_get_item", {"RequestItems": {"t": {"Keys": [KEY]}}}, [f"dynamodb:BatchGetItem {TABLE}"]),
        (
            "dynamodb",
            "transact_write_items",
            {
                "TransactItems": [
                    {"Put": {"TableName": "t", "Item": KEY}},
                    {"ConditionCheck": {"TableName": "u", "Key": KEY, "ConditionExpression": "a = b"}},
                    {"Put": {"TableName": "t", "Item": KEY}},
                ]
            },
            [f"dynamodb:ConditionCheckItem {TABLE[:-1]}u", f"dynamodb:PutItem {TABLE}"],
        ),
        ("s3", "get_object", {"Bucket": "b", "Key": "a/ü b"}, ["s3:GetObject arn:aws:s3:::b/a/ü b"]),
        ("s3", "get_object", {"Bucket": "b", "Key": "a", "VersionId": "v"}, ["s3:GetObjectVersion arn:aws:s3:::b/a"]),
        ("s3", "head_object", {"Bucket": "b", "Key": "a"}, ["s3:GetObject arn:aws:s3:::b/a"]),
        ("s3", "put_object", {"Bucket": "b", "Key": "a", "Body": b"x"}, ["s3:PutObject arn:aws:s3:::b/a"]),
        (
            "s3",
            "put_object",
            {"Bucket": "b", "Key": "a", "Tagging": "x=y"},
            ["s3:PutObject arn:aws:s3:::b/a", "s3:PutObjectTagging arn:aws:s3:::b/a"],
        ),
        (
            "s3",
            "copy_object",
            {"Bucket": "b", "Key": "a", "CopySource": {"Bucket": "c", "Key": "d e", "VersionId": "v"}},
            ["s3:GetObjectVersion arn:aws:s3:::c/d e", "s3:PutObject arn:aws:s3:::b/a"],
        ),
        ("s3", "list_objects_v2", {"Bucket": "b", "Prefix": "a/"}, ["s3:ListBucket arn:aws:s3:::b"]),
        (
            "s3",
            "delete_objects",
            {"Bucket": "b", "Delete": {"Objects": [{"Key": "a"}, {"Key": "c", "VersionId": "v"}]}},
            ["s3:DeleteObject arn:aws:s3:::b/a", "s3:DeleteObjectVersion arn:aws:s3:::b/c"],
        ),
        ("s3", "create_multipart_upload", {"Bucket": "b", "Key": "a"}, ["s3:PutObject arn:aws:s3:::b/a"]),
        (
            "s3",
            "abort_multipart_upload",
            {"Bucket": "b", "Key": "a", "UploadId": "u"},
            ["s3:AbortMultipartUpload arn:aws:s3:::b/a"],
        ),
        ("lambda", "invoke", {"FunctionName": "f"}, [f"lambda:InvokeFunction {FUNCTION[7:]}"]),
        ("lambda", "invoke", {"FunctionName": "f:live"}, [f"lambda:InvokeFunction {FUNCTION[7:]}:live"]),
        (
            "lambda",
            "invoke",
            {"FunctionName": FUNCTION[7:], "Qualifier": "2", "Payload": b"[1]"},
            [f"lambda:InvokeFunction {FUNCTION[7:]}:2"],
        ),
        (
            "lambda",
            "update_function_configuration",
            {"FunctionName": "f", "Layers": [LAYER], "Role": ROLE},
            [
                f"lambda:UpdateFunctionConfiguration {FUNCTION[7:]}",
                f"lambda:GetLayerVersion {LAYER}",
                f"iam:PassRole {ROLE}",
            ],
        ),
        (
            "lambda",
            "publish_layer_version",
            {"LayerName": "m", "Content": {"S3Bucket": "bkt", "S3Key": "k"}},
            [f"lambda:PublishLayerVersion {LAYER[:-2]}", "s3:GetObject arn:aws:s3:::bkt/k"],
        ),
        ("lambda", "get_layer_version", {"LayerName": "m", "VersionNumber": 3}, [f"lambda:GetLayerVersion {LAYER}"]),
        (
            "lambda",
            "update_alias",
            {"FunctionName": "f", "Name": "live", "FunctionVersion": "1"},
            [f"lambda:UpdateAlias {FUNCTION[7:]}"],
        ),
        (
            "sqs",
            "send_message_batch",
            {"QueueUrl": "http://127.0.0.1:1/123456789012/q", "Entries": []},
            [f"sqs:SendMessage arn:aws:sqs:{HERE}:q"],
        ),
        (
            "sns",
            "publish",
            {"TopicArn": f"arn:aws:sns:{HERE}:t", "Message": "m"},
            [f"sns:Publish arn:aws:sns:{HERE}:t"],
        ),
        (
            "events",
            "put_events",
            {"Entries": [{"EventBusName": "serin"}, {"Source": "s"}]},
            [f"events:PutEvents arn:aws:events:{HERE}:event-bus/{bus}" for bus in ("serin", "default")],
        ),
        (
            "events",
            "put_targets",
            {"Rule": "r", "EventBusName": "b", "Targets": [{"Id": "1", "Arn": MACHINE, "RoleArn": ROLE}]},
            [f"events:PutTargets arn:aws:events:{HERE}:rule/b/r", f"iam:PassRole {ROLE}"],
        ),
        ("stepfunctions", "start_execution", {"stateMachineArn": MACHINE}, [f"states:StartExecution {MACHINE}"]),
        ("ssm", "get_parameter", {"Name": "/a/b:3"}, [f"ssm:GetParameter arn:aws:ssm:{HERE}:parameter/a/b"]),
        (
            "logs",
            "put_log_events",
            {"logGroupName": "/g", "logStreamName": "s", "logEvents": [{"timestamp": 1, "message": "m"}]},
            [f"logs:PutLogEvents arn:aws:logs:{HERE}:log-group:/g:log-stream:s"],
        ),
        ("cloudwatch", "put_metric_data", {"Namespace": "n", "MetricData": []}, ["cloudwatch:PutMetricData *"]),
        ("sts", "get_caller_identity", {}, []),
        ("sts", "assume_role", {"RoleArn": ROLE, "RoleSessionName": "s"}, [f"sts:AssumeRole {ROLE}"]),
        ("iam", "create_role", {"RoleName": "r", "AssumeRolePolicyDocument": "{}"}, None),
        ("dynamodb", "execute_statement", {"Statement": "SELECT * FROM t"}, None),
    ],
)
def test_what_a_request_needs(service: str, operation: str, given: dict[str, Any], needed: list[str] | None) -> None:
    assert asked(service, operation, **given) == needed


def test_the_body_stays_for_the_service() -> None:
    environ = sent("dynamodb", "get_item", TableName="t", Key=KEY)
    signature = signature_of(environ)
    assert signature is not None
    read(signature, "123456789012", environ)
    assert b'"TableName"' in environ["wsgi.input"].read()


def test_a_body_that_is_no_json_is_refused() -> None:
    environ = {**sent("dynamodb", "get_item", TableName="t", Key=KEY), "wsgi.input": io.BytesIO(b"{" * 50)}
    signature = signature_of(environ)
    assert signature is not None
    with pytest.raises(Unreadable, match="no JSON"):
        read(signature, "123456789012", environ)


@pytest.mark.parametrize("address", ["/lake/k?x-id=a#&tagging", "http://127.0.0.1:1/lake/k?tagging"])
def test_an_address_that_can_be_split_in_two_ways_is_refused(address: str) -> None:
    environ = sent("s3", "get_object_tagging", Bucket="lake", Key="k")
    signature = signature_of(environ)
    assert signature is not None
    environ |= {"RAW_URI": address, "QUERY_STRING": address.partition("?")[2]}
    with pytest.raises(Unreadable, match="Send a path"):
        read(signature, "123456789012", environ)


def test_the_model_of_every_service_that_asks_for_permissions_is_known() -> None:
    assert [
        one.name for one in every_service() if one.permissions and model_of(one.signed_as or one.name) is None
    ] == []


def test_a_presigned_url_of_the_query_protocol_is_read_from_its_query() -> None:
    environ = sent("sts", "get_caller_identity")
    signature = signature_of(environ)
    assert signature is not None
    query = "Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Expires=60"
    nothing = {"wsgi.input": io.BytesIO(), "CONTENT_LENGTH": "0"}
    environ |= {"REQUEST_METHOD": "GET", "QUERY_STRING": query, "RAW_URI": f"/?{query}", **nothing}
    request = read(signature, "123456789012", environ)
    assert request is not None
    assert (request.operation, request.params) == ("GetCallerIdentity", {})
    assert environ["QUERY_STRING"] == "Action=GetCallerIdentity&Version=2011-06-15"
