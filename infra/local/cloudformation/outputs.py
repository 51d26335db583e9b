"""A stack's outputs, and the promises its exports are."""

from __future__ import annotations

from collections.abc import Mapping

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.functions import as_text, evaluate
from infra.local.cloudformation.records import Output, Stack
from infra.local.cloudformation.scope import StackScope
from infra.local.cloudformation.store import exports, importers


def outputs_of(scope: StackScope) -> dict[str, Output]:
    """Every output whose condition holds, in the light of the resources there are."""
    wanted = {
        name: output
        for name, output in scope.template.outputs.items()
        if "Condition" not in output or scope.condition(output["Condition"])
    }
    made = {}
    for name, output in wanted.items():
        export = evaluate(output.get("Export", {}).get("Name"), scope)
        value = as_text(evaluate(output.get("Value"), scope))
        made[name] = Output(name, value, export, output.get("Description"))
    return made


def check_exports(stack: Stack, wanted: Mapping[str, Output]) -> None:
    """Refuse an export another stack has already, and the change or loss of one that is imported."""
    others = {output.export: owner.name for owner, output in exports(stack.region) if owner.id != stack.id}
    new = {output.export: output.value for output in wanted.values() if output.export}
    for name in new:
        if name in others:
            raise ValidationError(f"Export with name {name} is already exported by stack {others[name]}.")
    for output in stack.outputs.values():
        if (
            output.export
            and new.get(output.export) != output.value
            and (users := importers(stack.region, output.export))
        ):
            done = "updated" if output.export in new else "deleted"
            raise ValidationError(f"Export {output.export} cannot be {done} as it is in use by {', '.join(users)}")


def refuse_deletion(stack: Stack) -> None:
    """Raise ValidationError while another stack imports what this one exports."""
    for output in stack.outputs.values():
        if output.export and (users := importers(stack.region, output.export)):
            raise ValidationError(f"Cannot delete export {output.export} as it is in use by {', '.join(users)}.")
