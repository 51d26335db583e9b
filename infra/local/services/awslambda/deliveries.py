"""How a function takes messages: by an asynchronous invocation."""

from __future__ import annotations

from infra.local.delivery.message import Message, Target
from infra.local.services.awslambda.invocations import Invocations
from infra.local.wiring import wiring


def _invoke(message: Message) -> None:
    wiring().part(Invocations).send(message.arn, message.text.encode())


FUNCTION = Target("lambda:InvokeFunction", _invoke)
