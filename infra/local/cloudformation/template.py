"""Templates as CloudFormation reads them: JSON or YAML, checked for their form before anything is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.quotas import MOST_BYTES, check_template

_SECTIONS = {
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
}
_RESOURCE_KEYS = {
    "Condition",
    "CreationPolicy",
    "DeletionPolicy",
    "DependsOn",
    "Metadata",
    "Properties",
    "Type",
    "UpdatePolicy",
    "UpdateReplacePolicy",
}


@dataclass(frozen=True)
class Definition:
    """One resource of a template."""

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    depends_on: tuple[str, ...] = ()
    condition: str | None = None
    deletion_policy: str = "Delete"
    update_replace_policy: str = "Delete"
    metadata: Any = None
    says_deletion_policy: bool = False


@dataclass(frozen=True)
class Template:
    """A template's sections; `body` is the text as it was given."""

    body: str
    resources: Mapping[str, Definition]
    description: str = ""
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    conditions: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    rules: Mapping[str, Any] = field(default_factory=dict)


def read_template(body: str) -> Template:
    """Read a template; raises ValidationError as CloudFormation words it."""
    if len(body.encode()) > MOST_BYTES:
        raise ValidationError(f"Template may not exceed {MOST_BYTES} bytes in size.")
    document = _parsed(body)
    if not isinstance(document, dict):
        raise ValidationError("Template format error: unsupported structure.")
    if "Transform" in document:
        raise ValidationError("The local cloud runs no Transform; give CloudFormation the processed template.")
    if unknown := sorted(set(document) - _SECTIONS):
        raise ValidationError(f"Invalid template property or properties [{', '.join(unknown)}]")
    resources = document.get("Resources")
    if not isinstance(resources, dict) or not resources:
        raise ValidationError("Template format error: At least one Resources member must be defined.")
    check_template(document)
    return Template(
        body,
        {name: _definition(name, resource) for name, resource in resources.items()},
        str(document.get("Description", "")),
        document.get("Parameters") or {},
        document.get("Mappings") or {},
        document.get("Conditions") or {},
        document.get("Outputs") or {},
        document.get("Rules") or {},
    )


def _definition(name: str, resource: Any) -> Definition:
    if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
        raise ValidationError(
            f"Template format error: [/Resources/{name}] Every Resources object must contain a Type member."
        )
    if unknown := sorted(set(resource) - _RESOURCE_KEYS):
        raise ValidationError(f"Invalid template resource property '{unknown[0]}'")
    after = resource.get("DependsOn", [])
    return Definition(
        name,
        resource["Type"],
        resource.get("Properties") or {},
        (after,) if isinstance(after, str) else tuple(after),
        resource.get("Condition"),
        _policy(name, resource, "DeletionPolicy"),
        _policy(name, resource, "UpdateReplacePolicy"),
        resource.get("Metadata"),
        "DeletionPolicy" in resource,
    )


def _policy(name: str, resource: Mapping[str, Any], key: str) -> str:
    policy = str(resource.get(key, "Delete"))
    allowed = {"Delete", "Retain", *(["RetainExceptOnCreate"] if key == "DeletionPolicy" else [])}
    if policy == "Snapshot":
        raise ValidationError(f"The local cloud takes no snapshots; {name} has {key} Snapshot.")
    if policy not in allowed:
        raise ValidationError(f"Template format error: Unrecognized {key} {policy} for resource {name}")
    return policy


def _parsed(body: str) -> Any:
    if body.lstrip().startswith("{"):
        try:
            return json.loads(body)
        except ValueError as error:
            # A YAML mapping may begin with a brace as well.
            return _parsed_yaml(body, f"Template format error: JSON not well-formed. ({error})")
    return _parsed_yaml(body, "Template format error: YAML not well-formed.")


def _parsed_yaml(body: str, complaint: str) -> Any:
    try:
        return yaml.load(body, Loader=_Loader)
    except yaml.YAMLError as error:
        raise ValidationError(complaint) from error


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short functions; dates stay text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _short_function(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", maxsplit=1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_function)
