"""The rules of EventBridge by which Step Functions hears that a job has ended, which a machine's role has to allow.

https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.local.iam.errors import AccessDenied
from infra.local.wiring import ACCOUNT, wiring

_RULES: Mapping[str, str] = {
    "sagemaker:createTrainingJob.sync": "StepFunctionsGetEventsForSageMakerTrainingJobsRule",
}
"""By what a task asks for."""
_ACTIONS = ("events:PutTargets", "events:PutRule", "events:DescribeRule")


def may_manage_rules(definition: Mapping[str, Any], role_arn: str) -> bool:
    """Whether the role may make the rules that the definition's tasks need."""
    try:
        for rule in {_RULES[task] for task in _tasks(definition) if task in _RULES}:
            for action in _ACTIONS:
                arn = f"arn:aws:events:{wiring().region}:{ACCOUNT}:rule/{rule}"
                wiring().guard.role_may(role_arn, action, arn)
    except AccessDenied:
        return False
    return True


def _tasks(definition: Mapping[str, Any]) -> Iterator[str]:
    for state in definition["States"].values():
        if state["Type"] == "Task":
            yield str(state["Resource"]).partition(":::")[2]
        for inner in (state.get("ItemProcessor"), state.get("Iterator"), *state.get("Branches", [])):
            if inner:
                yield from _tasks(inner)
