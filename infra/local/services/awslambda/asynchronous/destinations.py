"""Delivering invocation records and dead letters, as the function's role."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any

from infra.local.delivery.envelope import event, to_the_millisecond
from infra.local.delivery.measuring import measure
from infra.local.delivery.message import Message, service_of
from infra.local.delivery.registry import deliver, target_of
from infra.local.services.awslambda.asynchronous.records import Ended
from infra.local.services.awslambda.asynchronous.settings import Settings
from infra.local.wiring import wiring

_log = logging.getLogger(__name__)


class Destinations:
    """Tells the destinations and the dead-letter queue of a function how an event ended."""

    def __init__(self, region: str) -> None:
        self._region = region

    def tell(self, ended: Ended, settings: Settings, name: str, role_arn: str) -> None:
        """Deliver what is to be delivered; what cannot be is lost and counted, as on AWS."""
        target = settings.on_success if ended.worked else settings.on_failure
        if target is not None:
            record = ended.record(to_the_millisecond())
            self._try(
                lambda: deliver(_telling(target, record, ended)), target, role_arn, "DestinationDeliveryFailures", name
            )
        if settings.dead_letters is not None and not ended.worked:
            letters = settings.dead_letters
            self._try(lambda: deliver(_burying(letters, ended)), letters, role_arn, "DeadLetterErrors", name)

    def count(self, metric: str, name: str) -> None:
        """Add one to a metric of the function.

        https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#asynchronous-invocation-metrics
        """
        measure("AWS/Lambda", self._region, [(metric, 1.0, "Count")], {"FunctionName": name})

    def _try(self, hand_over: Callable[[], None], target: str, role_arn: str, metric: str, name: str) -> None:
        try:
            wiring().guard.role_may(role_arn, target_of(target).action, target)
            hand_over()
        except Exception as error:  # noqa: BLE001 - whatever the target answers, Lambda only counts it
            _log.warning("%s could not deliver to %s: %s", name, target, error)
            self.count(metric, name)


def _telling(target: str, record: Mapping[str, Any], ended: Ended) -> Message:
    """The invocation record; a bus gets it as the detail of an event."""
    if service_of(target) != "events":
        return Message(target, json.dumps(record))
    kind = f"Lambda Function Invocation Result - {'Success' if ended.worked else 'Failure'}"
    region, resources = target.split(":")[3], (target, ended.function_arn)
    return Message(target, json.dumps(record), event("lambda", kind, record, region=region, resources=resources))


def _burying(target: str, ended: Ended) -> Message:
    """The event itself, with what went wrong in the message's attributes."""
    return Message(target, ended.payload.decode(), attributes=ended.dead_letter_attributes())
