"""The batch workflow in States Language: plan, score each part of a list in S3, and make sure that none is missing."""

from __future__ import annotations

from typing import Any

from aws_cdk import Aws

from infra.constructs.workflow import RETRY, answer_at, distributed

_AGAIN = [*RETRY, {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "MaxAttempts": 3, "BackoffRate": 2}]
# What a part or a file is refused for is so the next time too.
_FINAL = {"ErrorEquals": ["Invalid", "Rejected", "TooLarge", "Corrupt", "NotFound", "Denied"], "MaxAttempts": 0}
BATCH = {"model.$": "$.model", "batch.$": "$.batch", "correlation.$": "$.correlation"}


def batch_definition(score: str, estimate: str, lake: str) -> dict[str, Any]:
    """`score` and `estimate`, a dash and the model's name, are the ARNs of its functions; `lake` is the bucket.

    A part that fails for good lets the others go on; the last step says which are missing.
    """
    return {
        "Comment": "A file scored by one version of a model",
        "StartAt": "Plan",
        "States": {
            "Plan": _call(score, {"step": "plan", **BATCH}, **answer_at("$.planned"), Next="Parts"),
            "Parts": _parts(score, estimate, lake),
            "Finish": _call(score, {"step": "finish", **BATCH}, OutputPath="$.Payload", End=True),
        },
    }


def _parts(score: str, estimate: str, lake: str) -> dict[str, Any]:
    return distributed(
        "Parts",
        lake,
        "$.planned.answer.items",
        "States.Format('batch/{}/maps/{}', $.model, $.batch)",
        ItemSelector={**BATCH, "part.$": "$$.Map.Item.Value.part"},
        ToleratedFailurePercentage=100,
        ItemProcessor={
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Score",
            "States": _states(score, estimate),
        },
        ResultPath="$.map",
        Next="Finish",
    )


def _states(score: str, estimate: str) -> dict[str, Any]:
    """A part: by its compiled model in one step, or by scikit-learn, which has its features handed over in a file."""
    part = {**BATCH, "part.$": "$.part"}
    by_scikit_learn = {"Variable": "$.scored.answer.estimate", "BooleanEquals": True, "Next": "Estimate"}
    files = {"files.$": "$.scored.answer", "correlation.$": "$.correlation"}
    return {
        "Score": _call(score, {"step": "score", **part}, **answer_at("$.scored"), Next="ByWhat"),
        "ByWhat": {"Type": "Choice", "Choices": [by_scikit_learn], "Default": "Scored"},
        "Scored": {"Type": "Pass", "OutputPath": "$.scored.answer", "End": True},
        "Estimate": _call(estimate, {"step": "estimate", **files}, **answer_at("$.estimated"), Next="Write"),
        "Write": _call(score, {"step": "write", **part}, OutputPath="$.Payload", End=True),
    }


def _call(function: str, payload: dict[str, Any], **rest: Any) -> dict[str, Any]:
    """A call of the model's own function of that name."""
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke",
        "Parameters": {"FunctionName.$": f"States.Format('{function}-{{}}', $.model)", "Payload": payload},
        "Retry": [_FINAL, *_AGAIN],
        **rest,
    }
