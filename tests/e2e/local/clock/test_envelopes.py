"""Whatever a service sends, or answers when it is asked, says the time of the cloud's clock."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local.clock.april import START, running
from tests.e2e.local.clock.moments import moments_in
from tests.e2e.local.clock.tellers import tellers
from tests.e2e.local.templates import Record, aws, may_send, opened, role

DAY = START.replace(hour=0)
END = START + timedelta(hours=3)

ENVELOPES: dict[str, Callable[[Any], bool]] = {
    "an event of S3": lambda event: event.get("source") == "aws.s3",
    "an event of CloudWatch": lambda event: event.get("source") == "aws.cloudwatch",
    "an event that was put": lambda event: event.get("source") == "own",
    "an event of a schedule": lambda event: event.get("source") == "aws.events",
    "the time EventBridge received it": lambda event: "transformed" in event,
    "a batch of a queue": lambda event: _first(event).get("eventSource") == "aws:sqs",
    "a message of a topic": lambda event: _first(event).get("EventSource") == "aws:sns",
    "an alarm's message to a topic": lambda event: "NewStateValue" in _first(event).get("Sns", {}).get("Message", ""),
    "log events of a subscription": lambda event: "awslogs" in event,
    "the record of an invocation": lambda event: "requestContext" in event and "condition" in event["requestContext"],
    "what a state machine says": lambda event: "machine" in event,
    "a request of the gateway": lambda event: event.get("routeKey") == "GET /ping",
}


def _first(event: Any) -> dict[str, Any]:
    found: dict[str, Any] = (event.get("Records") or [{}])[0]
    return found


def tell(cloud: LocalCloud) -> None:
    """Make each of them speak, and let three hours pass."""
    aws(cloud, "s3").put_object(Bucket="uploads", Key="k", Body=b"1")
    aws(cloud, "events").put_events(Entries=[{"Source": "own", "DetailType": "d", "Detail": "{}"}])
    aws(cloud, "sqs").send_message(
        QueueUrl=aws(cloud, "sqs").get_queue_url(QueueName="queue")["QueueUrl"], MessageBody="m"
    )
    topic = aws(cloud, "sns").list_topics()["Topics"][0]["TopicArn"]
    aws(cloud, "sns").publish(TopicArn=topic, Message="m")
    aws(cloud, "lambda").invoke(FunctionName="speaks", InvocationType="Event", Payload=b"{}")
    aws(cloud, "cloudwatch").put_metric_data(Namespace="Own", MetricData=[{"MetricName": "m", "Value": 1.0}])
    aws(cloud, "stepfunctions").start_execution(stateMachineArn=_machine(cloud), name="e")
    assert httpx.get(f"{cloud.api_url}/ping").status_code == 200
    cloud.settle()
    cloud.advance(END)


def _machine(cloud: LocalCloud) -> str:
    return str(aws(cloud, "stepfunctions").list_state_machines()["stateMachines"][0]["stateMachineArn"])


def _history(cloud: LocalCloud) -> Any:
    states = aws(cloud, "stepfunctions")
    (execution,) = states.list_executions(stateMachineArn=_machine(cloud))["executions"]
    return states.get_execution_history(executionArn=execution["executionArn"])["events"]


def _letters(cloud: LocalCloud) -> Any:
    url = aws(cloud, "sqs").get_queue_url(QueueName="letters")["QueueUrl"]
    return aws(cloud, "sqs").receive_message(
        QueueUrl=url, MaxNumberOfMessages=10, MessageSystemAttributeNames=["All"], VisibilityTimeout=0
    )["Messages"]


def _answer(service: str, operation: str, key: str, **given: Any) -> Callable[[LocalCloud], Any]:
    return lambda cloud: getattr(aws(cloud, service), operation)(**given)[key]


ANSWERS: dict[str, Callable[[LocalCloud], Any]] = {
    "messages": _letters,
    "state machines": _answer("stepfunctions", "list_state_machines", "stateMachines"),
    "executions": lambda cloud: _answer(
        "stepfunctions", "list_executions", "executions", stateMachineArn=_machine(cloud)
    )(cloud),
    "a history": _history,
    "a function": _answer("lambda", "get_function_configuration", "LastModified", FunctionName="hears"),
    "a mapping": _answer("lambda", "list_event_source_mappings", "EventSourceMappings", FunctionName="hears"),
    "log streams": _answer("logs", "describe_log_streams", "logStreams", logGroupName="/aws/lambda/hears"),
    "lines and the platform's reports": _answer(
        "logs", "filter_log_events", "events", logGroupName="/aws/lambda/speaks"
    ),
    "objects": _answer("s3", "list_objects_v2", "Contents", Bucket="uploads"),
    "buckets": _answer("s3", "list_buckets", "Buckets"),
    "alarms": _answer("cloudwatch", "describe_alarms", "MetricAlarms"),
    "an alarm's history": _answer("cloudwatch", "describe_alarm_history", "AlarmHistoryItems", AlarmName="alarm"),
    "roles": lambda cloud: [role["CreateDate"] for role in aws(cloud, "iam").list_roles()["Roles"]],
    "APIs": _answer("apigatewayv2", "get_apis", "Items"),
    "stacks": _answer("cloudformation", "describe_stacks", "Stacks"),
    "a stack's events": _answer("cloudformation", "describe_stack_events", "StackEvents", StackName="stack"),
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    folder = Path(tmp_path_factory.mktemp("envelopes"))
    record = Record(folder / "record.jsonl")
    # One policy a queue: this one is for the topic.
    resources = opened({"Role": role(), **tellers(record)}) | {"LettersTakesEvents": may_send("Letters", "sns")}
    with running(folder, resources, as_written=True) as cloud:
        tell(cloud)
        answers = {name: [ask(cloud)] for name, ask in ANSWERS.items()}
    heard = {name: [line for line in record.lines if of_this(line["event"])] for name, of_this in ENVELOPES.items()}
    return {**heard, **answers, "a function's log stream": [line["stream"] for line in record.lines]}


@pytest.mark.parametrize("name", [*ENVELOPES, *ANSWERS, "a function's log stream"])
def test_it_says_the_clocks_time(told: dict[str, list[Any]], name: str) -> None:
    found = [moment for one in told[name] for moment in moments_in(one)]
    assert found, f"nothing was sent, or it bears no time: {json.dumps(told[name], default=str)[:300]}"
    assert [(where, str(at)) for where, at in found if not DAY <= at <= END + timedelta(minutes=1)] == []


def test_the_machines_time_is_found_however_it_is_written() -> None:
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    written = [
        now,
        now.isoformat(),
        {"a": [json.dumps({"time": f"{now:%Y-%m-%dT%H:%M:%SZ}"})]},
        now.timestamp(),
        int(now.timestamp() * 1000),
        str(int(now.timestamp())),
        f"{now:%d/%b/%Y:%H:%M:%S} +0000",
        f"Root=1-{int(now.timestamp()):08x}-0123456789abcdef01234567",
    ]
    assert [[at for _, at in moments_in(one)] for one in written] == [[now]] * len(written)
    assert [at for _, at in moments_in("2026/03/01/[$LATEST]abc")] == [now.replace(hour=0)]
