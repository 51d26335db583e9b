"""Statuses and events: what becomes of a stack and its resources is written down as it happens."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from infra.local.cloudformation.records import Event, Stack, StackResource
from infra.local.delivery.envelope import event
from infra.local.delivery.registry import emit
from infra.local.wiring import wiring

STACK = "AWS::CloudFormation::Stack"


def now() -> datetime:
    """The local cloud's time."""
    return wiring().clock.now()


def mark(stack: Stack, status: str, reason: str | None = None) -> None:
    """Give the stack a status, with an event of its own, which rules of the default bus are told too."""
    stack.status, stack.reason = status, reason
    _write(stack, stack.name, stack.id, STACK, status, reason)
    emit(_status_change(stack))


def note(
    stack: Stack,
    logical_id: str,
    resource_type: str,
    status: str,
    reason: str | None = None,
    physical_id: str = "",
    properties: Mapping[str, Any] | None = None,
) -> None:
    """An event of a resource that has no record, or none any more."""
    _write(stack, logical_id, physical_id, resource_type, status, reason, properties)


def mark_resource(stack: Stack, record: StackResource, status: str, reason: str | None = None) -> None:
    """Give a resource a status, with its event."""
    record.status, record.reason, record.at = status, reason, now()
    _write(stack, record.logical_id, record.physical_id, record.type, status, reason, record.properties)


def _write(
    stack: Stack,
    logical_id: str,
    physical_id: str,
    resource_type: str,
    status: str,
    reason: str | None,
    properties: Mapping[str, Any] | None = None,
) -> None:
    kept = json.dumps(properties) if properties else None
    event_id = str(uuid.uuid4()) if resource_type == STACK else f"{logical_id}-{status}-{uuid.uuid4()}"
    stack.events.append(Event(event_id, logical_id, physical_id, resource_type, status, _later(stack), reason, kept))


def _status_change(stack: Stack) -> dict[str, Any]:
    """The token callers may give their requests is kept nowhere here, so it is empty as where none was given.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/event-detail-stack-status-change.html
    """
    detail = {
        "stack-id": stack.id,
        "status-details": {"status": stack.status, "status-reason": stack.reason or ""},
        "client-request-token": "",
    }
    kind = "CloudFormation Stack Status Change"
    return event("aws.cloudformation", kind, detail, region=stack.region, resources=[stack.id])


def _later(stack: Stack) -> datetime:
    """Now, and at least a millisecond after the event before: tools sort a stack's events by their times."""
    moment = now()
    return max(moment, stack.events[-1].at + timedelta(milliseconds=1)) if stack.events else moment
