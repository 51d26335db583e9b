"""Lambda's rules for queues that feed functions."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from typing import Any

from benches.rules.cases import API, GUIDE, Case, client, function
from benches.rules.model import refused, rule
from infra.local.cloud import LocalCloud

_CREATE = f"{API}/API_CreateEventSourceMapping.html"
_UPDATE = f"{API}/API_UpdateEventSourceMapping.html"
_SQS = f"{GUIDE}/services-sqs-configure.html"
_SCALING = f"{GUIDE}/services-sqs-scaling.html"
_PARTIAL = f"{GUIDE}/services-sqs-errorhandling.html"
_FILTERS = f"{GUIDE}/with-sqs-filtering.html"

_LONGEST_LOOK_S = 0.5
"""Within this time the local cloud looks at a queue."""

ANSWERS = """
import json
def handler(event, context):
    return {**json.loads(event["Records"][0]["body"])} or None
"""


@rule(service="lambda", says="a queue hides messages as long as its function runs", source=_SQS)
def short_visibility(cloud: LocalCloud) -> None:
    with (
        function(cloud) as case,
        refused(
            "InvalidParameterValueException",
            message="Queue visibility timeout: 5 seconds is less than Function timeout: 10 seconds",
        ),
    ):
        case.feed(case.queue(VisibilityTimeout="5"))


@rule(service="lambda", says="a function's role may read the queue that feeds it", source=_SQS)
def unreadable_queue(cloud: LocalCloud) -> None:
    calls = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")
    with function(cloud) as case:
        queue = case.queue()
        for call in calls:
            others = [f"sqs:{other}" for other in calls if other != call]
            role = case.role_with(*others)
            case.functions.update_function_configuration(FunctionName=case.name, Role=role)
            case.settle()
            with refused("InvalidParameterValueException", message=f"permissions to call {call} on SQS"):
                case.feed(queue)
        case.functions.update_function_configuration(FunctionName=case.name, Role=case.role)
        case.settle()


@rule(service="lambda", says="a queue that feeds exists", source=_CREATE)
def no_queue(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="NonExistentQueue"):
        case.feed(f"arn:aws:sqs:{cloud.region}:123456789012:nowhere")


@rule(service="lambda", says="a function that is fed exists", source=_CREATE)
def no_function(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="Function does not exist"):
        case.feed(case.queue(), FunctionName="nobody-at-all")


@rule(service="lambda", says="a queue feeds a function once", source=_CREATE)
def fed_twice(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        queue = case.queue()
        made = case.feed(queue)
        assert (made["ResponseMetadata"]["HTTPStatusCode"], made["State"]) == (202, "Creating")
        listed = case.functions.list_event_source_mappings(FunctionName=case.arn)["EventSourceMappings"]
        assert [one["UUID"] for one in listed] == [made["UUID"]]
        with refused("ResourceConflictException", 409, f"existing mapping with UUID {made['UUID']}"):
            case.feed(queue)


@rule(service="lambda", says="a batch has 1 to 10,000 messages", source=_CREATE)
def batch_sizes(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        queue = case.queue()
        for size in (0, 10001):
            with refused("ValidationException", message="at 'batchSize'"):
                case.feed(queue, BatchSize=size)


@rule(service="lambda", says="a batch of more than 10 has a window", source=_SQS)
def large_batch(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        queue = case.queue()
        with refused(
            "InvalidParameterValueException", message="Maximum batch window in seconds must be greater than 0"
        ):
            case.feed(queue, BatchSize=11)
        case.feed(queue, BatchSize=11, MaximumBatchingWindowInSeconds=1)


@rule(service="lambda", says="a window has 300 seconds at most", source=_CREATE)
def long_window(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="at 'maximumBatchingWindowInSeconds'"):
        case.feed(case.queue(), MaximumBatchingWindowInSeconds=301)


@rule(service="lambda", says="MaximumConcurrency is 2 to 1,000", source=_SCALING)
def concurrency_of_a_queue(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        queue = case.queue()
        for number in (1, 1001):
            with refused("ValidationException", message="at 'scalingConfig.maximumConcurrency'"):
                case.feed(queue, ScalingConfig={"MaximumConcurrency": number})


@rule(service="lambda", says="a filter's pattern is JSON", source=_FILTERS)
def no_pattern(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="Invalid filter pattern"):
        case.feed(case.queue(), FilterCriteria={"Filters": [{"Pattern": "{no"}]})


@rule(service="lambda", says="a queue has no starting position", source=_CREATE)
def starting_position(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="StartingPosition is not valid"):
        case.feed(case.queue(), StartingPosition="LATEST")


@rule(service="lambda", says="a change is checked like a new mapping", source=_UPDATE)
def changed_batch(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        made = case.feed(case.queue())
        with refused("InvalidParameterValueException", message="Maximum batch window"):
            case.functions.update_event_source_mapping(UUID=made["UUID"], BatchSize=100)
        changed = case.functions.update_event_source_mapping(UUID=made["UUID"], BatchSize=2, Enabled=False)
        assert changed["BatchSize"] == 2
        assert case.functions.get_event_source_mapping(UUID=made["UUID"])["State"] == "Disabled"


@rule(service="lambda", says="what is no mapping is not changed", source=_UPDATE)
def no_mapping(cloud: LocalCloud) -> None:
    nothing = "00000000-0000-0000-0000-000000000000"
    with function(cloud) as case:
        for call in (case.functions.update_event_source_mapping, case.functions.delete_event_source_mapping):
            with refused("ResourceNotFoundException", 404):
                call(UUID=nothing)


def _left(cloud: LocalCloud, case: Case, answer: dict[str, Any]) -> int:
    """How many messages come back after the function answered this."""
    queue = case.queue(VisibilityTimeout="30")
    made = case.feed(queue, FunctionResponseTypes=["ReportBatchItemFailures"])
    sqs = client(cloud, "sqs")
    url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[-1])["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps(answer))
    cloud.settle()
    case.functions.update_event_source_mapping(UUID=made["UUID"], Enabled=False)
    cloud.advance(timedelta(seconds=31))
    return len(sqs.receive_message(QueueUrl=url).get("Messages", []))


@rule(service="lambda", says="an empty or missing list of failures is a success", source=_PARTIAL)
def no_failures(cloud: LocalCloud) -> None:
    with function(cloud, ANSWERS) as case:
        answers: tuple[dict[str, Any], ...] = ({"batchItemFailures": []}, {"batchItemFailures": None}, {})
        for answer in answers:
            assert _left(cloud, case, answer) == 0, f"{answer} left the message"


@rule(service="lambda", says="failures without a proper id are a failure of all", source=_PARTIAL)
def improper_failures(cloud: LocalCloud) -> None:
    with function(cloud, ANSWERS) as case:
        for failure in ({"itemIdentifier": ""}, {"itemIdentifier": None}, {"id": "x"}):
            assert _left(cloud, case, {"batchItemFailures": [failure]}) == 1, f"{failure} lost the message"


@rule(
    service="lambda", says="a deleted mapping takes no more messages", source=f"{API}/API_DeleteEventSourceMapping.html"
)
def mapping_deleted(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        queue = case.queue()
        uuid = case.feed(queue)["UUID"]
        assert case.functions.delete_event_source_mapping(UUID=uuid)["State"] == "Deleting"
        sqs = client(cloud, "sqs")
        url = sqs.get_queue_url(QueueName=queue.rsplit(":", 1)[-1])["QueueUrl"]
        time.sleep(_LONGEST_LOOK_S)
        sqs.send_message(QueueUrl=url, MessageBody="kept")
        time.sleep(_LONGEST_LOOK_S)
        assert len(sqs.receive_message(QueueUrl=url).get("Messages", [])) == 1
