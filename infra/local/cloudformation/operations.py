"""Creating, updating and deleting a stack, each in the thread that calls it, from the first event to the last."""

from __future__ import annotations

import copy
from collections.abc import Collection
from dataclasses import dataclass, field

from infra.local.cloudformation.errors import ResourceFailed, ValidationError, reason_of
from infra.local.cloudformation.ledger import mark, mark_resource, note, now
from infra.local.cloudformation.outputs import check_exports, outputs_of, refuse_deletion
from infra.local.cloudformation.plan import Wish, changed_properties, properties_of, removed
from infra.local.cloudformation.records import Stack, StackResource
from infra.local.cloudformation.scope import StackScope
from infra.local.cloudformation.steps import adopt, change, definition_of, make, redefined, take_away
from infra.local.cloudformation.support import resource_type
from infra.local.cloudformation.template import Definition
from infra.local.wiring import Wiring, connected

_REPLACING = "Requested update requires the creation of a new physical resource; hence creating one."
Failed = ResourceFailed | ValidationError


@dataclass
class Journal:
    """What an operation has done so far, so that it can be undone."""

    before: dict[str, StackResource]
    """The resources as they were."""
    touched: list[str] = field(default_factory=list)
    """What was made, changed or replaced, in that order; the one that failed is the last."""
    replaced: list[StackResource] = field(default_factory=list)
    """Old resources that a new one took the place of."""


class CloudEnded(Exception):
    """The local cloud stopped in the middle of an operation; nobody is left to tell."""


@dataclass(frozen=True)
class Operation:
    """A template on its way into a stack."""

    stack: Stack
    scope: StackScope
    wish: Wish
    cloud: Wiring | None = field(default_factory=connected)

    def create(self) -> None:
        """Make everything; what becomes of a failure is the stack's `on_failure`."""
        stack, journal = self.stack, Journal({})
        try:
            self._apply(journal)
        except (ResourceFailed, ValidationError) as error:
            self._create_failed(error)
            return
        mark(stack, "CREATE_COMPLETE")

    def update(self) -> None:
        """Change what differs, then take away what is no longer wanted; a failure restores what was."""
        stack, journal = self.stack, Journal(copy.deepcopy(self.stack.resources))
        gone = removed(stack.resources, self.wish)
        try:
            self._apply(journal)
        except (ResourceFailed, ValidationError) as error:
            self._update_failed(journal, error)
            return
        mark(stack, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
        for old in reversed(journal.replaced):
            _clear(stack, old, old.update_replace_policy)
        for record in gone:
            del stack.resources[record.logical_id]
            _clear(stack, record, _policy(record, creating=False))
        mark(stack, "UPDATE_COMPLETE")

    def take_up(self, imports: Collection[str]) -> None:
        """Make the resources of these logical ids the stack's own, as they are; all of them, or none."""
        stack, before = self.stack, dict(self.stack.resources)
        try:
            for name in (one for one in self.wish.order if one in imports):
                definition = self.wish.definitions[name]
                properties = self._resolved(definition)
                stack.resources[name] = adopt(stack, definition, properties, self.wish.depends_on[name])
        except (ResourceFailed, ValidationError) as error:
            stack.failures.append(_said(error))
            stack.resources = before
            mark(stack, "IMPORT_ROLLBACK_IN_PROGRESS", _because(error, "import"))
            mark(stack, "IMPORT_ROLLBACK_COMPLETE")
            return
        stack.template, stack.description = self.scope.template.body, self.scope.template.description
        mark(stack, "IMPORT_COMPLETE")

    def _apply(self, journal: Journal) -> None:
        stack = self.stack
        for name in self.wish.order:
            if connected() is not self.cloud:
                raise CloudEnded
            self._step(self.wish.definitions[name], self.wish.depends_on[name], journal)
        wanted = outputs_of(self.scope)
        check_exports(stack, wanted)
        stack.outputs = wanted
        stack.imports = set(self.scope.imports)
        stack.template, stack.description = self.scope.template.body, self.scope.template.description

    def _step(self, definition: Definition, depends_on: tuple[str, ...], journal: Journal) -> None:
        stack, name = self.stack, definition.logical_id
        properties = self._resolved(definition)
        before = stack.resources.get(name)
        if before is None or before.status == "CREATE_FAILED":
            journal.touched.append(name)
            stack.resources[name] = make(stack, definition, properties, depends_on, None)
            return
        changed = changed_properties(before.properties, properties)
        if not changed:
            stack.resources[name] = redefined(before, definition, depends_on)
            return
        journal.touched.append(name)
        kind = resource_type(definition.type)
        if any(kind.replaces(one) for one in changed):
            self._refuse_same_name(before, properties.get(kind.name_property))
            stack.resources[name] = make(stack, definition, properties, depends_on, _REPLACING)
        else:
            stack.resources[name] = change(stack, before, definition, properties, depends_on)
        if stack.resources[name].physical_id != before.physical_id:
            journal.replaced.append(before)

    def _resolved(self, definition: Definition) -> dict[str, object]:
        try:
            return properties_of(definition, self.scope)
        except Exception as error:
            # A template may be malformed in more ways than have a message of their own.
            verb = "UPDATE" if definition.logical_id in self.stack.resources else "CREATE"
            note(self.stack, definition.logical_id, definition.type, f"{verb}_FAILED", reason_of(error))
            raise ResourceFailed(definition.logical_id, definition.type, error) from error

    def _refuse_same_name(self, before: StackResource, name: object) -> None:
        if name is not None and resource_type(before.type).unique_name and name == before.name:
            cause = ValidationError(
                "CloudFormation cannot update a stack when a custom-named resource requires replacing. "
                f"Rename {name} and update the stack again."
            )
            mark_resource(self.stack, before, "UPDATE_FAILED", cause.message)
            raise ResourceFailed(before.logical_id, before.type, cause)

    def _create_failed(self, error: Failed) -> None:
        stack, then = self.stack, self.stack.settings.on_failure
        reason = _because(error, "create")
        stack.failures.append(_said(error))
        if then == "DO_NOTHING":
            mark(stack, "CREATE_FAILED", reason)
            return
        rolling = "DELETE" if then == "DELETE" else "ROLLBACK"
        mark(
            stack,
            f"{rolling}_IN_PROGRESS",
            f"{reason} {'Delete' if then == 'DELETE' else 'Rollback'} requested by user.",
        )
        delete_resources(stack, f"{rolling}_COMPLETE", f"{rolling}_FAILED", creating=True)

    def _update_failed(self, journal: Journal, error: Failed) -> None:
        stack = self.stack
        stack.failures.append(_said(error))
        is_new = isinstance(error, ResourceFailed) and error.logical_id not in journal.before
        reason = _because(error, "create" if is_new else "update")
        if stack.settings.on_failure == "DO_NOTHING":
            mark(stack, "UPDATE_FAILED", reason)
            return
        mark(stack, "UPDATE_ROLLBACK_IN_PROGRESS", reason)
        try:
            new = _restore(stack, journal)
        except ResourceFailed as failed:
            mark(stack, "UPDATE_ROLLBACK_FAILED", _because(failed, "update"))
            return
        mark(stack, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
        for record in reversed(new):
            _clear(stack, record, _policy(record, creating=True))
        mark(stack, "UPDATE_ROLLBACK_COMPLETE")


def _restore(stack: Stack, journal: Journal) -> list[StackResource]:
    """Put back what was, the last change first; answers the new resources that are then in nobody's way."""
    new: list[StackResource] = []
    for name in reversed(journal.touched):
        now_there, before = stack.resources.get(name), journal.before.get(name)
        if before is None:
            if now_there is not None:
                new.insert(0, stack.resources.pop(name))
        elif now_there is not None and now_there.physical_id != before.physical_id:
            new.insert(0, now_there)
            stack.resources[name] = before
        elif now_there is not None:
            stack.resources[name] = change(
                stack, now_there, definition_of(before), before.properties, before.depends_on
            )
    return new


def delete(stack: Stack, retained: tuple[str, ...] = ()) -> None:
    """Delete what the stack made, each before what it depends on; `retained` stays.

    A stack whose exports are imported goes back to the status it had, as in CloudFormation.
    """
    before = stack.status
    mark(stack, "DELETE_IN_PROGRESS", "User Initiated")
    try:
        refuse_deletion(stack)
    except ValidationError as error:
        mark(stack, before, f"Delete canceled. {error.message}")
        return
    delete_resources(stack, "DELETE_COMPLETE", "DELETE_FAILED", retained)


def delete_resources(
    stack: Stack, done: str, failed: str, retained: tuple[str, ...] = (), creating: bool = False
) -> None:
    """Delete the stack's resources and mark it `done`, or `failed` with the names of those that could not go."""
    failures: list[ResourceFailed] = []
    for record in removed(stack.resources, Wish({}, {}, ())):
        if any(record.logical_id in other.depends_on for other in stack.resources.values() if other is not record):
            continue
        try:
            take_away(stack, record, "Retain" if record.logical_id in retained else _policy(record, creating))
            del stack.resources[record.logical_id]
        except ResourceFailed as error:
            failures.append(error)
    if failures:
        stack.failures += [_said(error) for error in failures]
        names = ", ".join(error.logical_id for error in failures)
        mark(stack, failed, f"The following resource(s) failed to delete: [{names}].")
        return
    stack.outputs, stack.imports = {}, set()
    if done == "DELETE_COMPLETE":
        stack.deleted = now()
    mark(stack, done)


def _policy(record: StackResource, creating: bool) -> str:
    if record.deletion_policy == "RetainExceptOnCreate":
        return "Delete" if creating else "Retain"
    return record.deletion_policy


def _clear(stack: Stack, record: StackResource, policy: str) -> None:
    """A cleanup that fails leaves the resource behind, and its event says so; the update stands."""
    try:
        take_away(stack, record, policy)
    except ResourceFailed as error:
        stack.failures.append(_said(error))


def _because(error: Failed, what: str) -> str:
    if isinstance(error, ResourceFailed):
        return f"The following resource(s) failed to {what}: [{error.logical_id}]."
    return reason_of(error)


def _said(error: Failed) -> str:
    return error.message
