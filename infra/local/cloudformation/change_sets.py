"""Change sets: what an update would do, written down first and done when it is executed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from infra.local.cloudformation.errors import AlreadyExists, ChangeSetNotFound, InvalidChangeSetStatus, ValidationError
from infra.local.cloudformation.imports import Import, imported
from infra.local.cloudformation.ledger import mark, now
from infra.local.cloudformation.records import ChangeSet, Settings, Stack
from infra.local.cloudformation.service import (
    Run,
    begin_create,
    begin_import,
    begin_update,
    changes_to,
    checked_template,
    differences,
    new_stack,
    refuse_unless_updatable,
    resolved_parameters,
)
from infra.local.cloudformation.store import find_stack, records, stack_of
from infra.local.wiring import ACCOUNT

NO_CHANGES = "The submitted information didn't contain changes. Submit different information to create a change set."


def create_change_set(
    region: str,
    stack_name: str,
    name: str,
    kind: str,
    body: str | None,
    settings: Settings,
    description: str | None,
    to_import: Sequence[Import] = (),
) -> ChangeSet:
    """Work out the changes; an empty change set is made and FAILED, as the CDK expects it."""
    stack = _stack_for(region, stack_name, kind)
    if any(one.name == name and one.stack_id == stack.id for one in records(region).change_sets.values()):
        raise AlreadyExists(f"ChangeSet [{name}] already exists")
    template = checked_template(stack.name, body if body is not None else stack.template)
    parameters = resolved_parameters(region, template, settings)
    made = ChangeSet(
        id=f"arn:aws:cloudformation:{region}:{ACCOUNT}:changeSet/{name}/{uuid.uuid4()}",
        name=name,
        stack_id=stack.id,
        kind=kind,
        template=template.body,
        settings=settings,
        created=now(),
        parameters=parameters,
        description=description,
        changes=changes_to(stack, template, settings, parameters),
    )
    if kind == "IMPORT":
        made.changes = imported(region, stack, template, made.changes, to_import)
        made.imports = tuple(one.logical_id for one in made.changes)
    if kind == "UPDATE" and not differences(stack, template, settings, parameters):
        made.status, made.execution_status, made.reason = "FAILED", "UNAVAILABLE", NO_CHANGES
    records(region).change_sets[made.id] = made
    return made


def execute_change_set(
    region: str, name: str, stack_name: str | None, run: Run, *, disable_rollback: bool = False
) -> None:
    """Begin to do what it says; every other change set of the stack is worth nothing from then on."""
    change_set = find_change_set(region, name, stack_name)
    if change_set.execution_status != "AVAILABLE":
        raise InvalidChangeSetStatus(
            f"ChangeSet [{change_set.id}] cannot be executed in its current status of [{change_set.status}]"
        )
    stack = stack_of(region, change_set.stack_id)
    if change_set.kind == "UPDATE" or (change_set.kind == "IMPORT" and stack.status != "REVIEW_IN_PROGRESS"):
        refuse_unless_updatable(stack)
    template = checked_template(stack.name, change_set.template)
    for other in records(region).change_sets.values():
        if other.stack_id == stack.id and other.execution_status == "AVAILABLE":
            other.execution_status = "OBSOLETE"
    change_set.execution_status = "EXECUTE_COMPLETE"
    stack.change_set_id = change_set.id
    if change_set.kind == "IMPORT":
        begin_import(stack, template, change_set.settings, change_set.parameters, change_set.imports, run)
        return
    begin = begin_create if change_set.kind == "CREATE" else begin_update
    settings = replace(change_set.settings, on_failure="DO_NOTHING") if disable_rollback else change_set.settings
    begin(stack, template, settings, change_set.parameters, run)


def delete_change_set(region: str, name: str, stack_name: str | None) -> None:
    """Forget it; one that is not there is not an error."""
    try:
        change_set = find_change_set(region, name, stack_name)
    except ChangeSetNotFound:
        return
    del records(region).change_sets[change_set.id]


def find_change_set(region: str, name: str, stack_name: str | None) -> ChangeSet:
    """By its ARN, or by its name and its stack's."""
    known = records(region).change_sets
    if name in known:
        return known[name]
    if not name.startswith("arn:"):
        if stack_name is None:
            raise ValidationError("StackName must be specified if ChangeSetName is not specified as an ARN.")
        stack = stack_of(region, stack_name, "Stack [{}] does not exist")
        for one in known.values():
            if one.name == name and one.stack_id == stack.id:
                return one
    raise ChangeSetNotFound(f"ChangeSet [{name}] does not exist")


def _stack_for(region: str, name: str, kind: str) -> Stack:
    stack = find_stack(region, name)
    if kind == "UPDATE":
        if stack is None or stack.status == "REVIEW_IN_PROGRESS":
            raise ValidationError(f"Stack [{name}] does not exist")
        refuse_unless_updatable(stack)
        return stack
    if kind not in ("CREATE", "IMPORT"):
        raise ValidationError(f"The local cloud makes change sets of type CREATE, UPDATE and IMPORT, not {kind}.")
    if stack is None:
        stack = new_stack(region, name, "REVIEW_IN_PROGRESS")
        mark(stack, "REVIEW_IN_PROGRESS", "User Initiated")
    elif kind == "IMPORT" and stack.status != "REVIEW_IN_PROGRESS":
        refuse_unless_updatable(stack)
    elif stack.status != "REVIEW_IN_PROGRESS":
        raise ValidationError(f"Stack [{name}] already exists and cannot be created again with the changeSet.")
    return stack
