"""The release workflow in States Language: every step is one call of release_model, which says what comes next."""

from __future__ import annotations

from typing import Any, get_args

from aws_cdk import Aws

from infra.constructs.workflow import RETRY, answer_at, call
from serin.domain.release_course import Next

RELEASE = {
    "model.$": "$.model",
    "version.$": "$.version",
    "release.$": "$.release",
    "cause.$": "$.cause",
    "correlation.$": "$.correlation",
}
COURSE = "$.course.answer"
ROUND = {"round.$": f"{COURSE}.round"}
PAYLOADS: dict[Next, dict[str, str]] = {
    "publish": ROUND,
    "golden": {},
    "open": ROUND,
    "shadow": ROUND,
    "shift": {},
    "judge": ROUND,
    "promote": {},
    "bake": ROUND,
    "prune": {},
    "finish": {},
    "continue": {"then.$": f"{COURSE}.then", "seconds.$": f"{COURSE}.seconds"},
}
"""What each step is told besides its release."""

# What a release raises for good: no repeat makes it right. Everything else may pass, and every step may be repeated.
FINAL = {"ErrorEquals": ["Invalid", "Conflict", "Corrupt", "NotFound", "Denied", "TooLarge"], "MaxAttempts": 0}
AGAIN = {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "MaxAttempts": 5, "BackoffRate": 2}
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Abandon"}]
# A release that went well does not fail over what it leaves lying about.
CATCH_OF_PRUNE = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Finish"}]


def release_definition(release: str, truth: str) -> dict[str, Any]:
    """Begin, then whatever each step says comes next, after its wait; a step that fails abandons the release.

    An execution that continues another one has a course from its beginning. `truth`, a dash and the model's name are
    the ARN of the function that looks up what is true by now.
    """
    begin = {"step": "begin", **RELEASE}
    return {
        "Comment": "From a registered version to live",
        "StartAt": "Start",
        "States": {
            "Start": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.course", "IsPresent": True, "Next": "Onward"}],
                "Default": "Begin",
            },
            "Begin": _call(release, begin, **answer_at("$.course"), Catch=CATCH, Next="Onward"),
            **{state_of(step): _step(release, step) for step in PAYLOADS},
            **_onward(),
            "Truth": _truth(truth),
            **_endings(release),
        },
    }


def state_of(step: Next) -> str:
    """The state that a course leads to."""
    return {"abandon": "RollBack", "end": "Ended"}.get(step, step.capitalize())


def _step(release: str, step: Next) -> dict[str, Any]:
    payload = {"step": step, **RELEASE, **PAYLOADS[step]}
    catch = CATCH_OF_PRUNE if step == "prune" else CATCH
    return _call(release, payload, **answer_at("$.course"), Catch=catch, Next="Onward")


def _onward() -> dict[str, Any]:
    """The wait a step asks for, and the step it names; a course that leads nowhere is an error."""
    choices = [
        {"Variable": f"{COURSE}.next", "StringEquals": step, "Next": state_of(step)}
        for step in (*PAYLOADS, "abandon", "end")
    ]
    waits = {"Variable": f"{COURSE}.seconds", "NumericGreaterThan": 0}
    new_execution = {"Variable": f"{COURSE}.next", "StringEquals": "continue"}
    return {
        "Onward": {
            "Type": "Choice",
            "Choices": [{"And": [waits, {"Not": new_execution}], "Next": "Wait"}],
            "Default": "Next",
        },
        "Wait": {"Type": "Wait", "SecondsPath": f"{COURSE}.seconds", "Next": "TruthIsDue"},
        "TruthIsDue": {
            "Type": "Choice",
            "Choices": [{"Variable": f"{COURSE}.truth", "BooleanEquals": True, "Next": "Truth"}],
            "Default": "Next",
        },
        "Next": {"Type": "Choice", "Choices": choices},
    }


def _truth(function: str) -> dict[str, Any]:
    """The model's own code joins it, so it may fail: the release is judged by what there is."""
    return {
        "Type": "Task",
        "Resource": f"arn:{Aws.PARTITION}:states:::lambda:invoke",
        "Parameters": {
            "FunctionName.$": f"States.Format('{function}-{{}}', $.model)",
            "Payload": {"release.$": "$.release", "correlation.$": "$.correlation"},
        },
        "Retry": RETRY,
        "ResultPath": None,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Next"}],
        "Next": "Next",
    }


def _endings(release: str) -> dict[str, Any]:
    abandon = {"step": "abandon", **RELEASE, "error.$": "$.error"}
    roll_back = {"step": "roll_back", **RELEASE, "reason.$": f"{COURSE}.reason"}
    return {
        "RollBack": _call(release, roll_back, ResultPath=None, Catch=CATCH, Next="RolledBack"),
        "RolledBack": {"Type": "Succeed"},
        "Ended": {"Type": "Succeed"},
        "Abandon": _call(release, abandon, ResultPath=None, Next="Abandoned"),
        "Abandoned": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
    }


def _call(release: str, payload: dict[str, str], **rest: Any) -> dict[str, Any]:
    return call(release, payload, **rest) | {"Retry": [*RETRY, FINAL, AGAIN]}


assert {*PAYLOADS, "abandon", "end"} == {step for part in get_args(Next) for step in get_args(part) or (part,)}
