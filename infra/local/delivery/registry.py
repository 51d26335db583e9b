"""The one place where something is delivered to an ARN, whoever sends it: each service says what it takes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.local.delivery.message import Message, Target
from infra.local.wiring import ACCOUNT, wiring


def target_of(arn: str) -> Target:
    """How that resource takes messages; raises Invalid for an ARN the local cloud has no delivery to."""
    return wiring().services.target(arn)


def deliver(message: Message) -> None:
    """Hand the message over; raises the target's own error when it is not there. Nobody's permission is asked."""
    target_of(message.arn).deliver(message)


def emit(event: Mapping[str, Any]) -> None:
    """Put an event of AWS's own on the default bus of its region."""
    bus = f"arn:aws:events:{event['region']}:{ACCOUNT}:event-bus/default"
    deliver(Message(bus, json.dumps(event), event))
