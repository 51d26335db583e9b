"""Each change of an execution's status, on the default bus and as a metric.

https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from moto.stepfunctions.parser.asl.utils.encoding import to_json_str
from moto.stepfunctions.parser.backend.execution import Execution

from infra.local.delivery.envelope import event
from infra.local.delivery.measuring import measure
from infra.local.delivery.registry import emit

_COUNTED = {
    "RUNNING": "ExecutionsStarted",
    "SUCCEEDED": "ExecutionsSucceeded",
    "FAILED": "ExecutionsFailed",
    "TIMED_OUT": "ExecutionsTimedOut",
    "ABORTED": "ExecutionsAborted",
}
_PAYLOAD_BYTES = 248 * 1024
"""What input and output may have together; then the input is left out, and an output that alone has more."""


def tell(execution: Execution) -> None:
    """Put the event of the status the execution has now, and count it.

    Error and cause are not in the event; DescribeExecution has them.
    """
    _count(execution)
    kind = "Step Functions Execution Status Change"
    emit(event("aws.states", kind, _detail(execution), region=execution.region_name, resources=[execution.exec_arn]))


def _count(execution: Execution) -> None:
    """https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html"""
    values = [(_COUNTED[execution.status], 1.0, "Count")]
    if execution.stop_date is not None:
        lasted = execution.stop_date - execution.start_date
        values.append(("ExecutionTime", lasted.total_seconds() * 1000, "Milliseconds"))
    measure("AWS/States", execution.region_name, values, {"StateMachineArn": execution.state_machine_arn})


def _detail(execution: Execution) -> dict[str, Any]:
    given = to_json_str(execution.input_data, separators=(",", ":"))
    output = None
    if execution.status == "SUCCEEDED":
        output = to_json_str(execution.output, separators=(",", ":"))
    whole = _size(given) + _size(output) <= _PAYLOAD_BYTES
    fits = _size(output) <= _PAYLOAD_BYTES
    return {
        "executionArn": execution.exec_arn,
        "stateMachineArn": execution.state_machine_arn,
        "name": execution.name,
        "status": execution.status,
        "startDate": _milliseconds(execution.start_date),
        "stopDate": _milliseconds(execution.stop_date),
        "input": given if whole else None,
        "inputDetails": {"included": whole},
        "output": output if fits else None,
        "outputDetails": None if output is None else {"included": fits},
    }


def _size(text: str | None) -> int:
    return len((text or "").encode())


def _milliseconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)
