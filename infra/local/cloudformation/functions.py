"""The intrinsic functions of a template, evaluated.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.references import VARIABLE, split_attribute

NO_VALUE = object()
"""What `AWS::NoValue` answers: the property it is given to is left out."""

UNKNOWN = "{{changeSet:KNOWN_AFTER_APPLY}}"
"""Stands, while changes are only planned, for what is known when they are made; the word is CloudFormation's."""


class Scope(Protocol):
    """What names mean where a function is evaluated."""

    def ref(self, name: str) -> Any:
        """A parameter's value, a pseudo parameter or a resource's physical id."""

    def attribute(self, name: str, attribute: str) -> Any:
        """An attribute of a resource."""

    def condition(self, name: str) -> bool:
        """Whether a condition of the template holds."""

    def mapped(self, mapping: str, first: str, second: str) -> Any:
        """An entry of the template's mappings; raises LookupError for none."""

    def imported(self, name: str) -> Any:
        """The value of another stack's export."""

    def resolved(self, text: str) -> str:
        """The text with its dynamic references filled in."""

    @property
    def region(self) -> str:
        """The region the stack lives in."""


def evaluate(value: Any, scope: Scope) -> Any:
    """The value with every function in it answered; what is `AWS::NoValue` is left out."""
    if isinstance(value, str):
        return scope.resolved(value)
    if isinstance(value, list):
        return [item for item in (evaluate(item, scope) for item in value) if item is not NO_VALUE]
    if not isinstance(value, dict):
        return value
    if len(value) == 1:
        name, argument = next(iter(value.items()))
        if name in FUNCTIONS:
            return FUNCTIONS[name](argument, scope)
        if name.startswith("Fn::"):
            raise ValidationError(f"Template format error: the local cloud does not evaluate {name}.")
    made = {key: evaluate(item, scope) for key, item in value.items()}
    return {key: item for key, item in made.items() if item is not NO_VALUE}


def _ref(argument: Any, scope: Scope) -> Any:
    return NO_VALUE if argument == "AWS::NoValue" else scope.ref(argument)


def _get_att(argument: Any, scope: Scope) -> Any:
    name, attribute = split_attribute(argument)
    return scope.attribute(name, str(evaluate(attribute, scope)))


def _sub(argument: Any, scope: Scope) -> str:
    text, own = (argument, {}) if isinstance(argument, str) else (argument[0], evaluate(argument[1], scope))

    def filled(match: Any) -> str:
        literal, variable = match[1], match[2].strip()
        if literal:
            return f"${{{variable}}}"
        if variable in own:
            return as_text(own[variable])
        name, _, attribute = variable.partition(".")
        return as_text(scope.attribute(name, attribute) if attribute else scope.ref(name))

    return scope.resolved(VARIABLE.sub(filled, text))


def _join(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 2:
        raise ValidationError(
            "Template error: every Fn::Join object requires two parameters, (1) a string delimiter "
            "and (2) a list of strings to be joined or a function that returns a list of strings "
            "(such as Fn::GetAZs) to be joined."
        )
    delimiter, parts = argument[0], evaluate(argument[1], scope)
    if isinstance(parts, str):
        parts = [parts]
    return scope.resolved(delimiter.join(as_text(part) for part in parts))


def _select(argument: Any, scope: Scope) -> Any:
    index, items = int(evaluate(argument[0], scope)), evaluate(argument[1], scope)
    if UNKNOWN in str(items):
        return UNKNOWN
    if isinstance(items, str):
        items = items.split(",")
    if not 0 <= index < len(items):
        raise ValidationError(f"Template error: Fn::Select cannot select nonexistent value at index {index}")
    return items[index]


def _split(argument: Any, scope: Scope) -> Any:
    return str(evaluate(argument[1], scope)).split(argument[0])


def _find_in_map(argument: Any, scope: Scope) -> Any:
    mapping, first, second = (str(evaluate(part, scope)) for part in argument[:3])
    try:
        return scope.mapped(mapping, first, second)
    except LookupError:
        if len(argument) > 3 and "DefaultValue" in argument[3]:
            return evaluate(argument[3]["DefaultValue"], scope)
        raise ValidationError(f"Template error: Unable to get mapping for {mapping}::{first}::{second}") from None


def _if(argument: Any, scope: Scope) -> Any:
    if not isinstance(argument, list) or len(argument) != 3:
        raise ValidationError("Template error: Fn::If requires a list argument with three elements")
    return evaluate(argument[1] if scope.condition(argument[0]) else argument[2], scope)


def _cidr(argument: Any, scope: Scope) -> list[str]:
    block, count, *bits = evaluate(argument, scope)
    network = ipaddress.ip_network(block)
    host_bits = int(bits[0]) if bits else (8 if network.version == 4 else 64)
    subnets = network.subnets(new_prefix=network.max_prefixlen - host_bits)
    return [str(next(subnets)) for _ in range(int(count))]


def _get_azs(argument: Any, scope: Scope) -> list[str]:
    region = evaluate(argument, scope) or scope.region
    return [f"{region}{zone}" for zone in "abc"]


def _members(argument: Any, scope: Scope) -> list[bool]:
    return [holds(item, scope) for item in argument]


def _contains(argument: Any, scope: Scope) -> bool:
    choices, wanted = evaluate(argument, scope)
    return wanted in choices


def holds(value: Any, scope: Scope) -> bool:
    """Whether a condition's expression is true."""
    return as_text(evaluate(value, scope)) == "true"


def as_text(value: Any) -> str:
    """A value as CloudFormation writes it into text."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(as_text(item) for item in value) if isinstance(value, list) else str(value)


Function = Callable[[Any, Scope], Any]

FUNCTIONS: Mapping[str, Function] = {
    "Ref": _ref,
    "Condition": lambda argument, scope: (
        scope.condition(argument) if isinstance(argument, str) else {"Condition": evaluate(argument, scope)}
    ),
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::FindInMap": _find_in_map,
    "Fn::ImportValue": lambda argument, scope: scope.imported(str(evaluate(argument, scope))),
    "Fn::Base64": lambda argument, scope: base64.b64encode(str(evaluate(argument, scope)).encode()).decode(),
    "Fn::GetAZs": _get_azs,
    "Fn::Cidr": _cidr,
    "Fn::If": _if,
    "Fn::And": lambda argument, scope: all(_members(argument, scope)),
    "Fn::Or": lambda argument, scope: any(_members(argument, scope)),
    "Fn::Not": lambda argument, scope: not holds(argument[0], scope),
    "Fn::Equals": lambda argument, scope: (
        as_text(evaluate(argument[0], scope)) == as_text(evaluate(argument[1], scope))
    ),
    "Fn::Contains": _contains,
}
