"""What names mean inside one stack: its parameters, its resources, other stacks' exports, the Parameter Store."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.functions import UNKNOWN, holds
from infra.local.cloudformation.parameters import Parameter
from infra.local.cloudformation.records import StackResource
from infra.local.cloudformation.template import Template

_DYNAMIC = re.compile(r"\{\{resolve:(?P<service>[^:}]+):(?P<key>[^}]+)\}\}")


@dataclass(frozen=True)
class World:
    """What a stack sees beyond itself."""

    account: str
    region: str
    exported: Callable[[str], str | None]
    """The value of an export; None when nobody exports that name."""
    stored: Callable[[str], str | None]
    """The value of a parameter in the Parameter Store; None when there is none."""


@dataclass
class StackScope:
    """Evaluates in the light of what has been made so far.

    `resources` is the engine's own record, read as it grows. A name in `pending` is one that an
    update will make anew; what is asked of it is UNKNOWN.
    """

    world: World
    stack_id: str
    stack_name: str
    template: Template
    parameters: Mapping[str, Parameter]
    resources: Mapping[str, StackResource] = field(default_factory=dict)
    notification_arns: tuple[str, ...] = ()
    pending: set[str] = field(default_factory=set)
    refreshed: set[str] = field(default_factory=set)
    """Resources that are updated in place in a way that may change their attributes, though not their id."""
    imports: set[str] = field(default_factory=set)
    """Every export that was asked for."""
    _conditions: dict[str, bool] = field(default_factory=dict)

    @property
    def region(self) -> str:
        """The region the stack lives in."""
        return self.world.region

    @property
    def conditions(self) -> dict[str, bool]:
        """Every condition of the template, by name."""
        return {name: self.condition(name) for name in self.template.conditions}

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""
        if name not in self.template.conditions:
            raise ValidationError(f"Template error: unresolved condition dependency: {name}")
        if name not in self._conditions:
            self._conditions[name] = holds(self.template.conditions[name], self)
        return self._conditions[name]

    def ref(self, name: str) -> Any:
        """A parameter's value, a pseudo parameter or a resource's physical id."""
        if name in self.parameters:
            return self.parameters[name].resolved
        if name.startswith("AWS::"):
            return self._pseudo(name)
        return UNKNOWN if name in self.pending else self._resource(name).physical_id

    def attribute(self, name: str, attribute: str) -> Any:
        """An attribute of a resource; a custom resource has those its function answered."""
        if name not in self.template.resources:
            raise ValidationError(f"Template error: instance of Fn::GetAtt references undefined resource {name}")
        if name in self.pending or name in self.refreshed:
            return UNKNOWN
        resource = self._resource(name)
        if attribute not in resource.attributes:
            raise ValidationError(
                f"Template error: resource {name} does not support attribute type {attribute} in Fn::GetAtt"
            )
        return resource.attributes[attribute]

    def mapped(self, mapping: str, first: str, second: str) -> Any:
        """An entry of the template's mappings; raises LookupError for none."""
        return self.template.mappings[mapping][first][second]

    def imported(self, name: str) -> str:
        """The value of another stack's export."""
        if UNKNOWN in name:
            return UNKNOWN
        value = self.world.exported(name)
        if value is None:
            raise ValidationError(f"No export named {name} found.")
        self.imports.add(name)
        return value

    def resolved(self, text: str) -> str:
        """The text with its dynamic references filled in."""
        return _DYNAMIC.sub(self._dynamic, text) if "{{resolve:" in text else text

    def _resource(self, name: str) -> StackResource:
        if name not in self.resources:
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies [{name}] "
                "in the Resources block of the template"
            )
        return self.resources[name]

    def _pseudo(self, name: str) -> Any:
        known: dict[str, Any] = {
            "AWS::AccountId": self.world.account,
            "AWS::NotificationARNs": list(self.notification_arns),
            "AWS::Partition": "aws",
            "AWS::Region": self.world.region,
            "AWS::StackId": self.stack_id,
            "AWS::StackName": self.stack_name,
            "AWS::URLSuffix": "amazonaws.com",
        }
        if name not in known:
            raise ValidationError(f"Template error: unresolved pseudo parameter {name}")
        return known[name]

    def _dynamic(self, match: re.Match[str]) -> str:
        if match["service"] != "ssm":
            raise ValidationError(f"The local cloud resolves {{{{resolve:ssm:…}}}} only, not {match[0]}.")
        value = self.world.stored(match["key"])
        if value is None:
            raise ValidationError(
                f"Unable to fetch parameters [{match['key'].split(':')[0]}] from parameter store for this account."
            )
        return value
