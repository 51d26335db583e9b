"""What people of each role may, tried deed by deed on a cloud that enforces IAM: with tokens, and with AWS keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import boto3
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from infra.local.wiring import ACCOUNT
from infra.names import Names
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.duties import DUTIES, Duty, Grant
from serin.domain.people import Role
from serin.domain.releases import Live
from serin_cli.walk import MODEL
from tests.e2e.access import PREDICTION, WEATHER, Door
from tests.e2e.local.templates import aws

LIVE = 1
"""The version that is champion while deeds are tried; any other is a challenger."""
Asked = tuple[str, str, Any]

ASKED: Mapping[str, Asked] = {
    "read what there is, and why": ("GET", "/models", None),
    "answer what the charter asks their role": ("POST", "/approvals/0123456789abcdef", {"answer": "approve"}),
    "correct a row that was set aside, and send it in again": (
        *("POST", "/console/datasets/flights/correct"),
        {"upload": "unknown", "row": "1"},
    ),
    "read features": ("POST", "/get-online-features", WEATHER),
    "train, repeat a run, build views": ("POST", "/train", {"repeat": "unknown"}),
    "hold or take back its release": ("POST", "/releases/rel1/abort", None),
    "challenger: withdraw it": ("POST", f"/versions/{LIVE + 1}/withdraw", {"why": "it knows the answer"}),
    "begin its release, or go on with it": ("POST", "/releases/rel1/resume", None),
    "champion: withdraw it": ("POST", f"/versions/{LIVE}/withdraw", {"why": "it knows the answer"}),
    "put the one before back": ("POST", "/releases", {"action": "rollback"}),
    "ask it": ("POST", "/predict", PREDICTION),
    "say what was right": ("POST", "/feedback", {"instances": [{"prediction_id": "p", "rating": 5}]}),
    "close an episode": ("POST", "/watch/distance/close", None),
}
"""Deed → a right request for it, below the model's path where it is about one."""


def name_of(duty: Duty) -> str:
    """The deed, with its state where another one is called the same."""
    twice = sum(other.deed == duty.deed for other in DUTIES) > 1
    return f"{duty.state}: {duty.deed}" if twice else duty.deed


@contextmanager
def champion(opened: Door) -> Iterator[None]:
    """A version is live meanwhile."""
    cloud = opened.cloud
    control = DynamoControl(RecordTable(aws(cloud, "dynamodb"), Names("dev").table("control")))
    now = cloud.clock.now()
    lease = control.acquire(MODEL, "roles", now, timedelta(minutes=1))
    assert lease is not None
    assert control.finish(Live(MODEL, LIVE, "1", "roles", lease.epoch, now), lease)
    try:
        yield
    finally:
        control.forget_live(MODEL)


def not_as_the_table_says_of_tokens(opened: Door, tokens: Mapping[Role, str]) -> list[str]:
    """Each deed of the API that a role's token opens and should not, or the other way round."""
    deeds = [duty for duty in DUTIES if isinstance(duty.takes, str)]
    assert {name_of(duty) for duty in deeds} == set(ASKED), "a deed that nobody tries"
    return [
        f"{role} {'may not' if role in duty.roles else 'may'} {name_of(duty)}"
        for duty in deeds
        for role, token in tokens.items()
        if opened.lets_in(token, *_path(ASKED[name_of(duty)])) != (role in duty.roles)
    ]


def _path(asked: Asked) -> Asked:
    method, path, body = asked
    whole = path in ("/models", "/get-online-features") or path.startswith("/console/")
    return method, path if whole else f"/models/{MODEL}{path}", body


def holder(opened: Door, role: Role, policy: str | None = None) -> Credentials:
    """The key of a person to whom the role's policy is attached, or another one."""
    iam, name = aws(opened.cloud, "iam"), f"{role}-{'own' if policy is None else 'other'}"
    iam.create_user(UserName=name)
    own = f"arn:aws:iam::{ACCOUNT}:policy/{Names('dev').policy(role)}"
    if policy is None:
        iam.attach_user_policy(UserName=name, PolicyArn=own)
    else:
        iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=policy)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


def not_as_the_table_says_of_aws(opened: Door, keys: Mapping[Role, Credentials]) -> list[str]:
    """Each deed in AWS that a role's policy allows and should not, or the other way round."""
    _objects(opened)
    return [
        f"{role} {'may not' if role in duty.roles else 'may'} {duty.deed}"
        for duty in DUTIES
        if isinstance(duty.takes, Grant)
        for role, key in keys.items()
        if _allowed(opened, key, duty.takes) != (role in duty.roles)
    ]


def superuser() -> str:
    """A policy that allows everything: with it the table must be found broken."""
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})


def _bucket(opened: Door, name: str) -> str:
    return Names("dev").bucket(name, ACCOUNT, opened.cloud.region)


def _objects(opened: Door) -> None:
    """What is read is there: S3 denies what is not there to whoever may not list."""
    for duty in DUTIES:
        if isinstance(duty.takes, Grant) and duty.takes.action == "s3:GetObject":
            bucket, _, pattern = duty.takes.on.partition("/")
            key = pattern.replace("*", "tried")
            aws(opened.cloud, "s3").put_object(Bucket=_bucket(opened, bucket), Key=key, Body=b"")


def _allowed(opened: Door, key: Credentials, grant: Grant) -> bool:
    place, _, name = grant.on.partition("/")
    client = {**opened.cloud.client, "aws_access_key_id": key.access_key, "aws_secret_access_key": key.secret_key}
    service, _, action = grant.action.partition(":")
    made: Any = boto3.client(service, **client)  # type: ignore[call-overload]
    names, predict = Names("dev"), Names("dev").function("predict", MODEL)
    tried: Mapping[str, Callable[[], object]] = {
        "GetObject": lambda: made.get_object(Bucket=_bucket(opened, place), Key=name.replace("*", "tried")),
        "PutObject": lambda: made.put_object(Bucket=_bucket(opened, place), Key=name.replace("*", "nothing/t.csv")),
        "GetAlias": lambda: made.get_alias(FunctionName=predict, Name="live"),
        "UpdateAlias": lambda: made.update_alias(FunctionName=predict, Name="live", Description="by hand"),
        "DescribeAlarms": lambda: made.describe_alarms(MaxRecords=1),
        "ReceiveMessage": lambda: made.receive_message(
            QueueUrl=aws(opened.cloud, "sqs").get_queue_url(QueueName=names.queue(name))["QueueUrl"]
        ),
        "PutItem": lambda: made.put_item(
            TableName=names.table(name), Item={"pk": {"S": "TRIED"}, "sk": {"S": "TRIED"}}
        ),
    }
    try:
        tried[action]()
    except ClientError as error:
        status, code = error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
        if status != 403 and "Denied" not in code:
            raise
        return False
    return True
