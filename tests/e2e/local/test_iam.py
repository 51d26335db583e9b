"""What a role's session asks of AWS's endpoint is allowed or denied as AWS does it, word for word."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from infra.local.wiring import wiring
from serin.domain.errors import SerinError
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.templates import Resources, allow, att, aws, document, function, ref, resource, role

HERE = "us-east-1:123456789012"
TABLE = f"arn:aws:dynamodb:{HERE}:table/catalog"
READS = allow("dynamodb:GetItem", on=TABLE)
KEY = {"pk": {"S": "a"}}


def table() -> dict[str, Any]:
    return resource(
        "DynamoDB::Table",
        TableName="catalog",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )


def stack(*statements: dict[str, Any]) -> Resources:
    """One of each service, and the role `reader`."""
    named = {**role(*(statements or (READS,)), trusts=("lambda", "states"))}
    named["Properties"] = {**named["Properties"], "RoleName": "reader"}
    return {
        "Role": named,
        "Table": table(),
        "Bucket": resource("S3::Bucket", BucketName="lake"),
        "Queue": resource("SQS::Queue", QueueName="q"),
        "Topic": resource("SNS::Topic", TopicName="t"),
        "Parameter": resource("SSM::Parameter", Name="/a", Type="String", Value="1"),
        "Function": function("f"),
    }


def session(cloud: LocalCloud, service: str, name: str = "reader") -> Any:
    """A client with a session of a role."""
    assumed = aws(cloud, "sts").assume_role(RoleArn=f"arn:aws:iam::123456789012:role/{name}", RoleSessionName="tests")
    held = assumed["Credentials"]
    keys = {
        "aws_access_key_id": held["AccessKeyId"],
        "aws_secret_access_key": held["SecretAccessKey"],
        "aws_session_token": held["SessionToken"],
    }
    return boto3.client(service, **{**cloud.client, **keys})  # type: ignore[call-overload]


def refused(call: Any, **given: Any) -> tuple[int, str, str]:
    """Status, code and message."""
    with pytest.raises(ClientError) as caught:
        call(**given)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"]["Message"]


def because(action: str, resource_arn: str | None, named: str | None = None) -> str:
    """The message of a service for a session of `reader`."""
    on = "" if resource_arn is None else f" on resource: {resource_arn}"
    who = "User: arn:aws:sts::123456789012:assumed-role/reader/tests is not authorized to perform: "
    return f"{who}{named or action}{on} because no identity-based policy allows the {named or action} action"


def test_each_service_refuses_in_its_own_form(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack())
    url = aws(cloud, "sqs").get_queue_url(QueueName="q")["QueueUrl"]
    topic = f"arn:aws:sns:{HERE}:t"
    machine = f"arn:aws:states:{HERE}:stateMachine:m"
    put = session(cloud, "dynamodb").put_item
    assert refused(put, TableName="catalog", Item=KEY) == (
        400,
        "AccessDeniedException",
        because("dynamodb:PutItem", TABLE),
    )
    assert refused(session(cloud, "s3").put_object, Bucket="lake", Key="a", Body=b"") == (
        403,
        "AccessDenied",
        because("s3:PutObject", '"arn:aws:s3:::lake/a"'),
    )
    assert refused(session(cloud, "s3").head_object, Bucket="lake", Key="a")[:2] == (403, "403")
    assert refused(session(cloud, "sqs").send_message, QueueUrl=url, MessageBody="m") == (
        403,
        "AccessDenied",
        because("sqs:SendMessage", f"arn:aws:sqs:{HERE}:q", "sqs:sendmessage"),
    )
    message = because("sns:Publish", topic, "SNS:Publish")
    assert refused(session(cloud, "sns").publish, TopicArn=topic, Message="m") == (403, "AuthorizationError", message)
    assert refused(session(cloud, "lambda").invoke, FunctionName="f", Qualifier="live") == (
        403,
        "AccessDeniedException",
        because("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:f:live"),
    )
    assert refused(session(cloud, "ssm").get_parameter, Name="/a") == (
        400,
        "AccessDeniedException",
        because("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/a"),
    )
    assert refused(session(cloud, "events").put_events, Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])[
        :2
    ] == (400, "AccessDeniedException")
    assert refused(session(cloud, "stepfunctions").start_execution, stateMachineArn=machine)[:2] == (
        400,
        "AccessDeniedException",
    )
    assert refused(session(cloud, "cloudwatch").put_metric_data, Namespace="n", MetricData=[{"MetricName": "m"}]) == (
        403,
        "AccessDenied",
        because("cloudwatch:PutMetricData", None),
    )
    assert refused(session(cloud, "cloudformation").describe_stacks, StackName="stack")[:2] == (403, "AccessDenied")


def test_what_is_granted_is_allowed_and_remembered(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack())
    reader = session(cloud, "dynamodb")
    for _ in range(3):
        assert "Item" not in reader.get_item(TableName="catalog", Key=KEY)
    refused(reader.delete_item, TableName="catalog", Key=KEY)
    assert session(cloud, "sts").get_caller_identity()["Arn"].endswith("assumed-role/reader/tests")
    found = [one for one in wiring().guard.decisions if one.who.endswith(":role/reader")]
    assert [(one.action, one.resource, one.allowed, one.statement, one.times) for one in found] == [
        ("dynamodb:GetItem", TABLE, True, "reader/own/0", 3),
        ("dynamodb:DeleteItem", TABLE, False, None, 1),
    ]


def test_each_part_of_a_transaction_is_asked_for(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack(allow("dynamodb:PutItem", "dynamodb:TransactWriteItems", on=TABLE)))
    writer = session(cloud, "dynamodb")
    put = {"Put": {"TableName": "catalog", "Item": KEY}}
    check = {"ConditionCheck": {"TableName": "catalog", "Key": {"pk": {"S": "b"}}}}
    check["ConditionCheck"] |= {"ConditionExpression": "attribute_not_exists(pk)"}
    writer.transact_write_items(TransactItems=[put])
    assert refused(writer.transact_write_items, TransactItems=[put, check])[2] == because(
        "dynamodb:ConditionCheckItem", TABLE
    )


def test_only_who_may_list_a_bucket_is_told_what_is_missing(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack(allow("s3:GetObject", on="arn:aws:s3:::*/*")))
    aws(cloud, "s3").put_object(Bucket="lake", Key="there", Body=b"x")
    reader = session(cloud, "s3")
    assert reader.get_object(Bucket="lake", Key="there")["Body"].read() == b"x"
    hidden = because("s3:ListBucket", '"arn:aws:s3:::lake"')
    assert refused(reader.get_object, Bucket="lake", Key="missing") == (403, "AccessDenied", hidden)
    assert refused(reader.head_object, Bucket="lake", Key="missing")[0] == 403
    assert refused(reader.get_object, Bucket="elsewhere", Key="a")[1] == "NoSuchBucket"
    listing = document(allow("s3:ListBucket", on="arn:aws:s3:::lake"))
    aws(cloud, "iam").put_role_policy(RoleName="reader", PolicyName="lists", PolicyDocument=json.dumps(listing))
    assert refused(reader.get_object, Bucket="lake", Key="missing")[1] == "NoSuchKey"


def test_a_buckets_own_policy_allows_and_denies(deployed_as_written: Deploy) -> None:
    reads = allow("s3:GetObject", on="arn:aws:s3:::lake/open/*", Principal={"AWS": att("Role")})
    closed = {**allow("s3:*", on="arn:aws:s3:::lake/closed/*", Principal={"AWS": "*"}), "Effect": "Deny"}
    policy = resource("S3::BucketPolicy", Bucket=ref("Bucket"), PolicyDocument=document(reads, closed))
    cloud = deployed_as_written({**stack(), "Policy": policy})
    owner, reader = aws(cloud, "s3"), session(cloud, "s3")
    owner.put_object(Bucket="lake", Key="open/a", Body=b"x")
    assert reader.get_object(Bucket="lake", Key="open/a")["Body"].read() == b"x"
    assert refused(owner.put_object, Bucket="lake", Key="closed/a", Body=b"")[1] == "AccessDenied"


def test_a_condition_on_a_listing_is_evaluated(deployed_as_written: Deploy) -> None:
    condition = {"StringLike": {"s3:prefix": "datasets/*"}}
    cloud = deployed_as_written(stack(allow("s3:ListBucket", on="arn:aws:s3:::lake", Condition=condition)))
    lister = session(cloud, "s3")
    assert lister.list_objects_v2(Bucket="lake", Prefix="datasets/flights")["KeyCount"] == 0
    assert refused(lister.list_objects_v2, Bucket="lake")[1] == "AccessDenied"


def test_a_layer_and_a_role_that_are_handed_over_need_their_own_permission(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack(allow("lambda:UpdateFunctionConfiguration")))
    layer = f"arn:aws:lambda:{HERE}:layer:m:1"
    update = session(cloud, "lambda").update_function_configuration
    assert refused(update, FunctionName="f", Layers=[layer])[2] == because("lambda:GetLayerVersion", layer)
    role_arn = "arn:aws:iam::123456789012:role/reader"
    assert refused(update, FunctionName="f", Role=role_arn)[2] == because("iam:PassRole", role_arn)


def test_an_operation_nobody_mapped_is_denied_by_name(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack(allow("*")))
    status, code, message = refused(session(cloud, "iam").list_roles)
    assert (status, code) == (403, "AccessDenied")
    assert "iam:ListRoles because the local cloud does not know its permissions" in message


def test_a_session_nobody_was_given_is_refused(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack())
    stranger = {**cloud.client, "aws_access_key_id": "ASIAXXXXXXXXXXXXXXXX"}
    call = boto3.client("dynamodb", **stranger).list_tables  # type: ignore[call-overload]
    assert refused(call)[:2] == (400, "UnrecognizedClientException")
    objects = boto3.client("s3", **stranger).list_buckets  # type: ignore[call-overload]
    assert refused(objects)[:2] == (403, "InvalidAccessKeyId")


def test_a_sessions_key_is_nothing_without_its_own_token(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack())
    assumed = aws(cloud, "sts").assume_role(RoleArn="arn:aws:iam::123456789012:role/reader", RoleSessionName="tests")
    held = {"aws_access_key_id": assumed["Credentials"]["AccessKeyId"], "aws_secret_access_key": "guessed"}
    for token in ("another", None):
        stranger = {**cloud.client, **held, "aws_session_token": token}
        call = boto3.client("dynamodb", **stranger).list_tables  # type: ignore[call-overload]
        assert refused(call)[:2] == (400, "UnrecognizedClientException")


def test_a_bootstrap_role_is_the_administrators(deployed_as_written: Deploy) -> None:
    cloud = deployed_as_written(stack())
    name = f"cdk-hnb659fds-deploy-role-{HERE.partition(':')[2]}-us-east-1"
    assert session(cloud, "iam", name).list_roles()["Roles"]


def test_a_condition_nobody_can_evaluate_stops_the_deploy_by_name(deployed_as_written: Deploy) -> None:
    unknown = allow("s3:*", Condition={"StringEquals": {"aws:PrincipalOrgID": "o-1"}})
    with pytest.raises(SerinError, match="condition key aws:principalorgid"):
        deployed_as_written(stack(unknown))
