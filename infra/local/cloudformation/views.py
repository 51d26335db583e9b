"""CloudFormation's records in the shapes of its API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from infra.local.cloudformation.parameters import Parameter
from infra.local.cloudformation.records import Change, ChangeSet, Event, Output, Stack, StackResource
from infra.local.cloudformation.template import Template

_HIDDEN = "****"
_NAMED_IAM = {"AWS::IAM::ManagedPolicy": "ManagedPolicyName", "AWS::IAM::Role": "RoleName"}


def stack(one: Stack) -> dict[str, Any]:
    """A stack of DescribeStacks."""
    return {
        "StackId": one.id,
        "StackName": one.name,
        "ChangeSetId": one.change_set_id,
        "Description": one.description or None,
        "Parameters": _parameters(one.parameters),
        "CreationTime": one.created,
        "LastUpdatedTime": one.updated,
        "DeletionTime": one.deleted,
        "StackStatus": one.status,
        "StackStatusReason": one.reason,
        "DisableRollback": one.settings.on_failure == "DO_NOTHING",
        "NotificationARNs": list(one.settings.notification_arns),
        "Capabilities": list(one.settings.capabilities),
        "Outputs": [_output(output) for output in one.outputs.values()],
        "RoleARN": one.settings.role_arn,
        "Tags": _tags(one.settings.tags),
        "EnableTerminationProtection": one.termination_protection,
        "RollbackConfiguration": {},
        "DriftInformation": {"StackDriftStatus": "NOT_CHECKED"},
    }


def summary(one: Stack) -> dict[str, Any]:
    """A stack of ListStacks."""
    keys = ("StackId", "StackName", "CreationTime", "LastUpdatedTime", "DeletionTime", "StackStatus")
    return {**{key: stack(one)[key] for key in keys}, "StackStatusReason": one.reason}


def event(of: Stack, one: Event) -> dict[str, Any]:
    """An event of DescribeStackEvents."""
    return {
        "StackId": of.id,
        "EventId": one.id,
        "StackName": of.name,
        "LogicalResourceId": one.logical_id,
        "PhysicalResourceId": one.physical_id,
        "ResourceType": one.type,
        "Timestamp": one.at,
        "ResourceStatus": one.status,
        "ResourceStatusReason": one.reason,
        "ResourceProperties": one.properties,
    }


def resource(of: Stack, one: StackResource) -> dict[str, Any]:
    """A resource as each of the actions that show resources asks for it."""
    return {
        "StackId": of.id,
        "StackName": of.name,
        "LogicalResourceId": one.logical_id,
        "PhysicalResourceId": one.physical_id,
        "ResourceType": one.type,
        "Timestamp": one.at,
        "LastUpdatedTimestamp": one.at,
        "ResourceStatus": one.status,
        "ResourceStatusReason": one.reason,
        "DriftInformation": {"StackResourceDriftStatus": "NOT_CHECKED"},
    }


def export(of: Stack, output: Output) -> dict[str, Any]:
    """An export of ListExports."""
    return {"ExportingStackId": of.id, "Name": output.export, "Value": output.value}


def template(one: Template) -> dict[str, Any]:
    """What GetTemplateSummary and ValidateTemplate tell of a template."""
    kinds = sorted({definition.type for definition in one.resources.values()})
    named = any(_NAMED_IAM.get(resource.type, "") in resource.properties for resource in one.resources.values())
    capabilities = [] if not any(kind.startswith("AWS::IAM::") for kind in kinds) else ["CAPABILITY_IAM"]
    return {
        "Description": one.description or None,
        "Parameters": [_declared(name, rules) for name, rules in one.parameters.items()],
        "ResourceTypes": kinds,
        "Capabilities": ["CAPABILITY_NAMED_IAM"] if capabilities and named else capabilities,
        "Version": "2010-09-09",
    }


def change_set(of: Stack, one: ChangeSet) -> dict[str, Any]:
    """DescribeChangeSet."""
    return {
        **change_set_summary(of, one),
        "Parameters": _parameters(one.parameters),
        "NotificationARNs": list(one.settings.notification_arns),
        "Capabilities": list(one.settings.capabilities),
        "Tags": _tags(one.settings.tags),
        "OnStackFailure": one.settings.on_failure,
        "Changes": [_change(change) for change in one.changes],
    }


def change_set_summary(of: Stack, one: ChangeSet) -> dict[str, Any]:
    """A change set of ListChangeSets."""
    return {
        "ChangeSetName": one.name,
        "ChangeSetId": one.id,
        "StackId": of.id,
        "StackName": of.name,
        "Description": one.description,
        "CreationTime": one.created,
        "ExecutionStatus": one.execution_status,
        "Status": one.status,
        "StatusReason": one.reason,
    }


def _change(one: Change) -> dict[str, Any]:
    details = [
        {
            "Target": {
                "Attribute": "Properties",
                "Name": changed.name,
                "RequiresRecreation": _recreation(changed.recreates, changed.dynamic),
            },
            "Evaluation": "Dynamic" if changed.dynamic else "Static",
            "ChangeSource": "DirectModification",
        }
        for changed in one.properties
    ]
    return {
        "Type": "Resource",
        "ResourceChange": {
            "Action": one.action,
            "LogicalResourceId": one.logical_id,
            "PhysicalResourceId": one.physical_id,
            "ResourceType": one.type,
            "Replacement": one.replacement,
            "Scope": list(one.scope),
            "Details": details,
        },
    }


def _recreation(recreates: bool, dynamic: bool) -> str:
    if not recreates:
        return "Never"
    return "Conditionally" if dynamic else "Always"


def _parameters(parameters: Mapping[str, Parameter]) -> list[dict[str, Any]]:
    listed = []
    for name, one in parameters.items():
        shown: dict[str, Any] = {"ParameterKey": name, "ParameterValue": _HIDDEN if one.secret else one.given}
        if one.from_store and not one.secret:
            value = one.resolved
            shown["ResolvedValue"] = ",".join(value) if isinstance(value, list) else value
        listed.append(shown)
    return listed


def _declared(name: str, rules: Mapping[str, Any]) -> dict[str, Any]:
    default = rules.get("Default")
    return {
        "ParameterKey": name,
        "DefaultValue": None if default is None else str(default),
        "ParameterType": str(rules.get("Type", "String")),
        "NoEcho": str(rules.get("NoEcho", False)).lower() == "true",
        "Description": rules.get("Description"),
        "ParameterConstraints": {"AllowedValues": [str(one) for one in rules.get("AllowedValues", [])]},
    }


def _output(one: Output) -> dict[str, Any]:
    return {"OutputKey": one.name, "OutputValue": one.value, "Description": one.description, "ExportName": one.export}


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
