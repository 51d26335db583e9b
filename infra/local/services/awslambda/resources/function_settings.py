"""What is attached to a function: who may call it, what feeds it, what becomes of asynchronous failures."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

from moto.awslambda.exceptions import UnknownEventConfig, UnknownFunctionException

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, is_true, tags_of
from infra.local.services.awslambda.resources.functions import lambda_backend, name_of


class Permission(ResourceType):
    """moto names the statement by chance and forgets it when the resource is deleted."""

    type = "AWS::Lambda::Permission"
    properties = "Action FunctionName Principal SourceAccount SourceArn"
    replaced_by = "*"

    def create(self, wanted: Wanted) -> Made:
        """A statement of the policy of the function, or of the alias or version that is named."""
        reference = wanted.properties["FunctionName"]
        sid = wanted.name
        statement = {
            "StatementId": sid,
            **{key: value for key, value in wanted.properties.items() if key != "FunctionName"},
        }
        lambda_backend(wanted).add_permission(name_of(reference), _qualifier(reference), json.dumps(statement))  # type: ignore[arg-type]
        return Made(sid, {"Id": sid})

    def delete(self, deployed: Deployed) -> None:
        """The function may be gone already."""
        try:
            function = lambda_backend(deployed).get_function(name_of(deployed.properties["FunctionName"]))
        except UnknownFunctionException:
            return
        if any(statement.get("Sid") == deployed.physical_id for statement in function.policy.statements):
            function.policy.del_statement(deployed.physical_id)


def _qualifier(reference: str) -> str | None:
    """What follows the name in a name or ARN."""
    _, _, qualifier = reference.rsplit(":function:", maxsplit=1)[-1].partition(":")
    return qualifier or None


class EventSourceMapping(ResourceType):
    """moto's template deletes a mapping only by the properties it was made with."""

    type = "AWS::Lambda::EventSourceMapping"
    properties = (
        "BatchSize Enabled EventSourceArn FilterCriteria FunctionName FunctionResponseTypes "
        "MaximumBatchingWindowInSeconds ScalingConfig Tags"
    )
    replaced_by = "EventSourceArn"

    def create(self, wanted: Wanted) -> Made:
        """Polling begins at once."""
        spec = {
            **wanted.properties,
            "Enabled": is_true(wanted.get("Enabled", True)),
            "Tags": tags_of(wanted.properties),
        }
        made = lambda_backend(wanted).create_event_source_mapping(spec)
        return Made(made.uuid, {"Id": made.uuid, "EventSourceMappingArn": made.arn})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """A changed mapping counts at once; what is being worked on is finished as it began."""
        settings: dict[str, Any] = {
            "BatchSize": 10,
            "FilterCriteria": None,
            "FunctionResponseTypes": [],
            "MaximumBatchingWindowInSeconds": 0,
            "ScalingConfig": {},
        }
        spec = {name: wanted.get(name, default) for name, default in settings.items()}
        spec |= {"Enabled": is_true(wanted.get("Enabled", True)), "FunctionName": wanted.properties["FunctionName"]}
        made = lambda_backend(wanted).update_event_source_mapping(before.physical_id, spec)
        if made is not None:
            made.tags = tags_of(wanted.properties)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """Polling ends."""
        lambda_backend(deployed).delete_event_source_mapping(deployed.physical_id)


class EventInvokeConfig(ResourceType):
    """moto skips the type. Settings belong to the function, or to one qualifier of it."""

    type = "AWS::Lambda::EventInvokeConfig"
    properties = "DestinationConfig FunctionName MaximumEventAgeInSeconds MaximumRetryAttempts Qualifier"
    replaced_by = "FunctionName Qualifier"

    def create(self, wanted: Wanted) -> Made:
        """Every setting the template names; the others have Lambda's defaults."""
        name, qualifier = name_of(wanted.properties["FunctionName"]), str(wanted.properties["Qualifier"])
        keys = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
        config = {key: wanted.properties[key] for key in keys if key in wanted.properties}
        # moto's own methods take no qualifier.
        backend: Any = lambda_backend(wanted)
        backend.put_function_event_invoke_config(name, config, qualifier)
        return Made(f"{name}|{qualifier}|event-invoke-config")

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The new settings in place of the old."""
        self.delete(before)
        self.create(wanted)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """The function may be gone already, or the alias and its settings with it."""
        backend: Any = lambda_backend(deployed)
        with suppress(UnknownFunctionException, UnknownEventConfig):
            backend.delete_function_event_invoke_config(
                name_of(deployed.properties["FunctionName"]), str(deployed.properties["Qualifier"])
            )
