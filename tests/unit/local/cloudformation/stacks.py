"""Templates and scopes written by hand, with types that only plan."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from infra.local.cloudformation.parameters import Parameter
from infra.local.cloudformation.plan import properties_of, wish
from infra.local.cloudformation.records import StackResource
from infra.local.cloudformation.scope import StackScope, World
from infra.local.cloudformation.template import Template, read_template

STORE = {"/api/id": "api-1"}
EXPORTS = {"shared-bus": "bus-1"}


@dataclass(frozen=True)
class Kind:
    """A type whose `Name` means a new resource."""

    volatile: bool = False

    def replaces(self, changed: str) -> bool:
        """Whether a change of that property needs a new resource."""
        return changed == "Name"


def kinds(name: str) -> Kind:
    """A type by its name."""
    return Kind(volatile=name == "Test::Volatile")


def template(resources: Mapping[str, Any], **sections: Any) -> Template:
    """A template of these resources."""
    return read_template(json.dumps({"Resources": resources, **sections}))


def one(kind: str = "Test::Thing", **properties: Any) -> dict[str, Any]:
    """A resource."""
    return {"Type": kind, "Properties": properties}


def scope_of(
    read: Template,
    made: Mapping[str, StackResource] | None = None,
    parameters: Mapping[str, Parameter] | None = None,
) -> StackScope:
    """The scope of a stack `s` in which these resources were made."""
    world = World("123456789012", "us-east-1", EXPORTS.get, STORE.get)
    return StackScope(world, "arn:stack", "s", read, parameters or {}, dict(made or {}))


def made_of(read: Template, parameters: Mapping[str, Parameter] | None = None) -> dict[str, StackResource]:
    """What a stack of that template looks like, each resource with the attribute `Arn`."""
    found: dict[str, StackResource] = {}
    scope = scope_of(read, parameters=parameters)
    scope.resources = found
    wanted = wish(scope)
    for name in wanted.order:
        definition = wanted.definitions[name]
        found[name] = StackResource(
            name,
            definition.type,
            name,
            f"id-{name}",
            properties_of(definition, scope),
            {"Arn": f"arn-{name}"},
            wanted.depends_on[name],
            definition.deletion_policy,
            definition.update_replace_policy,
            definition.metadata,
            "CREATE_COMPLETE",
            datetime(2026, 1, 1, tzinfo=UTC),
        )
    return found
