"""What AWS says of the executions of releases, and of the endpoints it deploys."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def release_of_execution(detail: Mapping[str, Any]) -> tuple[str, str] | None:
    """Model and release of an *Execution Status Change*, from the execution's input; None where it names none.

    https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
    """
    try:
        given = json.loads(detail.get("input") or "{}")
    except ValueError:
        return None
    model, release = (given.get(name) for name in ("model", "release")) if isinstance(given, dict) else (None, None)
    return (model, release) if isinstance(model, str) and isinstance(release, str) else None


def end_of_execution(detail: Mapping[str, Any]) -> str:
    """How an execution ended, in a line."""
    words = [detail.get("error"), detail.get("cause")]
    said = ": ".join(word for word in words if isinstance(word, str) and word)
    status = str(detail.get("status", "ended")).lower().replace("_", " ")
    return f"its workflow {status}: {said}" if said else f"its workflow {status}"


def model_of_stack(arn: str, stage: str) -> str:
    """The model whose endpoint a stack is, by the stack's ARN: `…:stack/serin-STAGE-endpoint-MODEL/ID`."""
    return arn.split("/")[1].removeprefix(f"serin-{stage}-endpoint-")
