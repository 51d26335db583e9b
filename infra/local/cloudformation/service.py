"""Stacks as their users ask for them: what is wrong is refused at once, what is right is done, here or in a thread."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace

from infra.local.cloudformation import support
from infra.local.cloudformation.errors import AlreadyExists, ValidationError, reason_of
from infra.local.cloudformation.ledger import mark, now
from infra.local.cloudformation.operations import Operation, delete
from infra.local.cloudformation.order import check_references
from infra.local.cloudformation.outputs import outputs_of
from infra.local.cloudformation.parameters import Parameter, resolve
from infra.local.cloudformation.plan import plan, wish
from infra.local.cloudformation.records import Change, Output, Settings, Stack
from infra.local.cloudformation.rules import check_rules
from infra.local.cloudformation.scope import StackScope
from infra.local.cloudformation.store import find_stack, records, stack_of, stored, world
from infra.local.cloudformation.support import resource_type
from infra.local.cloudformation.template import Template, read_template
from infra.local.wiring import ACCOUNT, connected, wiring
from serin.domain.errors import SerinError

NO_UPDATES = "No updates are to be performed."
_UPDATABLE = {
    "CREATE_COMPLETE",
    "IMPORT_COMPLETE",
    "IMPORT_ROLLBACK_COMPLETE",
    "UPDATE_COMPLETE",
    "UPDATE_FAILED",
    "UPDATE_ROLLBACK_COMPLETE",
}

Run = Callable[[Stack, Callable[[], None]], None]
"""Does the work of one stack, now or soon."""


def here(_stack: Stack, work: Callable[[], None]) -> None:
    """Do the work before returning."""
    work()


def in_background(stack: Stack, work: Callable[[], None]) -> None:
    """Do the work in a thread; whoever asked looks at the stack's status."""
    cloud = connected()

    def run() -> None:
        try:
            work()
        except Exception as error:
            if connected() is not cloud:
                return
            # Nothing a template can cause comes here; a tool that waits must still see the stack end.
            mark(stack, f"{stack.status.split('_')[0]}_FAILED", f"Internal Failure: {reason_of(error)}")
            raise

    threading.Thread(target=run, name=f"stack {stack.name}", daemon=True).start()


def new_stack(region: str, name: str, status: str) -> Stack:
    """A stack with nothing in it, remembered from now on."""
    stack_id = f"arn:aws:cloudformation:{region}:{ACCOUNT}:stack/{name}/{uuid.uuid4()}"
    stack = Stack(stack_id, name, region, status, now())
    records(region).stacks[stack_id] = stack
    return stack


def create_stack(region: str, name: str, body: str, settings: Settings, run: Run, *, protected: bool = False) -> Stack:
    """Begin to create a stack; raises ValidationError or AlreadyExists."""
    if find_stack(region, name) is not None:
        raise AlreadyExists(f"Stack [{name}] already exists")
    template = checked_template(name, body)
    parameters = resolved_parameters(region, template, settings)
    scope = _scope(region, "", name, template, parameters, settings)
    check_rules(scope)
    wish(scope)
    stack = new_stack(region, name, "CREATE_IN_PROGRESS")
    stack.termination_protection = protected
    begin_create(stack, template, settings, parameters, run)
    return stack


def begin_create(
    stack: Stack, template: Template, settings: Settings, parameters: Mapping[str, Parameter], run: Run
) -> None:
    """Create what is in a template that was checked."""
    operation = _operation(stack, template, settings, parameters)
    _take(stack, settings, parameters)
    stack.template, stack.description = template.body, template.description
    mark(stack, "CREATE_IN_PROGRESS", "User Initiated")
    run(stack, operation.create)


def update_stack(region: str, name: str, body: str | None, settings: Settings, run: Run) -> Stack:
    """Begin to update a stack; raises ValidationError, also when nothing would change."""
    stack = stack_of(region, name, "Stack [{}] does not exist")
    refuse_unless_updatable(stack)
    template = checked_template(stack.name, body if body is not None else stack.template)
    parameters = resolved_parameters(region, template, settings)
    if not differences(stack, template, settings, parameters):
        raise ValidationError(NO_UPDATES)
    begin_update(stack, template, settings, parameters, run)
    return stack


def begin_update(
    stack: Stack, template: Template, settings: Settings, parameters: Mapping[str, Parameter], run: Run
) -> None:
    """Update to a template that was checked."""
    operation = _operation(stack, template, settings, parameters)
    old = stack.settings, stack.parameters
    _take(stack, settings, parameters)
    stack.updated = now()
    mark(stack, "UPDATE_IN_PROGRESS", "User Initiated")

    def work() -> None:
        operation.update()
        if stack.status.startswith("UPDATE_ROLLBACK"):
            stack.settings, stack.parameters = replace(old[0], on_failure=settings.on_failure), old[1]

    run(stack, work)


def begin_import(
    stack: Stack,
    template: Template,
    settings: Settings,
    parameters: Mapping[str, Parameter],
    imports: tuple[str, ...],
    run: Run,
) -> None:
    """Take up what a template that was checked names and is there already."""
    operation = _operation(stack, template, settings, parameters)
    _take(stack, settings, parameters)
    mark(stack, "IMPORT_IN_PROGRESS", "User Initiated")
    run(stack, lambda: operation.take_up(imports))


def delete_stack(region: str, name: str, run: Run, retained: tuple[str, ...] = ()) -> None:
    """Begin to delete a stack; one that is not there, or no longer, is not an error."""
    stack = find_stack(region, name)
    if stack is None or not stack.exists:
        return
    if stack.termination_protection:
        raise ValidationError(f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled")
    if retained and stack.status != "DELETE_FAILED":
        raise ValidationError(
            f"Invalid operation on stack [{stack.id}]. Delete stack must be in DELETE_FAILED state to retain resources"
        )
    if stack.in_progress and stack.status != "DELETE_IN_PROGRESS":
        raise ValidationError(f"Stack [{stack.id}] cannot be deleted while in status {stack.status}")
    if stack.status != "DELETE_IN_PROGRESS":
        stack.failures = []
        run(stack, lambda: delete(stack, retained))


def refuse_unless_updatable(stack: Stack) -> None:
    """Raise ValidationError in a state no update begins in."""
    if stack.status not in _UPDATABLE:
        raise ValidationError(f"Stack:{stack.id} is in {stack.status} state and can not be updated.")


def checked_template(name: str, body: str) -> Template:
    """Read a template and refuse what is malformed, or what the local cloud would have to skip."""
    template = read_template(body)
    check_references(template)
    try:
        resources = {key: {"Type": one.type, "Properties": one.properties} for key, one in template.resources.items()}
        support.check(name, {"Resources": resources}, wiring().services.types)
    except SerinError as error:
        raise ValidationError(f"{error.message} {error.remedy}") from error
    return template


def resolved_parameters(region: str, template: Template, settings: Settings) -> dict[str, Parameter]:
    """The template's parameters by what is given; raises ValidationError."""

    def fetch(names: list[str]) -> dict[str, str]:
        values = {name: stored(region, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}

    return resolve(template.parameters, settings.parameters, fetch)


def changes_to(
    stack: Stack, template: Template, settings: Settings, parameters: Mapping[str, Parameter]
) -> tuple[Change, ...]:
    """What an update would do to each resource."""
    scope = _scope(stack.region, stack.id, stack.name, template, parameters, settings)
    scope.resources = stack.resources
    check_rules(scope)
    return tuple(plan(stack.resources, wish(scope), scope, resource_type))


def differences(stack: Stack, template: Template, settings: Settings, parameters: Mapping[str, Parameter]) -> bool:
    """Whether an update would change anything: a resource, an output, a tag, who is notified."""
    return bool(
        changes_to(stack, template, settings, parameters)
        or dict(stack.settings.tags) != dict(settings.tags)
        or stack.settings.notification_arns != settings.notification_arns
        or _new_outputs(stack, template, settings, parameters) != stack.outputs
    )


def _new_outputs(
    stack: Stack, template: Template, settings: Settings, parameters: Mapping[str, Parameter]
) -> dict[str, Output]:
    scope = _scope(stack.region, stack.id, stack.name, template, parameters, settings)
    scope.resources = stack.resources
    return outputs_of(scope)


def _scope(
    region: str,
    stack_id: str,
    name: str,
    template: Template,
    parameters: Mapping[str, Parameter],
    settings: Settings,
) -> StackScope:
    return StackScope(world(region), stack_id, name, template, parameters, notification_arns=settings.notification_arns)


def _operation(stack: Stack, template: Template, settings: Settings, parameters: Mapping[str, Parameter]) -> Operation:
    scope = _scope(stack.region, stack.id, stack.name, template, parameters, settings)
    scope.resources = stack.resources
    return Operation(stack, scope, wish(scope))


def _take(stack: Stack, settings: Settings, parameters: Mapping[str, Parameter]) -> None:
    stack.settings, stack.parameters, stack.failures = settings, dict(parameters), []
