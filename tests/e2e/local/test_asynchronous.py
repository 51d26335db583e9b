"""Asynchronous invocations: tried again as the clock passes, and recorded where the function says."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from infra.local.services.awslambda.functions.pool import Pool
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.lambda_cases import FAILS, functions, messages, refused, role_with
from tests.e2e.local.templates import RECORDER, Record, Resources, att, aws, function, ref, resource

MINUTE = timedelta(minutes=1)


def failing(record: Record, *actions: str, **more: Any) -> Resources:
    """A function that raises, with a role that may do these things."""
    made = function("fails", FAILS, record, **more)
    made["Properties"]["Role"] = att("Own")
    return {"Own": role_with(*actions), "Dead": resource("SQS::Queue", QueueName="dead"), "Function": made}


def settings(**more: Any) -> dict[str, Any]:
    return resource("Lambda::EventInvokeConfig", FunctionName=ref("Function"), Qualifier="$LATEST", **more)


def send(cloud: LocalCloud, name: str = "fails", **event: Any) -> str:
    answer = functions(cloud).invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(event).encode())
    assert answer["StatusCode"] == 202
    cloud.settle()
    return str(answer["ResponseMetadata"]["RequestId"])


def counted(cloud: LocalCloud, metric: str) -> float:
    now = cloud.clock.now()
    points = aws(cloud, "cloudwatch").get_metric_statistics(
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=[{"Name": "FunctionName", "Value": "fails"}],
        StartTime=now - timedelta(days=1),
        EndTime=now + timedelta(minutes=5),
        Period=86400,
        Statistics=["Sum"],
    )["Datapoints"]
    return float(sum(point["Sum"] for point in points))


def test_an_event_is_tried_again_after_one_and_after_two_minutes_and_then_buried(
    deployed: Deploy, record: Record
) -> None:
    cloud = deployed(failing(record, "sqs:SendMessage", DeadLetterConfig={"TargetArn": att("Dead")}))
    request_id = send(cloud, a=1)
    assert record.events == [{"a": 1}]
    # The clock runs on between two walks, and on a busy machine that is seconds.
    cloud.advance(timedelta(seconds=50))
    assert len(record.events) == 1
    cloud.advance(timedelta(seconds=10))
    assert len(record.events) == 2
    cloud.advance(timedelta(seconds=110))
    assert len(record.events) == 2
    assert messages(cloud, "dead") == []
    cloud.advance(timedelta(seconds=10))
    assert record.events == [{"a": 1}] * 3
    assert {line["id"] for line in record.lines} == {request_id}
    (message,) = messages(cloud, "dead")
    assert json.loads(message["Body"]) == {"a": 1}
    assert message["MessageAttributes"] == {
        "RequestID": {"DataType": "String", "StringValue": request_id},
        "ErrorCode": {"DataType": "Number", "StringValue": "200"},
        "ErrorMessage": {"DataType": "String", "StringValue": "not yet"},
    }
    assert counted(cloud, "AsyncEventsDropped") == 1


def test_an_event_that_works_is_not_tried_again(deployed: Deploy, record: Record) -> None:
    cloud = deployed(failing(record))
    send(cloud, until=2)
    cloud.advance(10 * MINUTE)
    assert record.events == [{"until": 2}] * 2


def test_settings_choose_the_tries_and_a_failure_is_recorded(deployed: Deploy, record: Record) -> None:
    resources = failing(record, "sqs:SendMessage")
    destination = {"OnFailure": {"Destination": att("Dead")}}
    resources["Settings"] = settings(MaximumRetryAttempts=0, DestinationConfig=destination)
    cloud = deployed(resources)
    request_id = send(cloud, a=1)
    (message,) = messages(cloud, "dead")
    told = json.loads(message["Body"])
    assert told["requestContext"] == {
        "requestId": request_id,
        "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:fails:$LATEST",
        "condition": "RetriesExhausted",
        "approximateInvokeCount": 1,
    }
    assert told["version"] == "1.0"
    assert told["requestPayload"] == {"a": 1}
    assert told["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}
    assert told["responsePayload"]["errorType"] == "ValueError"


def test_a_success_goes_to_the_function_that_is_told(deployed: Deploy, record: Record) -> None:
    resources = failing(record, "lambda:InvokeFunction")
    resources["Told"] = function("told", RECORDER, record)
    resources["Settings"] = settings(DestinationConfig={"OnSuccess": {"Destination": att("Told")}})
    cloud = deployed(resources)
    send(cloud, until=0)
    told = record.events[-1]
    assert told["requestContext"]["condition"] == "Success"
    assert told["responsePayload"] == {"worked": True}
    assert "functionError" not in told["responseContext"]


def test_a_throttled_event_waits_longer_each_time_and_grows_old(
    deployed: Deploy, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources = failing(record, "sqs:SendMessage")
    resources["Settings"] = settings(
        MaximumEventAgeInSeconds=120, DestinationConfig={"OnFailure": {"Destination": att("Dead")}}
    )
    cloud = deployed(resources)
    monkeypatch.setattr(Pool, "acquire", lambda _pool, _version: None)
    send(cloud, a=1)
    # The clock runs on while the machine is busy: there is time to the seventh, and more until the event is too old.
    cloud.advance(timedelta(seconds=32))
    assert counted(cloud, "Throttles") == 6, "at 0, 1, 3, 7, 15 and 31 seconds"
    assert messages(cloud, "dead") == []
    cloud.advance(timedelta(seconds=90))
    (message,) = messages(cloud, "dead")
    assert json.loads(message["Body"])["requestContext"]["condition"] == "EventAgeExceeded"
    assert record.events == []


def test_with_nothing_reserved_an_event_is_given_up_at_once(deployed: Deploy, record: Record) -> None:
    cloud = deployed(failing(record, "sqs:SendMessage", DeadLetterConfig={"TargetArn": att("Dead")}))
    functions(cloud).put_function_concurrency(FunctionName="fails", ReservedConcurrentExecutions=0)
    send(cloud, a=1)
    (message,) = messages(cloud, "dead")
    assert json.loads(message["Body"]) == {"a": 1}
    assert record.events == []


def test_a_record_the_role_may_not_deliver_is_lost_and_counted(deployed: Deploy, record: Record) -> None:
    cloud = deployed(failing(record, "sqs:SendMessage", DeadLetterConfig={"TargetArn": att("Dead")}))
    own = functions(cloud).get_function_configuration(FunctionName="fails")["Role"].rsplit("/", 1)[-1]
    aws(cloud, "iam").delete_role_policy(RoleName=own, PolicyName="own")
    send(cloud, a=1)
    cloud.advance(4 * MINUTE)
    assert len(record.events) == 3
    assert messages(cloud, "dead") == []
    assert counted(cloud, "DeadLetterErrors") == 1


def test_a_dead_letter_queue_the_role_may_not_send_to_is_refused(deployed: Deploy, record: Record) -> None:
    cloud = deployed(failing(record))
    queue = "arn:aws:sqs:us-east-1:123456789012:dead"
    with refused("InvalidParameterValueException", message="permissions to call SendMessage on SQS"):
        functions(cloud).update_function_configuration(FunctionName="fails", DeadLetterConfig={"TargetArn": queue})


def test_each_qualifier_has_settings_of_its_own(deployed: Deploy, record: Record) -> None:
    resources = failing(record)
    resources["Version"] = resource("Lambda::Version", FunctionName=ref("Function"))
    cloud = deployed(resources)
    client = functions(cloud)
    client.create_alias(FunctionName="fails", Name="live", FunctionVersion="1")
    client.put_function_event_invoke_config(FunctionName="fails", Qualifier="live", MaximumRetryAttempts=0)
    client.put_function_event_invoke_config(FunctionName="fails", MaximumRetryAttempts=1)
    client.update_function_event_invoke_config(FunctionName="fails", MaximumEventAgeInSeconds=90)
    found = client.get_function_event_invoke_config(FunctionName="fails")
    assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (1, 90)
    send(cloud, "fails:live", to="live")
    send(cloud, "fails", to="latest")
    cloud.advance(10 * MINUTE)
    assert [event["to"] for event in record.events] == ["live", "latest", "latest"]
    client.delete_function_event_invoke_config(FunctionName="fails", Qualifier="live")
    with refused("ResourceNotFoundException", 404, "doesn't have an EventInvokeConfig"):
        client.get_function_event_invoke_config(FunctionName="fails", Qualifier="live")
