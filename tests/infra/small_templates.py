"""Templates by hand with what a bill looks for and nothing else: synthesising real ones takes a minute."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from infra.cost.lines import Template


def small_templates(model: str) -> Sequence[Template]:
    """A stage `dev` of one model."""
    functions = {"authorize": 512, "collect-predictions": 512, "release-model": 1024, "reconcile": 512}
    functions |= {f"predict-{model}": 1769, f"train-model-{model}": 3008}
    resources: dict[str, Any] = {
        name: {
            "Type": "AWS::Lambda::Function",
            "Properties": {"FunctionName": f"serin-dev-{name}", "MemorySize": memory},
        }
        for name, memory in functions.items()
    }
    route = {"DetailedMetricsEnabled": True}
    trial = {"ItemProcessor": {"States": {"Trial": {}, "Note": {}}}}
    machine = {"States": {"Build": {}, "Trials": trial, "Judge": {}}}
    target = {"Arn": {"Fn::GetAtt": ["reconcile", "Arn"]}}
    metrics = {"AlarmName": f"serin-dev-errors-{model}", "Period": 60}
    parts: dict[str, tuple[str, dict[str, Any]]] = {
        "Stage": ("AWS::ApiGatewayV2::Stage", {"DefaultRouteSettings": route}),
        "Authorizer": ("AWS::ApiGatewayV2::Authorizer", {"AuthorizerResultTtlInSeconds": 60}),
        "Uploads": ("AWS::Lambda::EventSourceMapping", {}),
        "Often": ("AWS::Events::Rule", {"ScheduleExpression": "rate(5 minutes)", "Targets": [target]}),
        "Errors": ("AWS::CloudWatch::Alarm", metrics),
        "Training": (
            "AWS::StepFunctions::StateMachine",
            {"StateMachineName": f"serin-dev-training-{model}", "DefinitionString": json.dumps(machine)},
        ),
    }
    resources |= {name: {"Type": kind, "Properties": properties} for name, (kind, properties) in parts.items()}
    return [{"Resources": resources}]
