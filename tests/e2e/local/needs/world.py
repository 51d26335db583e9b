"""What needs are tried on: things made in a running cloud for the time of a block."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from infra.local.cloud import LocalCloud
from infra.local.services.awslambda.model import Credentials
from infra.local.wiring import wiring
from tests.e2e.local.needs.model import patience_s
from tests.e2e.local.templates import SERVICES, allow, document

_GLANCE_S = 0.002


def aws(cloud: LocalCloud, service: str) -> Any:
    """A client that sends everything once."""
    return _client(service, cloud.endpoint_url, cloud.region, cloud.credentials)


@cache
def _client(service: str, endpoint_url: str, region: str, keys: Credentials) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=endpoint_url,
        region_name=region,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        config=Config(retries={"total_max_attempts": 1}),
    )


def unique() -> str:
    """A name nobody else has."""
    return f"n{uuid.uuid4().hex[:12]}"


def at_rest(cloud: LocalCloud) -> None:
    """Wait until nothing moves."""
    cloud.settle(patience_s())


def walk(cloud: LocalCloud, **span: float) -> None:
    """Let a span of the cloud's time pass."""
    until = cloud.clock.now() + timedelta(**span)
    cloud.clock.advance(until, lambda: wiring().activity.rest(patience_s(), _GLANCE_S))


def is_now(cloud: LocalCloud, moment: Any) -> None:
    """The moment is about the cloud's; years lie between that and the machine's."""
    found = moment if isinstance(moment, (int, float)) else moment.timestamp()
    assert abs(found - cloud.clock.time()) < timedelta(days=1).total_seconds(), f"{moment}, not {cloud.clock.now()}"


@contextmanager
def role(cloud: LocalCloud, *actions: str, trusts: tuple[str, ...] = SERVICES) -> Iterator[str]:
    """The ARN of a role that may do these things on everything."""
    iam, name = aws(cloud, "iam"), unique()
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": [f"{s}.amazonaws.com" for s in trusts]},
    }
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document(trust)))["Role"]["Arn"]
    if actions:
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(document(allow(*actions))))
    yield arn
    for policy in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy)
    iam.delete_role(RoleName=name)


@contextmanager
def bucket(cloud: LocalCloud, versioned: bool = False) -> Iterator[str]:
    """The name of a bucket."""
    s3, name = aws(cloud, "s3"), unique()
    s3.create_bucket(Bucket=name)
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    yield name
    found = s3.list_object_versions(Bucket=name)
    for one in [*found.get("Versions", []), *found.get("DeleteMarkers", [])]:
        s3.delete_object(Bucket=name, Key=one["Key"], VersionId=one["VersionId"])
    s3.delete_bucket(Bucket=name)


@contextmanager
def table(cloud: LocalCloud) -> Iterator[str]:
    """The name of a table with the key `pk`, a text."""
    dynamodb, name = aws(cloud, "dynamodb"), unique()
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    yield name
    dynamodb.delete_table(TableName=name)


@contextmanager
def parts(cloud: LocalCloud) -> Iterator[str]:
    """The name of a table with the key `pk` and the sort key `part`, texts."""
    dynamodb, name = aws(cloud, "dynamodb"), unique()
    keys = {"pk": "HASH", "part": "RANGE"}
    dynamodb.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in keys],
        KeySchema=[{"AttributeName": key, "KeyType": kind} for key, kind in keys.items()],
    )
    yield name
    dynamodb.delete_table(TableName=name)


@contextmanager
def queue(cloud: LocalCloud) -> Iterator[str]:
    """The URL of a queue that every service may fill."""
    sqs, name = aws(cloud, "sqs"), unique()
    url = str(sqs.create_queue(QueueName=name)["QueueUrl"])
    statement = allow("sqs:SendMessage", on=arn_of(cloud, "sqs", name), Principal="*")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(document(statement))})
    yield url
    sqs.delete_queue(QueueUrl=url)


def name_of(url: str) -> str:
    """A queue's name."""
    return url.rsplit("/", 1)[-1]


def arn_of(cloud: LocalCloud, service: str, name: str) -> str:
    """`arn:aws:sqs:…:name`"""
    return f"arn:aws:{service}:{cloud.region}:123456789012:{name}"


def bodies(cloud: LocalCloud, url: str) -> list[str]:
    """What lies in a queue, taken out."""
    found = aws(cloud, "sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return sorted(message["Body"] for message in found)


@contextmanager
def topic_to(cloud: LocalCloud, protocol: str, endpoint: str) -> Iterator[str]:
    """The ARN of a topic that one endpoint has subscribed to."""
    sns = aws(cloud, "sns")
    arn = str(sns.create_topic(Name=unique())["TopicArn"])
    sns.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
    yield arn
    sns.delete_topic(TopicArn=arn)


@contextmanager
def heard(cloud: LocalCloud, pattern: dict[str, Any], url: str) -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What a rule of the default bus puts into a queue, by the moments of the events."""
    events, name = aws(cloud, "events"), unique()
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn_of(cloud, "sqs", name_of(url))}])
    yield lambda: [json.loads(body) for body in _in_order(cloud, url)]
    events.remove_targets(Rule=name, Ids=["queue"])
    events.delete_rule(Name=name)


def _in_order(cloud: LocalCloud, url: str) -> list[str]:
    received = aws(cloud, "sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [str(message["Body"]) for message in received]


@contextmanager
def machine(cloud: LocalCloud, states: dict[str, Any], **more: Any) -> Iterator[str]:
    """The ARN of a state machine whose role may do everything; `more` are settings of CreateStateMachine."""
    client = aws(cloud, "stepfunctions")
    definition = {"StartAt": next(iter(states)), "States": states, **more.pop("Definition", {})}
    with role(cloud, "*") as role_arn:
        given = {"name": unique(), "definition": json.dumps(definition), "roleArn": role_arn, **more}
        arn = str(client.create_state_machine(**given)["stateMachineArn"])
        yield arn
        client.delete_state_machine(stateMachineArn=arn)


def begun(cloud: LocalCloud, machine_arn: str, given: object = None) -> str:
    """The ARN of an execution that has just been started."""
    client = aws(cloud, "stepfunctions")
    return str(client.start_execution(stateMachineArn=machine_arn, input=json.dumps(given or {}))["executionArn"])


def described(cloud: LocalCloud, execution: str) -> dict[str, Any]:
    """The execution."""
    return dict(aws(cloud, "stepfunctions").describe_execution(executionArn=execution))


def ended(cloud: LocalCloud, execution: str) -> dict[str, Any]:
    """The execution after its end."""
    deadline = time.monotonic() + patience_s()
    while (found := described(cloud, execution))["status"] == "RUNNING":
        assert time.monotonic() < deadline, "still running"
        time.sleep(0.01)
    return found
