"""What AWS says of executions that have ended, of the endpoints it deploys, and of alarms."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from serin.domain.auditing.alarms import AlarmChange

EXECUTION_ENDED = "Step Functions Execution Status Change"
"""The detail type of an event about an execution, which our rules ask for where it has ended."""


ALARM_CHANGED = "CloudWatch Alarm State Change"
"""The detail type of an event about an alarm that is in another state than before."""


def change_of_alarm(detail: Mapping[str, Any]) -> AlarmChange:
    """What an *Alarm State Change* says.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
    """
    state = detail["state"]
    return AlarmChange(
        detail["alarmName"],
        detail.get("configuration", {}).get("description", ""),
        detail.get("previousState", {}).get("value", ""),
        state["value"],
        datetime.fromisoformat(state["timestamp"]),
        state.get("reason", ""),
    )


def named_in_execution(detail: Mapping[str, Any], *names: str) -> tuple[str, ...] | None:
    """What an *Execution Status Change* names, such as its model and release, from the execution's input.

    None where one of `names` is not a text there, or AWS left the input out.
    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    try:
        given = json.loads(detail.get("input") or "{}")
    except ValueError:
        return None
    values = [given.get(name) for name in names] if isinstance(given, dict) else []
    texts = tuple(value for value in values if isinstance(value, str))
    return texts if len(texts) == len(names) else None


def end_of_execution(detail: Mapping[str, Any]) -> str:
    """How an execution ended, in a line."""
    words = [detail.get("error"), detail.get("cause")]
    said = ": ".join(word for word in words if isinstance(word, str) and word)
    status = str(detail.get("status", "ended")).lower().replace("_", " ")
    return f"its workflow {status}: {said}" if said else f"its workflow {status}"


def model_of_stack(arn: str, stage: str) -> str:
    """The model whose endpoint a stack is, by the stack's ARN: `…:stack/serin-STAGE-endpoint-MODEL/ID`."""
    return arn.split("/")[1].removeprefix(f"serin-{stage}-endpoint-")
