"""Where CloudFormation's records lie: with moto's own state of the service, so that they end and are kept with it."""

from __future__ import annotations

from collections.abc import Iterator

from moto.cloudformation.models import cloudformation_backends
from moto.ssm.models import ssm_backends

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.records import Output, Records, Stack
from infra.local.cloudformation.scope import World
from infra.local.wiring import ACCOUNT

_ATTRIBUTE = "stack_records"


def records(region: str) -> Records:
    """The region's; empty at first."""
    kept = vars(cloudformation_backends[ACCOUNT][region])
    if _ATTRIBUTE not in kept:
        kept[_ATTRIBUTE] = Records()
    kept_records: Records = kept[_ATTRIBUTE]
    return kept_records


def find_stack(region: str, name_or_id: str) -> Stack | None:
    """A stack by its name while it exists, or by its id for ever."""
    stacks = records(region).stacks
    if name_or_id in stacks:
        return stacks[name_or_id]
    return next((one for one in stacks.values() if one.name == name_or_id and one.exists), None)


def stack_of(region: str, name_or_id: str, message: str = "Stack with id {} does not exist") -> Stack:
    """The stack; raises ValidationError for none."""
    stack = find_stack(region, name_or_id)
    if stack is None:
        raise ValidationError(message.format(name_or_id))
    return stack


def busy(region: str) -> bool:
    """Whether an operation on some stack is under way."""
    return any(stack.in_progress for stack in records(region).stacks.values())


def exports(region: str) -> Iterator[tuple[Stack, Output]]:
    """Everything that is exported, with who exports it."""
    for stack in records(region).stacks.values():
        if stack.exists:
            yield from ((stack, output) for output in stack.outputs.values() if output.export)


def importers(region: str, export: str) -> list[str]:
    """The names of the stacks that import an export."""
    return [one.name for one in records(region).stacks.values() if one.exists and export in one.imports]


def world(region: str) -> World:
    """What a stack of the region sees beyond itself."""
    return World(ACCOUNT, region, lambda name: _exported(region, name), lambda key: stored(region, key))


def _exported(region: str, name: str) -> str | None:
    return next((output.value for _, output in exports(region) if output.export == name), None)


def stored(region: str, key: str) -> str | None:
    """A plain value of the Parameter Store; `key` may name a version."""
    parameter = ssm_backends[ACCOUNT][region].get_parameter(key)
    if parameter is None:
        return None
    if parameter.parameter_type == "SecureString":
        raise ValidationError(f"The parameter {key} is a SecureString, which a template cannot read as plain text.")
    return str(parameter.value)
