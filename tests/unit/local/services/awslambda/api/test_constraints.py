"""What AWS's own model says of parameters."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.services.awslambda.api import constraints
from infra.local.services.awslambda.api.errors import LambdaError


def refusal(operation: str, **parameters: Any) -> str:
    with pytest.raises(LambdaError) as refused:
        constraints.check(operation, parameters)
    assert refused.value.error_type == "ValidationException"
    return str(refused.value)


def test_a_value_out_of_range_is_named_with_its_bound() -> None:
    assert refusal("UpdateFunctionConfiguration", MemorySize=64) == (
        "1 validation error detected: Value '64' at 'memorySize' failed to satisfy constraint: "
        "Member must have value greater than or equal to 128"
    )


def test_what_lies_deeper_is_named_by_its_path() -> None:
    said = refusal("CreateEventSourceMapping", ScalingConfig={"MaximumConcurrency": 1})
    assert "at 'scalingConfig.maximumConcurrency'" in said


def test_all_errors_are_told_at_once() -> None:
    said = refusal("UpdateFunctionConfiguration", Timeout=0, MemorySize=1)
    assert said.startswith("2 validation errors detected: ")


def test_what_is_right_or_missing_passes() -> None:
    constraints.check("UpdateFunctionConfiguration", {"Timeout": 900, "MemorySize": 10240, "Handler": None})


def test_the_runtimes_are_aws_s() -> None:
    assert "python3.13" in constraints.runtimes()
