"""What the local cloud understands of a template, property by property; everything else stops the deploy by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from infra.local.cloudformation.resource import ResourceType
from infra.local.wiring import wiring
from serin.domain.errors import Invalid

_CUSTOM = "AWS::CloudFormation::CustomResource"
_REMEDY = "Add it to its service (infra/local/README.md) with a test, or leave it out of the template."


def check(stack: str, template: Mapping[str, Any], types: Mapping[str, ResourceType]) -> None:
    """Refuse a template with a type or property that would be skipped; names every one of them."""
    unknown = sorted(set(_unknown(template.get("Resources", {}), types)))
    if unknown:
        raise Invalid(
            f"The local cloud cannot run this of stack {stack}: {'; '.join(unknown)}.",
            _REMEDY,
        )


def resource_type(name: str) -> ResourceType:
    """The type of that name; raises Invalid for one the local cloud does not make."""
    return _known(name, wiring().services.types)


def _known(name: str, types: Mapping[str, ResourceType]) -> ResourceType:
    kind = types.get(_CUSTOM if name.startswith("Custom::") else name)
    if kind is None:
        raise Invalid(f"The local cloud cannot run {name}.", _REMEDY)
    return kind


def _unknown(resources: Mapping[str, Mapping[str, Any]], types: Mapping[str, ResourceType]) -> Iterable[str]:
    for logical_id, resource in resources.items():
        try:
            kind = _known(resource["Type"], types)
        except Invalid:
            yield f"{resource['Type']} ({logical_id})"
            continue
        for name in resource.get("Properties") or {}:
            if not kind.understands(name):
                yield f"{name} of {kind.type} ({logical_id})"
