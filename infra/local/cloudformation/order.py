"""Which resource comes before which, and what cannot be ordered at all."""

from __future__ import annotations

from collections.abc import Mapping

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.references import references
from infra.local.cloudformation.template import Definition, Template


def check_references(template: Template) -> None:
    """Refuse names that nothing in the template has, in AWS's words."""
    known = {*template.resources, *template.parameters}
    for section, parts in _sections(template).items():
        undefined = {
            reference.name for part in parts for reference in references(part) if not _is_known(reference.name, known)
        }
        if section == "Resources":
            undefined |= {name for one in template.resources.values() for name in one.depends_on} - set(
                template.resources
            )
        if undefined:
            raise ValidationError(
                f"Template format error: Unresolved resource dependencies [{', '.join(sorted(undefined))}] "
                f"in the {section} block of the template"
            )
    _check_conditions(template)


def _sections(template: Template) -> dict[str, list[object]]:
    return {
        "Resources": [dict(one.properties) for one in template.resources.values()],
        "Outputs": [output.get("Value") for output in template.outputs.values()],
    }


def _is_known(name: str, known: set[str]) -> bool:
    return name in known or name.startswith("AWS::")


def _check_conditions(template: Template) -> None:
    for definition in template.resources.values():
        if definition.condition is not None and definition.condition not in template.conditions:
            raise ValidationError(
                f"Template format error: Unresolved condition dependency {definition.condition} "
                "in the Resources block of the template"
            )
    for condition in template.conditions.values():
        if used := sorted({reference.name for reference in references(condition)} & set(template.resources)):
            raise ValidationError(
                f"Template format error: Unresolved dependencies [{', '.join(used)}]. "
                "Cannot reference resources in the Conditions block of the template"
            )


def dependencies(definition: Definition, names: set[str], conditions: Mapping[str, bool]) -> tuple[str, ...]:
    """The resources among `names` that must be there before this one, sorted."""
    referred = {reference.name for reference in references(dict(definition.properties), conditions)}
    return tuple(sorted((referred | set(definition.depends_on)) & names))


def in_order(wanted: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Each name after those it depends on, otherwise as given; raises ValidationError for a circle."""
    done: list[str] = []
    left = dict(wanted)
    while left:
        ready = [name for name, before in left.items() if all(one not in left for one in before)]
        if not ready:
            raise ValidationError(f"Circular dependency between resources: [{', '.join(sorted(_circle(left)))}]")
        done.extend(ready)
        for name in ready:
            del left[name]
    return done


def _circle(left: Mapping[str, tuple[str, ...]]) -> set[str]:
    """What is on a circle: not those that only wait for one."""
    needed = {name for before in left.values() for name in before if name in left}
    rest = {name: left[name] for name in left if name in needed}
    return set(left) if len(rest) == len(left) else _circle(rest)
