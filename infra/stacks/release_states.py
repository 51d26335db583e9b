"""The release workflow in States Language: every step is one call of release_model."""

from __future__ import annotations

from typing import Any

from infra.constructs.function import ServiceFunction
from infra.constructs.workflow import RETRY, call
from serin.domain.releases import STEPS

RELEASE = {
    "model.$": "$.model",
    "version.$": "$.version",
    "release.$": "$.release",
    "cause.$": "$.cause",
    "correlation.$": "$.correlation",
}
# While another release of the model holds the lease, the next one waits for about two and a half minutes.
WAIT_FOR_LEASE = {"ErrorEquals": ["Conflict"], "IntervalSeconds": 5, "MaxAttempts": 5, "BackoffRate": 2}
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Abandon"}]


def release_definition(release: ServiceFunction) -> dict[str, Any]:
    """The steps in their order; a step that fails abandons the release, which puts back what was live."""
    states: dict[str, Any] = {}
    for step, following in zip(STEPS, (*STEPS[1:], None), strict=True):
        onward = {"Next": following.capitalize()} if following else {"End": True}
        states[step.capitalize()] = call(release, {"step": step, **RELEASE}, ResultPath=None, Catch=CATCH, **onward)
    states["Begin"]["Retry"] = [*RETRY, WAIT_FOR_LEASE]
    abandon = {"step": "abandon", **RELEASE, "error.$": "$.error"}
    return {
        "Comment": "From a registered version to live",
        "StartAt": STEPS[0].capitalize(),
        "States": {
            **states,
            "Abandon": call(release, abandon, ResultPath=None, Next="Abandoned"),
            "Abandoned": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
        },
    }
