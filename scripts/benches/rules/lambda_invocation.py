"""Lambda's rules for invocations, synchronous and asynchronous."""

from __future__ import annotations

import base64
import json
from datetime import timedelta
from typing import Any

from benches.rules.cases import API, GUIDE, Case, client, function
from benches.rules.model import refused, rule
from infra.local.cloud import LocalCloud

_INVOKE = f"{API}/API_Invoke.html"
_LIMITS = f"{GUIDE}/gettingstarted-limits.html"
_ASYNC = f"{GUIDE}/invocation-async-error-handling.html"
_RECORDS = f"{GUIDE}/invocation-async-retain-records.html"
_CONFIG = f"{API}/API_PutFunctionEventInvokeConfig.html"

WHO = """
def handler(event, context):
    if event == "fail":
        raise ValueError("no")
    if event == "large":
        return "x" * 6_300_000
    return {"version": context.function_version, "arn": context.invoked_function_arn, "id": context.aws_request_id}
"""
FAILS = """
def handler(event, context):
    print("tried")
    raise ValueError("no")
"""


def invoked(case: Case, payload: bytes = b"{}", **more: Any) -> dict[str, Any]:
    """Invoke."""
    answer: dict[str, Any] = case.functions.invoke(**{"FunctionName": case.name, "Payload": payload, **more})
    return answer


def answered(case: Case, **more: Any) -> dict[str, Any]:
    """What the function returned."""
    answer: dict[str, Any] = json.loads(invoked(case, **more)["Payload"].read())
    return answer


def tries(case: Case) -> int:
    """How often the function was run."""
    case.cloud.settle()
    events = client(case.cloud, "logs").filter_log_events(logGroupName=f"/aws/lambda/{case.name}")["events"]
    return sum(event["message"].startswith("START") for event in events)


@rule(service="lambda", says="a function is named by name, by part of its ARN or by all of it", source=_INVOKE)
def forms_of_a_name(cloud: LocalCloud) -> None:
    with function(cloud, WHO) as case:
        case.alias(case.version())
        for name in (case.name, f"123456789012:function:{case.name}", case.arn):
            assert answered(case, FunctionName=name)["version"] == "$LATEST"
            assert answered(case, FunctionName=f"{name}:live")["arn"] == f"{case.arn}:live"
            assert answered(case, FunctionName=f"{name}:1", Qualifier="1")["version"] == "1"


@rule(service="lambda", says="a name's qualifier and Qualifier agree", source=_INVOKE)
def two_qualifiers(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        case.version()
        with refused("InvalidParameterValueException", message="derived qualifier from the function name"):
            invoked(case, FunctionName=f"{case.name}:1", Qualifier="$LATEST")


@rule(service="lambda", says="a function of another region is not found here", source=_INVOKE)
def other_region(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ResourceNotFoundException", 404, "are not reachable in this region"):
        invoked(case, FunctionName=case.arn.replace(cloud.region, "ap-south-1"))


@rule(service="lambda", says="a name is of one of the forms", source=_INVOKE)
def no_name(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="at 'functionName'"):
        invoked(case, FunctionName="a name")


@rule(service="lambda", says="what is not there is not invoked", source=_INVOKE)
def nobody(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        for qualifier in ("9", "nowhere"):
            with refused("ResourceNotFoundException", 404, f"Function not found: {case.arn}:{qualifier}"):
                invoked(case, Qualifier=qualifier)


@rule(service="lambda", says="an event is JSON", source=_INVOKE)
def no_json(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidRequestContentException", message="Could not parse request body"):
        invoked(case, b"{no json")


@rule(service="lambda", says="a synchronous event has 6 MB at most", source=_LIMITS)
def large_event(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        with refused("RequestTooLargeException", 413):
            invoked(case, json.dumps("x" * 6 * 1024 * 1024).encode())
        assert "FunctionError" not in invoked(case, json.dumps("x" * 6_000_000).encode())


@rule(service="lambda", says="an asynchronous event has 1 MB at most", source=_LIMITS)
def large_asynchronous_event(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        with refused("RequestTooLargeException", 413):
            invoked(case, json.dumps("x" * 1024 * 1024).encode(), InvocationType="Event")
        assert invoked(case, json.dumps("x" * 1_000_000).encode(), InvocationType="Event")["StatusCode"] == 202
        cloud.settle()


@rule(service="lambda", says="an answer has 6 MB at most", source=_LIMITS)
def large_answer(cloud: LocalCloud) -> None:
    with function(cloud, WHO) as case:
        answer = invoked(case, b'"large"')
        assert answer["FunctionError"] == "Unhandled"
        assert json.loads(answer["Payload"].read())["errorType"] == "Function.ResponseSizeTooLarge"


@rule(service="lambda", says="an error of the function is told apart from its answer", source=_INVOKE)
def an_error(cloud: LocalCloud) -> None:
    with function(cloud, WHO) as case:
        answer = invoked(case, b'"fail"')
        assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
        assert json.loads(answer["Payload"].read())["errorType"] == "ValueError"


@rule(service="lambda", says="DryRun runs nothing, and finds what is not there", source=_INVOKE)
def dry_invocation(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        assert invoked(case, InvocationType="DryRun")["StatusCode"] == 204
        groups = client(cloud, "logs").describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{case.name}")
        assert groups["logGroups"] == [], "the function ran"
        with refused("ResourceNotFoundException", 404):
            invoked(case, InvocationType="DryRun", Qualifier="9")


@rule(service="lambda", says="an invocation type is one of three", source=_INVOKE)
def no_such_type(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="at 'invocationType'"):
        invoked(case, InvocationType="Later")


@rule(service="lambda", says="LogType Tail answers the end of the log", source=_INVOKE)
def tail(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        log = base64.b64decode(invoked(case, LogType="Tail")["LogResult"]).decode()
        assert log.splitlines()[-1].startswith("REPORT RequestId: ")
        assert "LogResult" not in invoked(case)


@rule(service="lambda", says="a client context is base64 of JSON", source=_INVOKE)
def no_context(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidRequestContentException", message="Base64-encoded JSON"):
        invoked(case, ClientContext="%%%")


@rule(service="lambda", says="a client context has 3,583 bytes at most", source=_INVOKE)
def large_context(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidRequestContentException", message="3583"):
        invoked(case, ClientContext=base64.b64encode(json.dumps({"a": "x" * 3000}).encode()).decode())


@rule(service="lambda", says="an asynchronous event that fails is tried after one and after two minutes", source=_ASYNC)
def three_tries(cloud: LocalCloud) -> None:
    with function(cloud, FAILS) as case:
        invoked(case, InvocationType="Event")
        seen = [tries(case)]
        for seconds in (59, 1, 119, 1, 600):
            cloud.advance(timedelta(seconds=seconds))
            seen.append(tries(case))
        assert seen == [1, 1, 2, 2, 3, 3], f"tried {seen} times"


@rule(service="lambda", says="MaximumRetryAttempts ends the tries, and the failure is recorded", source=_RECORDS)
def one_try(cloud: LocalCloud) -> None:
    with function(cloud, FAILS) as case:
        queue = case.queue()
        case.functions.put_function_event_invoke_config(
            FunctionName=case.name,
            MaximumRetryAttempts=0,
            DestinationConfig={"OnFailure": {"Destination": queue}},
        )
        invoked(case, b'{"a": 1}', InvocationType="Event")
        assert tries(case) == 1
        sqs = client(cloud, "sqs")
        url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[-1])["QueueUrl"]
        record = json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])
        assert record["requestContext"]["condition"] == "RetriesExhausted"
        assert record["requestPayload"] == {"a": 1}


@rule(service="lambda", says="asynchronous settings set something", source=_CONFIG)
def no_settings(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="at least one of error handling"):
        case.functions.put_function_event_invoke_config(FunctionName=case.name)


@rule(service="lambda", says="MaximumRetryAttempts is at most 2", source=_CONFIG)
def many_tries(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="at 'maximumRetryAttempts'"):
        case.functions.put_function_event_invoke_config(FunctionName=case.name, MaximumRetryAttempts=3)


@rule(service="lambda", says="MaximumEventAgeInSeconds is 60 to 21,600", source=_CONFIG)
def ages(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        for age in (59, 21601):
            with refused("ValidationException", message="at 'maximumEventAgeInSeconds'"):
                case.functions.put_function_event_invoke_config(FunctionName=case.name, MaximumEventAgeInSeconds=age)


@rule(service="lambda", says="a function is no destination of its own", source=_CONFIG)
def own_destination(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="destination for itself"):
        case.functions.put_function_event_invoke_config(
            FunctionName=case.name, DestinationConfig={"OnFailure": {"Destination": case.arn}}
        )


@rule(service="lambda", says="each version and alias has asynchronous settings of its own", source=_CONFIG)
def settings_by_qualifier(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        case.alias(case.version())
        live = {"FunctionName": case.name, "Qualifier": "live"}
        case.functions.put_function_event_invoke_config(**live, MaximumRetryAttempts=0)
        case.functions.put_function_event_invoke_config(FunctionName=case.name, MaximumRetryAttempts=1)
        case.functions.update_function_event_invoke_config(**live, MaximumEventAgeInSeconds=90)
        settings = case.functions.get_function_event_invoke_config(**live)
        assert (settings["MaximumRetryAttempts"], settings["MaximumEventAgeInSeconds"]) == (0, 90)
        assert settings["FunctionArn"] == f"{case.arn}:live"
        listed = case.functions.list_function_event_invoke_configs(FunctionName=case.name)
        assert len(listed["FunctionEventInvokeConfigs"]) == 2
        case.functions.delete_function_event_invoke_config(**live)
        with refused("ResourceNotFoundException", 404, "doesn't have an EventInvokeConfig"):
            case.functions.get_function_event_invoke_config(**live)
        case.functions.get_function_event_invoke_config(FunctionName=case.name)
