"""How a queue takes messages."""

from __future__ import annotations

from moto.sqs.models import sqs_backends

from infra.local.delivery.message import Message, Target


def _send(message: Message) -> None:
    region, account, queue = message.arn.split(":", 5)[3:]
    attributes = {name: {"DataType": kind, "StringValue": value} for name, (kind, value) in message.attributes.items()}
    group = (message.settings.get("SqsParameters") or {}).get("MessageGroupId")
    sqs_backends[account][region].send_message(
        queue, message.text, message_attributes=attributes or None, group_id=group
    )


QUEUE = Target("sqs:SendMessage", _send)
