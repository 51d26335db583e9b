"""Delivering invocation records and dead letters, as the function's role."""

from __future__ import annotations

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudwatch.models import MetricDatum, cloudwatch_backends
from moto.events.models import events_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from infra.local.asynchronous.records import Ended
from infra.local.asynchronous.settings import Settings
from infra.local.wiring import ACCOUNT, wiring

_log = logging.getLogger(__name__)

ACTIONS = {
    "sqs": "sqs:SendMessage",
    "sns": "sns:Publish",
    "lambda": "lambda:InvokeFunction",
    "events": "events:PutEvents",
}
"""What the role must be allowed on a destination, by its service."""

Send = Callable[[str, str], None]
"""Delivers a message to the target with this ARN."""


def service_of(arn: str) -> str:
    """The service in an ARN; empty when it is none."""
    parts = arn.split(":")
    return parts[2] if len(parts) > 5 else ""


class Destinations:
    """Tells the destinations and the dead-letter queue of a function how an event ended."""

    def __init__(self, region: str, send: Send) -> None:
        self._region = region
        self._send = send

    def tell(self, ended: Ended, settings: Settings, name: str, role_arn: str) -> None:
        """Deliver what is to be delivered; what cannot be is lost and counted, as on AWS."""
        target = settings.on_success if ended.worked else settings.on_failure
        if target is not None:
            record = ended.record(wiring().clock.now())
            self._try(
                lambda: self._deliver(target, record, ended), target, role_arn, "DestinationDeliveryFailures", name
            )
        if settings.dead_letters is not None and not ended.worked:
            letters = settings.dead_letters
            self._try(lambda: _bury(letters, ended), letters, role_arn, "DeadLetterErrors", name)

    def count(self, metric: str, name: str) -> None:
        """Add one to a metric of the function.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#asynchronous-invocation-metrics
        """
        dimensions = [{"Name": "FunctionName", "Value": name}]
        now = wiring().clock.now().replace(tzinfo=None)
        backend = cloudwatch_backends[ACCOUNT][self._region]
        backend.metric_data.append(MetricDatum("AWS/Lambda", metric, 1.0, dimensions, now, "Count"))

    def _try(self, deliver: Callable[[], None], target: str, role_arn: str, metric: str, name: str) -> None:
        try:
            wiring().guard.role_may(role_arn, ACTIONS[service_of(target)], target)
            deliver()
        except Exception as error:  # noqa: BLE001 - whatever the target answers, Lambda only counts it
            _log.warning("%s could not deliver to %s: %s", name, target, error)
            self.count(metric, name)

    def _deliver(self, target: str, record: Mapping[str, Any], ended: Ended) -> None:
        region, account, resource = target.split(":", 5)[3:]
        if service_of(target) == "sns":
            sns_backends[account][region].publish(json.dumps(record), arn=target)
        elif service_of(target) == "events":
            _put_event(account, region, resource, target, record, ended)
        else:
            self._send(target, json.dumps(record))


def _put_event(account: str, region: str, resource: str, target: str, record: Mapping[str, Any], ended: Ended) -> None:
    entry = {
        "EventId": str(uuid.uuid4()),
        "EventBusName": resource.removeprefix("event-bus/"),
        "Source": "lambda",
        "DetailType": f"Lambda Function Invocation Result - {'Success' if ended.worked else 'Failure'}",
        "Resources": [target, ended.function_arn],
        "Detail": json.dumps(record),
    }
    events_backends[account][region].put_events([entry])


def _bury(target: str, ended: Ended) -> None:
    """The event itself, with what went wrong in the message's attributes."""
    region, account, resource = target.split(":", 5)[3:]
    attributes = ended.dead_letter_attributes()
    if service_of(target) == "sns":
        told = {name: {"Type": kind, "Value": value} for name, (kind, value) in attributes.items()}
        sns_backends[account][region].publish(ended.payload.decode(), arn=target, message_attributes=told)
        return
    sqs_backends[account][region].send_message(
        resource,
        ended.payload.decode(),
        message_attributes={
            name: {"DataType": kind, "StringValue": value} for name, (kind, value) in attributes.items()
        },
    )
