"""How a state machine takes messages: as the input of an execution."""

from __future__ import annotations

import uuid

from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from infra.local.delivery.message import Message, Target


def _start(message: Message) -> None:
    region, account = message.arn.split(":", 5)[3:5]
    name = f"{(message.event or {}).get('id', uuid.uuid4())}_{uuid.uuid4().hex[:32]}"
    stepfunctions_parser_backends[account][region].start_execution(message.arn, name, message.text)


MACHINE = Target("states:StartExecution", _start, role="must")
