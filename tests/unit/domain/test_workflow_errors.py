from __future__ import annotations

import json

import pytest

from serin.domain.workflow_errors import reason_of


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (
            {"Error": "Invalid", "Cause": json.dumps({"errorMessage": "no rows", "errorType": "Invalid"})},
            "Invalid: no rows",
        ),
        ({"Error": "States.Timeout", "Cause": "the state took too long"}, "States.Timeout: the state took too long"),
        ({"Error": "States.TaskFailed", "Cause": "[1, 2]"}, "States.TaskFailed: [1, 2]"),
        ({"Error": "Sandbox.Timedout", "Cause": '{"errorType": "x"}'}, 'Sandbox.Timedout: {"errorType": "x"}'),
        ({"Error": "E", "Cause": "[" * 100_000}, "E: " + "[" * 100_000),
        ({"Error": "States.Runtime"}, "States.Runtime: "),
        ({}, "Error: "),
    ],
)
def test_a_reason_is_one_line_whatever_the_cause_is(error: dict[str, str], reason: str) -> None:
    assert reason_of(error) == reason
