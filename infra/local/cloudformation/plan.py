"""What an update changes, decided before anything is touched; nothing here reaches a service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.functions import UNKNOWN, evaluate
from infra.local.cloudformation.order import dependencies, in_order
from infra.local.cloudformation.records import Change, PropertyChange, StackResource
from infra.local.cloudformation.scope import StackScope
from infra.local.cloudformation.template import Definition


class Replaces(Protocol):
    """What a plan must know of a resource type."""

    @property
    def volatile(self) -> bool:
        """Whether an update in place may change its attributes."""

    def replaces(self, changed: str) -> bool:
        """Whether a change of that property needs a new resource."""


Types = Callable[[str], Replaces]


@dataclass(frozen=True)
class Wish:
    """The resources a template asks for once its conditions are known, in dependency order."""

    definitions: Mapping[str, Definition]
    depends_on: Mapping[str, tuple[str, ...]]
    order: tuple[str, ...]


def wish(scope: StackScope) -> Wish:
    """Order what the template asks for; raises ValidationError for a circle."""
    conditions = scope.conditions
    wanted = {
        name: definition
        for name, definition in scope.template.resources.items()
        if definition.condition is None or conditions[definition.condition]
    }
    before = {name: dependencies(definition, set(wanted), conditions) for name, definition in wanted.items()}
    return Wish(wanted, before, tuple(in_order(before)))


def properties_of(definition: Definition, scope: StackScope) -> dict[str, Any]:
    """A resource's properties with everything filled in."""
    made: dict[str, Any] = evaluate(dict(definition.properties), scope)
    return made


def changed_properties(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """The names of the properties that differ."""
    names = sorted({*before, *after})
    return [name for name in names if _plain(before.get(name)) != _plain(after.get(name))]


def _plain(value: Any) -> Any:
    """`5` and `"5"`, `true` and `"true"` are one value to CloudFormation."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return value


def plan(current: Mapping[str, StackResource], wanted: Wish, scope: StackScope, types: Types) -> list[Change]:
    """All changes, those of the template in its order, then the removals in the opposite one.

    `scope.pending` collects what is to be made anew, so that whoever refers to it is seen to change.
    """
    _refuse_other_types(current, wanted)
    changes = [change for name in wanted.order for change in _of(name, current, wanted, scope, types)]
    return changes + [
        Change("Remove", record.logical_id, record.type, record.physical_id) for record in removed(current, wanted)
    ]


def removed(current: Mapping[str, StackResource], wanted: Wish) -> list[StackResource]:
    """What the template no longer asks for, each before what it depends on."""
    gone = {name: record for name, record in current.items() if name not in wanted.definitions}
    before = {name: tuple(one for one in record.depends_on if one in gone) for name, record in gone.items()}
    return [gone[name] for name in reversed(in_order(before))]


def _of(
    name: str, current: Mapping[str, StackResource], wanted: Wish, scope: StackScope, types: Types
) -> Iterator[Change]:
    definition = wanted.definitions[name]
    if name not in current:
        scope.pending.add(name)
        yield Change("Add", name, definition.type)
        return
    record = current[name]
    after = properties_of(definition, scope)
    names = changed_properties(record.properties, after)
    of = types(definition.type)
    changes = tuple(PropertyChange(one, of.replaces(one), UNKNOWN in str(after.get(one))) for one in names)
    scopes = _scopes(record, definition, names)
    if not scopes:
        return
    replacement = _replacement(changes)
    if replacement != "False":
        scope.pending.add(name)
    elif names and of.volatile:
        scope.refreshed.add(name)
    yield Change("Modify", name, definition.type, record.physical_id, replacement, scopes, changes)


def _scopes(record: StackResource, definition: Definition, names: list[str]) -> tuple[str, ...]:
    seen = {
        "Properties": bool(names),
        "Metadata": _plain(record.metadata) != _plain(definition.metadata),
        "DeletionPolicy": record.deletion_policy != definition.deletion_policy,
        "UpdateReplacePolicy": record.update_replace_policy != definition.update_replace_policy,
    }
    return tuple(scope for scope, differs in seen.items() if differs)


def _replacement(changes: tuple[PropertyChange, ...]) -> str:
    if any(change.recreates and not change.dynamic for change in changes):
        return "True"
    return "Conditional" if any(change.recreates for change in changes) else "False"


def _refuse_other_types(current: Mapping[str, StackResource], wanted: Wish) -> None:
    changed = [name for name, one in wanted.definitions.items() if name in current and current[name].type != one.type]
    if changed:
        raise ValidationError(
            "Update of resource type is not permitted. The new template modifies resource type of the following "
            f"resources: [{', '.join(sorted(changed))}]"
        )
