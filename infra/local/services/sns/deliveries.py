"""How a topic takes messages."""

from __future__ import annotations

from moto.sns.models import sns_backends

from infra.local.delivery.message import Message, Target


def _publish(message: Message) -> None:
    region, account = message.arn.split(":", 5)[3:5]
    attributes = {name: {"Type": kind, "Value": value} for name, (kind, value) in message.attributes.items()}
    sns_backends[account][region].publish(
        message.text, arn=message.arn, subject=message.subject, message_attributes=attributes or None
    )


TOPIC = Target("sns:Publish", _publish)
