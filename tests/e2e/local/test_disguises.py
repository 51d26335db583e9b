"""What the guard judges is what is done: no request tells the guard one thing and the service another."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials
from moto.core.responses import BaseResponse
from moto.s3.responses import S3Response

from infra.local.cloud import LocalCloud
from infra.local.iam.requests import reading
from infra.local.moto_patches import direct
from tests.e2e.identities import ACCOUNT, session
from tests.e2e.local.clock.april import running
from tests.e2e.local.disguises import MULTIPART, PREFIXES, Sent, answer, form, parts, target
from tests.e2e.local.templates import allow, aws, resource

HERE = "us-east-1:123456789012"
VICTIM = f"{ACCOUNT}:role/victim"
KEY = {"pk": {"S": "theirs"}}
ITEM = {"pk": {"S": "mine"}}


def table(name: str) -> dict[str, Any]:
    keys = {"AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
    schema = {"KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}]}
    return resource("DynamoDB::Table", TableName=name, BillingMode="PAY_PER_REQUEST", **keys, **schema)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    resources = {
        "Mine": table("mine"),
        "Theirs": table("theirs"),
        "Lake": resource("S3::Bucket", BucketName="lake"),
        "Queue": resource("SQS::Queue", QueueName="queue"),
        "Other": resource("SQS::Queue", QueueName="other"),
        "Topic": resource("SNS::Topic", TopicName="mine"),
    }
    with running(Path(tmp_path_factory.mktemp("cloud")), resources) as made:
        session(made, "victim", allow("*", on="*"))
        aws(made, "dynamodb").put_item(TableName="theirs", Item=KEY)
        aws(made, "s3").put_object(Bucket="lake", Key="theirs", Body=b"x")
        aws(made, "sqs").send_message(QueueUrl=url(made, "other"), MessageBody="secret")
        yield made


@pytest.fixture(scope="module")
def attacker(cloud: LocalCloud) -> Credentials:
    """May use what is its own, and nothing of others."""
    keys = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["mine"]}, "Null": {"dynamodb:LeadingKeys": "false"}}
    return session(
        cloud,
        "attacker",
        allow("dynamodb:*", on=f"arn:aws:dynamodb:{HERE}:table/mine"),
        {**allow("dynamodb:GetItem", on=f"arn:aws:dynamodb:{HERE}:table/theirs"), "Condition": keys},
        allow("sqs:*", on=f"arn:aws:sqs:{HERE}:queue"),
        allow("events:PutEvents", on="*"),
        allow("s3:*", on=["arn:aws:s3:::lake;mine", "arn:aws:s3:::/lake"]),
    )


def url(cloud: LocalCloud, queue: str) -> str:
    return f"{cloud.endpoint_url}/123456789012/{queue}"


GET = target("dynamodb", "GetItem", TableName="mine", Key=ITEM)
HIDDEN = target("dynamodb", "GetItem", TableName="mine", Key={"pk": {"S": "&Action=Scan&"}})
ASSUME = (("Action", "AssumeRole"), ("RoleArn", VICTIM), ("RoleSessionName", "s"))
IDENTITY = ("Action", "GetCallerIdentity")
DELETE = b'<Delete xmlns="a"><Object xmlns=""><Key>theirs</Key></Object></Delete>'
ATTACKS = {
    "sts, action in the URL": form("sts", *ASSUME, path="/?Action=GetCallerIdentity"),
    "sts, action twice": form("sts", *ASSUME, IDENTITY),
    "sts, multipart": Sent("sts", parts(*ASSUME), path="/?Action=GetCallerIdentity").but(Content_Type=MULTIPART),
    "dynamodb, batch in the URL": target(
        "dynamodb",
        "PutItem",
        TableName="mine",
        Item=ITEM,
        RequestItems={"theirs": [{"PutRequest": {"Item": {"pk": {"S": "planted"}}}}]},
    ).but("/?Action=BatchWriteItem"),
    "dynamodb, delete in the URL": GET.but("/?Action=DeleteItem"),
    "dynamodb, form in a string": target(
        "dynamodb",
        "PutItem",
        TableName="mine",
        Item={"pk": {"S": "mine"}, "text": {"S": "&Action=BatchWriteItem&"}},
        RequestItems={"theirs": [{"PutRequest": {"Item": {"pk": {"S": "planted"}}}}]},
    ),
    "dynamodb, item beside key": target("dynamodb", "GetItem", TableName="theirs", Item=ITEM, Key=KEY),
    "dynamodb, target of another": GET.but(X_Amz_Target="Foo.Scan.PutItem"),
    "dynamodb, table twice": GET.but(body=GET.body[:-1] + b', "TableName": "mine"}'),
    "events, rule in the URL": target("events", "PutEvents", Name="r", Entries=[{"Source": "s"}]).but(
        "/?Action=DisableRule"
    ),
    "events, source is a list": target(
        "events", "PutEvents", Entries=[{"Source": ["a"], "DetailType": "d", "Detail": "{}"}]
    ),
    "s3, object of another namespace": Sent("s3", DELETE, path="/lake?delete="),
    "s3, prefixes": Sent(
        "s3", b'<a:Delete xmlns:a="a"><a:Object><a:Key>theirs</a:Key></a:Object></a:Delete>', path="/lake?delete="
    ),
    "s3, parameters of a path": Sent("s3", method="GET", path="/lake;mine"),
    "s3, slashes": Sent("s3", method="GET", path="//lake"),
    "s3, nothing to delete": Sent("s3", b"<Delete/>", path="/lake?delete="),
}


def of_queues(cloud: LocalCloud) -> dict[str, Sent]:
    mine, other = url(cloud, "queue"), url(cloud, "other")
    receive = ("Action", "ReceiveMessage")
    return {
        "name beside URL": target("sqs", "ReceiveMessage", QueueName="queue", QueueUrl=other),
        "URL twice": form("sqs", receive, ("QueueUrl", other), ("QueueUrl", mine)),
        "path of another": target("sqs", "ReceiveMessage", QueueUrl=mine).but("/123456789012/other"),
        "URL in body and query": form("sqs", receive, ("QueueUrl", mine), path=f"/?QueueUrl={other}"),
        "multipart": Sent("sqs", parts(receive, ("QueueUrl", other)), path=f"/?{'QueueUrl=' + mine}").but(
            Content_Type=MULTIPART
        ),
        "action in the URL": target("sqs", "GetQueueUrl", QueueName="queue", QueueUrl=other).but(
            "/?Action=ReceiveMessage"
        ),
    }


@pytest.mark.parametrize("name", ATTACKS)
def test_disguises_that_once_worked_are_refused(cloud: LocalCloud, attacker: Credentials, name: str) -> None:
    answered = answer(cloud, attacker, ATTACKS[name])
    assert answered.status_code in {400, 403}, answered.text
    assert "Traceback" not in answered.text
    assert "Item" in aws(cloud, "dynamodb").get_item(TableName="theirs", Key=KEY)
    assert aws(cloud, "dynamodb").scan(TableName="theirs")["Count"] == 1
    assert aws(cloud, "s3").list_objects_v2(Bucket="lake")["KeyCount"] == 1


def test_disguises_of_queues_are_refused(cloud: LocalCloud, attacker: Credentials) -> None:
    for name, sent in of_queues(cloud).items():
        answered = answer(cloud, attacker, sent)
        assert answered.status_code in {400, 403}, (name, answered.text)
        assert "secret" not in answered.text


def test_one_of_two_names_cannot_be_meant(cloud: LocalCloud) -> None:
    anybody = session(cloud, "names", allow("*", on="*"))
    topics = [(name, f"arn:aws:sns:{HERE}:mine") for name in ("TopicArn", "TargetArn")]
    for sent in (
        form("sns", ("Action", "Publish"), ("Message", "m"), *topics),
        target("logs", "DescribeLogStreams", logGroupName="g", logGroupIdentifier="h"),
        Sent("lambda", b'{"FunctionName": "g", "Timeout": 3}', "PUT", "/2015-03-31/functions/f/configuration"),
        Sent("lambda", b"{}", path="/2015-03-31/functions/f/invocations?FunctionName=g"),
        Sent("lambda", b"{}", path="/2015-03-31/functions/f/invocations?Qualifier=1&Qualifier=2"),
    ):
        assert answer(cloud, anybody, sent).status_code == 400, sent


def test_what_has_nothing_to_begin_or_to_end_is_no_fault_of_the_cloud(cloud: LocalCloud) -> None:
    anybody = session(cloud, "uploads", allow("s3:*", on="*"))
    for sent in (Sent("s3", b"x", path="/lake/k?uploads"), Sent("s3", path="/lake/k?uploadId=x")):
        assert answer(cloud, anybody, sent).status_code < 500


OPERATIONS = {
    "dynamodb": (HIDDEN, "Scan"),
    "events": (target("events", "DescribeRule", Name="r"), "DisableRule"),
    "logs": (target("logs", "DescribeLogStreams", logGroupName="g"), "DeleteLogGroup"),
    "ssm": (target("ssm", "GetParameter", Name="p"), "DeleteParameter"),
    "states": (target("states", "ListStateMachines"), "CreateStateMachine"),
    "monitoring": (target("monitoring", "ListMetrics"), "DescribeAlarms"),
    "sqs": (target("sqs", "GetQueueUrl", QueueName="queue"), "ListQueues"),
    "sts": (form("sts", IDENTITY), "AssumeRole"),
    "sns": (form("sns", ("Action", "GetTopicAttributes"), ("TopicArn", f"arn:aws:sns:{HERE}:mine")), "ListTopics"),
    "cloudformation": (form("cloudformation", ("Action", "DescribeStacks"), ("StackName", "stack")), "ListStacks"),
    "lambda": (Sent("lambda", method="GET", path="/2015-03-31/functions/f"), "ListFunctions"),
    "s3": (Sent("s3", method="GET", path="/lake"), "ListBuckets"),
}
"""A request of each service, and what it is to be taken for."""
NAMES = (
    "TableName",
    "QueueName",
    "QueueUrl",
    "TopicArn",
    "StackName",
    "Name",
    "logGroupName",
    "RoleArn",
    "FunctionName",
)
"""The parameters that name a resource."""
Noted = tuple[str, str, list[Any]]
"""Operation, account and resources."""


def disguised(sent: Sent, other: str) -> Iterator[tuple[str, Sent]]:
    """One request in every disguise."""
    text = f"&Action={other}&FunctionName=other&Qualifier=2&"
    yield "as it is", sent
    yield "query", sent.but(f"{sent.path}?Action={other}")
    yield "query twice", sent.but(f"{sent.path}?Action={other}&Action=x")
    yield "query of others", sent.but(f"{sent.path}?QueueUrl=x&TableName=theirs&FunctionName=other&Qualifier=2")
    yield "version", sent.but(f"{sent.path}?Version=2010-05-08")
    yield "header", sent.but(Action=other, Qualifier="2")
    yield "account", sent.but(X_Moto_Account_Id="999999999999")
    yield "path", sent.but(f"{sent.path.rstrip('/')}/123456789012/other")
    yield "more body", sent.but(body=sent.body + text.encode())
    yield "only text", sent.but(body=json.dumps(text).encode())
    yield "multipart", sent.but(body=parts(("Action", other)), Content_Type=MULTIPART)
    yield "form", sent.but(body=text.encode(), Content_Type="application/x-www-form-urlencoded")
    for prefix in ("Foo", *PREFIXES.values()):
        yield f"target of {prefix}", sent.but(X_Amz_Target=f"{prefix}.{other}")
    yield "long target", sent.but(X_Amz_Target=f"Foo.{other}.{other}")


@pytest.mark.parametrize("service", OPERATIONS)
def test_what_is_done_is_what_was_judged(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch, service: str) -> None:
    caller = session(cloud, f"any-{service}", allow("*", on="*"))
    judged: list[Noted] = []
    ran: list[Noted] = []
    read, parse, short = reading.read, BaseResponse.setup_class, direct._set_up

    def noted_read(*args: Any) -> Any:
        found = read(*args)
        given = found.params if found else {}
        resources = [given.get("Bucket")] if service == "s3" else [given.get(name) for name in NAMES]
        judged.append((found.operation, found.account, resources) if found else ("", "", []))
        return found

    def noted_short(response: BaseResponse, request: Any) -> None:
        short(response, request)
        noted(response)

    def noted_setup(response: BaseResponse, *args: Any, **kwargs: Any) -> None:
        parse(response, *args, **kwargs)
        noted(response)

    def noted(response: BaseResponse) -> None:
        if service != "s3":
            action = response._get_action()
            ran.append((action, response.current_account, [response._get_param(name) for name in NAMES]))
        assert set(response.querystring) <= allowed | {"x-id"}

    def noted_s3(response: S3Response, **_named: Any) -> None:
        action = response.data["Action"]
        ran.append(
            ({"ListBucket": "ListObjects"}.get(action, action), response.current_account, [response.bucket_name])
        )

    monkeypatch.setattr(S3Response, "_authenticate_and_authorize_s3_action", noted_s3)
    monkeypatch.setattr(reading, "read", noted_read)
    monkeypatch.setattr(BaseResponse, "setup_class", noted_setup)
    monkeypatch.setattr(direct, "_set_up", noted_short)
    sent, other = OPERATIONS[service]
    allowed = {"Action", "Version", "TopicArn", "StackName"} if service in {"sts", "sns", "cloudformation"} else set()
    for name, one in disguised(sent, other):
        judged.clear()
        ran.clear()
        answered = answer(cloud, caller, one)
        assert answered.status_code < 500, (name, answered.text)
        assert not ran or ran == judged, (name, judged, ran)
        assert ran or answered.status_code >= 400, (name, answered.text)
        assert ran or name != "as it is", answered.text
