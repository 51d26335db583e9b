"""State machines, in the backend that executes them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from moto.stepfunctions.parser.models import StepFunctionsParserBackend, stepfunctions_parser_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, tags_of
from infra.local.services.stepfunctions.map_definitions import check_map
from serin.domain.errors import Invalid

_SERVICES = re.compile(
    r"arn:aws:states:::(lambda:invoke|events:putEvents|sqs:sendMessage|sns:publish|dynamodb:[a-zA-Z]+|aws-sdk:[a-zA-Z0-9:]+)"
    r"(\.waitForTaskToken)?|arn:aws:states:::sagemaker:createTrainingJob\.sync|arn:aws:lambda:.+"
)


class StateMachine(ResourceType):
    """moto makes it where nothing executes, and drops substitutions and the type."""

    type = "AWS::StepFunctions::StateMachine"
    properties = (
        "Definition DefinitionString DefinitionSubstitutions LoggingConfiguration RoleArn StateMachineName "
        "StateMachineType Tags TracingConfiguration"
    )
    name_property = "StateMachineName"
    longest_name = 80
    replaced_by = "StateMachineName StateMachineType"

    def create(self, wanted: Wanted) -> Made:
        """Stops at what would only be found out by an execution."""
        made = _backend(wanted).create_state_machine(
            name=wanted.name,
            definition=json.dumps(_checked(wanted)),
            roleArn=wanted.properties["RoleArn"],
            tags=_tags(wanted),
            loggingConfiguration=wanted.get("LoggingConfiguration"),
            tracingConfiguration=wanted.get("TracingConfiguration"),
            sm_type="STANDARD",
        )
        return Made(made.arn, {"Arn": made.arn, "Name": made.name})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Executions that run keep the definition they began with."""
        backend = _backend(wanted)
        backend.update_state_machine(
            before.physical_id,
            definition=json.dumps(_checked(wanted)),
            role_arn=wanted.properties["RoleArn"],
            logging_configuration=wanted.get("LoggingConfiguration", {"level": "OFF"}),
            tracing_configuration=wanted.get("TracingConfiguration", {"enabled": False}),
        )
        backend.untag_resource(before.physical_id, sorted(tags_of(before.properties)))
        backend.tag_resource(before.physical_id, tags_of(wanted.properties))
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """Executions that run are run to their end."""
        _backend(deployed).delete_state_machine(deployed.physical_id)


def _backend(one: Wanted | Deployed) -> StepFunctionsParserBackend:
    return stepfunctions_parser_backends[one.account][one.region]


def _tags(wanted: Wanted) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags_of(wanted.properties).items()]


def _checked(wanted: Wanted) -> dict[str, Any]:
    definition = _definition(wanted)
    _check(wanted.name, definition, wanted.get("StateMachineType", "STANDARD"))
    return definition


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
                "Use one of lambda:invoke, events:putEvents, sqs:sendMessage, sns:publish, dynamodb:…, aws-sdk:… or "
                "sagemaker:createTrainingJob.sync.",
            )
        if body["Type"] == "Map":
            check_map(where, body)


def _states(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, body in definition["States"].items():
        yield name, body
        for inner in (body.get("ItemProcessor"), body.get("Iterator"), *body.get("Branches", [])):
            if inner:
                yield from _states(inner)
