"""State machines, in the backend that executes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.stepfunctions.parser.models import stepfunctions_parser_backends

from infra.local.resources.model import Made, Wanted, resource
from serin.domain.errors import Invalid

_SERVICES = re.compile(
    r"arn:aws:states:::(lambda:invoke|events:putEvents|sqs:sendMessage|sns:publish|dynamodb:[a-zA-Z]+|aws-sdk:[a-zA-Z0-9:]+)"
    r"(\.waitForTaskToken)?|arn:aws:lambda:.+"
)


@resource("AWS::StepFunctions::StateMachine", name="StateMachineName")
def state_machine(wanted: Wanted) -> Made:
    """moto makes it where nothing executes, and drops substitutions and the type."""
    definition = _definition(wanted)
    _check(wanted.name, definition, wanted.get("StateMachineType", "STANDARD"))
    backend = stepfunctions_parser_backends[wanted.account][wanted.region]
    made = backend.create_state_machine(
        name=wanted.name,
        definition=json.dumps(definition),
        roleArn=wanted.properties["RoleArn"],
        tags=[{"key": tag["Key"], "value": tag["Value"]} for tag in wanted.get("Tags", [])],
        loggingConfiguration=wanted.get("LoggingConfiguration"),
        tracingConfiguration=wanted.get("TracingConfiguration"),
        sm_type="STANDARD",
    )
    return Made(made.arn, {"Arn": made.arn, "Name": made.name}, delete=lambda: backend.delete_state_machine(made.arn))


def _definition(wanted: Wanted) -> dict[str, Any]:
    if "Definition" in wanted.properties:
        text = json.dumps(wanted.properties["Definition"])
    elif "DefinitionString" in wanted.properties:
        text = wanted.properties["DefinitionString"]
    else:
        raise Invalid(
            f"The state machine {wanted.name} keeps its definition in S3.",
            "Give it in the template (DefinitionString).",
        )
    for name, value in (wanted.get("DefinitionSubstitutions") or {}).items():
        text = text.replace(f"${{{name}}}", json.dumps(str(value))[1:-1])
    definition: dict[str, Any] = json.loads(text)
    return definition


def _check(name: str, definition: Mapping[str, Any], kind: str) -> None:
    """Stop at what moto's interpreter does not execute, before an execution finds out."""
    if kind != "STANDARD":
        raise Invalid(
            f"The state machine {name} is {kind}.", "Use a STANDARD machine; nothing executes the others locally."
        )
    for state, body in _states(definition):
        where = f"State {state} of {name}"
        if body.get("QueryLanguage", definition.get("QueryLanguage", "JSONPath")) != "JSONPath":
            raise Invalid(f"{where} is written in {body.get('QueryLanguage', 'JSONata')}.", "Write it in JSONPath.")
        if body["Type"] == "Task" and not _SERVICES.fullmatch(body["Resource"]):
            raise Invalid(
                f"{where} calls {body['Resource']}, which the local cloud does not integrate.",
                "Use one of lambda:invoke, events:putEvents, sqs:sendMessage, sns:publish, dynamodb:… or aws-sdk:….",
            )
        if "ItemBatcher" in body:
            raise Invalid(
                f"{where} batches its items.", "Batch in the function before; nothing executes ItemBatcher locally."
            )


def _states(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, body in definition["States"].items():
        yield name, body
        for inner in (body.get("ItemProcessor"), body.get("Iterator"), *body.get("Branches", [])):
            if inner:
                yield from _states(inner)
