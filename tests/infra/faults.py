"""Each alarm of the template: the fault it is for, what ends it, and what its notice has to say."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx

from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import aws

MODEL = "returns"
PREDICT = f"serin-dev-predict-{MODEL}"
FAULT = "planted fault"
MINUTE = timedelta(minutes=1)
SLOW_MS = 120
HANDLER = f"""
import json, time

def handle(event, context):
    asked = json.dumps(event)
    if "{FAULT}" in asked:
        raise ValueError("as it was asked to")
    time.sleep({SLOW_MS / 1000} if "slow" in asked else 0)
    return event
"""
"""What every function of the template is replaced by."""


def nothing(_cloud: LocalCloud) -> None:
    """Time alone ends it."""


@dataclass(frozen=True)
class Fault:
    """`happens` until the alarm is on, `is_mended` before it is over; `says` are words of the notice."""

    happens: Callable[[LocalCloud], None]
    says: tuple[str, ...]
    is_mended: Callable[[LocalCloud], None] = nothing
    rings_within: timedelta = 2 * MINUTE
    ends_within: timedelta = 20 * MINUTE


def each_minute(call: Callable[[LocalCloud], None]) -> Callable[[LocalCloud], None]:
    """For three minutes."""

    def calls(cloud: LocalCloud) -> None:
        for _ in range(3):
            call(cloud)
            cloud.advance(MINUTE)

    return calls


def predict(**asked: Any) -> Callable[[LocalCloud], None]:
    """One call of the live alias, which Lambda may refuse."""

    def call(cloud: LocalCloud) -> None:
        functions = aws(cloud, "lambda")
        try:
            functions.invoke(FunctionName=PREDICT, Qualifier="live", Payload=json.dumps(asked).encode())
        except functions.exceptions.TooManyRequestsException:
            assert asked == {"for": "room"}

    return call


def no_room(cloud: LocalCloud) -> None:
    aws(cloud, "lambda").put_function_concurrency(FunctionName=PREDICT, ReservedConcurrentExecutions=0)
    each_minute(predict(**{"for": "room"}))(cloud)


def room(cloud: LocalCloud) -> None:
    aws(cloud, "lambda").delete_function_concurrency(FunctionName=PREDICT)


def execution(machine: str, **given: str) -> Callable[[LocalCloud], None]:
    """An execution that fails: its function does, or its input lacks what the first state reads."""

    def start(cloud: LocalCloud) -> None:
        arn = f"arn:aws:states:us-east-1:123456789012:stateMachine:serin-dev-{machine}"
        aws(cloud, "stepfunctions").start_execution(stateMachineArn=arn, input=json.dumps(given))
        cloud.settle()

    return start


def event_fails(function: str) -> Callable[[LocalCloud], None]:
    """A function fails on an event as often as Lambda tries it."""

    def happens(cloud: LocalCloud) -> None:
        payload = json.dumps({"why": FAULT}).encode()
        aws(cloud, "lambda").invoke(FunctionName=f"serin-dev-{function}", InvocationType="Event", Payload=payload)

    return happens


def emptied(queue: str) -> Callable[[LocalCloud], None]:
    """Somebody has looked at the messages, and deleted them."""
    return lambda cloud: aws(cloud, "sqs").purge_queue(QueueUrl=queue_url(cloud, queue))


def queue_url(cloud: LocalCloud, queue: str) -> str:
    url: str = aws(cloud, "sqs").get_queue_url(QueueName=f"serin-dev-{queue}")["QueueUrl"]
    return url


def event_without_a_listener(
    name: str, rule: str, detail: Mapping[str, str], kind: str = ""
) -> Callable[[LocalCloud], None]:
    """Somebody pointed the rule at a function that is not there; it is put right once the event is lost.

    `kind` is what tells the rule's bus from our own, which the event is sent to.
    """

    def happens(cloud: LocalCloud) -> None:
        events, bus = aws(cloud, "events"), {"EventBusName": f"serin-dev{kind}"}
        sent = {"Source": "serin", "DetailType": name, "Detail": json.dumps(detail), "EventBusName": "serin-dev"}
        (full,) = [one["Name"] for one in events.list_rules(**bus)["Rules"] if rule in one["Name"]]
        targets = events.list_targets_by_rule(Rule=full, **bus)["Targets"]
        events.put_targets(Rule=full, **bus, Targets=[{**one, "Arn": f"{one['Arn']}-gone"} for one in targets])
        events.put_events(Entries=[sent])
        cloud.settle()
        events.put_targets(Rule=full, **bus, Targets=targets)

    return happens


def file_that_cannot_be_worked_on(cloud: LocalCloud) -> None:
    """With half a minute between the five times, where the template has hours."""
    url = queue_url(cloud, "uploads")
    aws(cloud, "sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "30"})
    aws(cloud, "sqs").send_message(QueueUrl=url, MessageBody=FAULT)


def sweeper(switch: str) -> Callable[[LocalCloud], None]:
    """Its rule is enabled or disabled."""

    def happens(cloud: LocalCloud) -> None:
        events = aws(cloud, "events")
        (rule,) = [one for one in events.list_rules()["Rules"] if "ReconcileOften" in one["Name"]]
        getattr(events, f"{switch}_rule")(Name=rule["Name"])

    return happens


def call_of_the_api(cloud: LocalCloud) -> None:
    """The authorizer fails, and the gateway answers 500."""
    answer = httpx.get(f"{cloud.api_url}/models", headers={"Authorization": FAULT})
    assert answer.status_code == 500


FAULTS: Mapping[str, Fault] = {
    f"errors-{MODEL}": Fault(
        each_minute(predict(why=FAULT)), ("more than 1 % of the calls fail", f"release rollback {MODEL}")
    ),
    f"throttles-{MODEL}": Fault(no_room, ("no room for some of the calls", "Service Quotas"), room),
    f"latency-{MODEL}": Fault(
        each_minute(predict(be="slow")), ("one call in twenty takes over 100 ms", f"serin health {MODEL}")
    ),
    f"training-{MODEL}": Fault(
        execution(f"training-{MODEL}", model=MODEL),
        ("a training failed", f"serin train {MODEL}"),
    ),
    f"failed-{MODEL}": Fault(
        event_fails(f"build-features-{MODEL}"),
        ("failed on an event each time", f"queue serin-dev-failed-{MODEL}", "invoke the function"),
        emptied(f"failed-{MODEL}"),
        6 * MINUTE,
    ),
    f"undelivered-{MODEL}": Fault(
        event_without_a_listener("Backfill Wanted", f"Backfill{MODEL}", {"model": MODEL}, "-backfill"),
        ("could not be given", f"queue serin-dev-undelivered-{MODEL}", f"serin train {MODEL}"),
        emptied(f"undelivered-{MODEL}"),
    ),
    "failed": Fault(
        event_fails("collect-predictions"), ("failed on an event", "invoke the function"), emptied("failed"), 6 * MINUTE
    ),
    "undelivered": Fault(
        event_without_a_listener("Release Abort Wanted", "AbortWanted", {"model": MODEL, "release": "r"}),
        ("could not be given", "start what was missed"),
        emptied("undelivered"),
    ),
    "uploads-dead": Fault(
        file_that_cannot_be_worked_on,
        ("a file could not be worked on", "start-message-move-task"),
        emptied("uploads-dead"),
        5 * MINUTE,
    ),
    "release": Fault(execution("release"), ("a release failed", "serin release start MODEL")),
    "reconcile": Fault(
        sweeper("disable"), ("was not compared", "serin-dev-reconcile is enabled"), sweeper("enable"), 31 * MINUTE
    ),
    "api": Fault(each_minute(call_of_the_api), ("answered with a 5xx status", "access log")),
}
