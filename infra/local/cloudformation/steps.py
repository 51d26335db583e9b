"""One resource made, changed or taken away, with the events CloudFormation writes of it."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from moto.moto_api._internal import mock_random

from infra.local.cloudformation.errors import ResourceFailed, reason_of
from infra.local.cloudformation.ledger import mark_resource, note, now
from infra.local.cloudformation.records import Stack, StackResource
from infra.local.cloudformation.resource import Deployed, HalfMade, Made, Wanted
from infra.local.cloudformation.support import resource_type
from infra.local.cloudformation.template import Definition
from infra.local.wiring import ACCOUNT

_RANDOM = 12


def make(
    stack: Stack, definition: Definition, properties: Mapping[str, Any], depends_on: tuple[str, ...], why: str | None
) -> StackResource:
    """Make a resource; raises ResourceFailed. `why` is the reason shown with its first event.

    What there is of one that failed half-way belongs to the stack, so that the rollback takes it away.
    """
    kind = resource_type(definition.type)
    verb = "UPDATE" if why else "CREATE"
    note(stack, definition.logical_id, definition.type, f"{verb}_IN_PROGRESS", why, properties=properties)
    with _failing(stack, definition.logical_id, definition.type, f"{verb}_FAILED"):
        name = str(properties.get(kind.name_property) or generated_name(stack, definition))
        try:
            made = kind.create(_wanted(stack, definition, name, properties))
        except HalfMade as half:
            left = _record(definition, name, properties, Made(half.physical_id), depends_on)
            stack.resources[definition.logical_id] = replace(left, status="CREATE_FAILED", reason=half.message)
            raise
    record = _record(definition, name, properties, made, depends_on)
    mark_resource(stack, record, f"{verb}_IN_PROGRESS", "Resource creation Initiated")
    mark_resource(stack, record, f"{verb}_COMPLETE")
    return record


def adopt(
    stack: Stack, definition: Definition, properties: Mapping[str, Any], depends_on: tuple[str, ...]
) -> StackResource:
    """Take up a resource that is there already; raises ResourceFailed."""
    kind = resource_type(definition.type)
    note(stack, definition.logical_id, definition.type, "IMPORT_IN_PROGRESS", "Resource import started.")
    with _failing(stack, definition.logical_id, definition.type, "IMPORT_FAILED"):
        name = str(properties[kind.name_property])
        made = kind.adopt(_wanted(stack, definition, name, properties))
    record = _record(definition, name, properties, made, depends_on)
    mark_resource(stack, record, "IMPORT_COMPLETE", "Resource import completed.")
    return record


def change(
    stack: Stack,
    before: StackResource,
    definition: Definition,
    properties: Mapping[str, Any],
    depends_on: tuple[str, ...],
) -> StackResource:
    """Change a resource in place; raises ResourceFailed, and `before` is as it was."""
    kind = resource_type(definition.type)
    mark_resource(stack, before, "UPDATE_IN_PROGRESS")
    with _failing(stack, before.logical_id, before.type, "UPDATE_FAILED", before):
        name = str(properties.get(kind.name_property) or before.name)
        made = kind.update(_wanted(stack, definition, name, properties), deployed(stack, before))
    record = _record(definition, name, properties, made, depends_on)
    mark_resource(stack, record, "UPDATE_COMPLETE")
    return record


def take_away(stack: Stack, record: StackResource, policy: str) -> None:
    """Delete a resource, or keep it where its policy says so; raises ResourceFailed."""
    if policy == "Retain":
        mark_resource(stack, record, "DELETE_SKIPPED")
        return
    mark_resource(stack, record, "DELETE_IN_PROGRESS")
    with _failing(stack, record.logical_id, record.type, "DELETE_FAILED", record):
        resource_type(record.type).delete(deployed(stack, record))
    mark_resource(stack, record, "DELETE_COMPLETE")


def deployed(stack: Stack, record: StackResource) -> Deployed:
    """A resource as its type sees it."""
    return Deployed(
        record.physical_id,
        record.name,
        record.properties,
        record.attributes,
        ACCOUNT,
        stack.region,
        record.logical_id,
        stack.id,
        record.type,
    )


def definition_of(record: StackResource) -> Definition:
    """The definition a resource was last made by, its references filled in."""
    return Definition(
        record.logical_id,
        record.type,
        record.properties,
        deletion_policy=record.deletion_policy,
        update_replace_policy=record.update_replace_policy,
        metadata=record.metadata,
    )


def redefined(record: StackResource, definition: Definition, depends_on: tuple[str, ...]) -> StackResource:
    """A resource whose properties are the same, with what else its definition says."""
    return replace(
        record,
        depends_on=depends_on,
        deletion_policy=definition.deletion_policy,
        update_replace_policy=definition.update_replace_policy,
        metadata=definition.metadata,
    )


def generated_name(stack: Stack, definition: Definition) -> str:
    """What CloudFormation calls a resource nobody named."""
    random = "".join(mock_random.choice(string.ascii_uppercase + string.digits) for _ in range(_RANDOM))
    return resource_type(definition.type).generated_name(stack.name, definition.logical_id, random)


def _wanted(stack: Stack, definition: Definition, name: str, properties: Mapping[str, Any]) -> Wanted:
    return Wanted(name, properties, ACCOUNT, stack.region, definition.logical_id, stack.id, definition.type)


def _record(
    definition: Definition, name: str, properties: Mapping[str, Any], made: Made, depends_on: tuple[str, ...]
) -> StackResource:
    return StackResource(
        logical_id=definition.logical_id,
        type=definition.type,
        name=name,
        physical_id=made.ref,
        properties=dict(properties),
        attributes=dict(made.attributes),
        depends_on=depends_on,
        deletion_policy=definition.deletion_policy,
        update_replace_policy=definition.update_replace_policy,
        metadata=definition.metadata,
        status="CREATE_IN_PROGRESS",
        at=now(),
    )


@contextmanager
def _failing(
    stack: Stack, logical_id: str, of_type: str, status: str, record: StackResource | None = None
) -> Iterator[None]:
    """Whatever a service answers, the stack's reader is told which resource it was."""
    try:
        yield
    except Exception as error:
        if record is None:
            note(stack, logical_id, of_type, status, reason_of(error))
        else:
            mark_resource(stack, record, status, reason_of(error))
        raise ResourceFailed(logical_id, of_type, error) from error
