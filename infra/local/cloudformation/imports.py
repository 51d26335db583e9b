"""What a change set of type IMPORT may do: make resources that are there already a stack's own, and nothing else.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/resource-import.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.records import Change, Stack
from infra.local.cloudformation.store import records
from infra.local.cloudformation.support import resource_type
from infra.local.cloudformation.template import Definition, Template


@dataclass(frozen=True)
class Import:
    """A resource to import: what the template calls it, and the property it is known by, with its value."""

    logical_id: str
    type: str
    identifier: Mapping[str, str]


def imports_of(given: Sequence[Mapping[str, Any]]) -> list[Import]:
    """`ResourcesToImport` of a request."""
    return [Import(one["LogicalResourceId"], one["ResourceType"], dict(one["ResourceIdentifier"])) for one in given]


def imported(
    region: str, stack: Stack, template: Template, changes: Sequence[Change], to_import: Sequence[Import]
) -> tuple[Change, ...]:
    """The changes of an import; raises ValidationError for whatever CloudFormation would not import."""
    if not to_import:
        raise ValidationError("ResourcesToImport cannot be empty for the change set type IMPORT.")
    names = {one.logical_id for one in to_import}
    if others := sorted(change.logical_id for change in changes if change.logical_id not in names):
        raise ValidationError(
            f"You have modified resources [{', '.join(others)}] in your template that are not being imported. Update, "
            "create or delete operations cannot be executed during import operations."
        )
    if template.outputs:
        raise ValidationError("As part of the import operation, you cannot modify or add [Outputs]")
    return tuple(_change(region, stack, template, one) for one in to_import)


def _change(region: str, stack: Stack, template: Template, one: Import) -> Change:
    definition = template.resources.get(one.logical_id)
    if definition is None or definition.type != one.type:
        raise ValidationError(f"Resources [{one.logical_id}] is missing from the template, or of another type.")
    if one.logical_id in stack.resources:
        raise ValidationError(f"Resource [{one.logical_id}] already exists in stack [{stack.name}].")
    if not definition.says_deletion_policy:
        raise ValidationError(f"Resources [{one.logical_id}] is missing DeletionPolicy attribute in template.")
    name = _identified(definition, one)
    for other in records(region).stacks.values():
        if any((owned.type, owned.physical_id) == (one.type, name) for owned in other.resources.values()):
            raise ValidationError(f"Resource {name} already exists in stack {other.id}.")
    return Change("Import", one.logical_id, one.type, name)


def _identified(definition: Definition, one: Import) -> str:
    key = resource_type(definition.type).name_property
    if set(one.identifier) != {key}:
        raise ValidationError(f"Resource identifier of {one.logical_id} must be {key}.")
    return one.identifier[key]
