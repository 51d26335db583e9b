"""The values of a template's parameters: given, by default, or read from the Parameter Store."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.cloudformation.errors import ValidationError

_FROM_STORE = "AWS::SSM::Parameter::Value<"

Fetch = Callable[[list[str]], Mapping[str, str]]
"""Values of the Parameter Store by name; a name that is not there is left out."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a stack: what was given, and for the Parameter Store what it stands for."""

    given: str
    resolved: Any
    secret: bool = False
    from_store: bool = False


def resolve(declared: Mapping[str, Mapping[str, Any]], given: Mapping[str, str], fetch: Fetch) -> dict[str, Parameter]:
    """Every declared parameter; raises ValidationError for what is missing, unknown or not allowed."""
    if unknown := [name for name in given if name not in declared]:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    texts = {name: _given(name, rules, given) for name, rules in declared.items()}
    if missing := [name for name, text in texts.items() if text is None]:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    stored = _fetched(declared, texts, fetch)
    return {name: _parameter(name, rules, str(texts[name]), stored) for name, rules in declared.items()}


def _given(name: str, rules: Mapping[str, Any], given: Mapping[str, str]) -> str | None:
    text = given.get(name, rules.get("Default"))
    if isinstance(text, bool):
        return str(text).lower()
    return None if text is None else str(text)


def _fetched(
    declared: Mapping[str, Mapping[str, Any]], texts: Mapping[str, str | None], fetch: Fetch
) -> Mapping[str, str]:
    names = [str(texts[name]) for name, rules in declared.items() if _type(rules).startswith(_FROM_STORE)]
    if not names:
        return {}
    values = fetch(names)
    if absent := [name for name in names if name not in values]:
        raise ValidationError(f"Unable to fetch parameters [{','.join(absent)}] from parameter store for this account.")
    return values


def _parameter(name: str, rules: Mapping[str, Any], text: str, stored: Mapping[str, str]) -> Parameter:
    kind, secret = _type(rules), str(rules.get("NoEcho", False)).lower() == "true"
    _check(name, rules, kind, text)
    if kind.startswith(_FROM_STORE):
        inner = kind.removeprefix(_FROM_STORE).removesuffix(">")
        return Parameter(text, _typed(inner, stored[text]), secret, from_store=True)
    return Parameter(text, _typed(kind, text), secret)


def _typed(kind: str, text: str) -> Any:
    if kind.startswith("List<") or kind == "CommaDelimitedList":
        return [part.strip() for part in text.split(",")]
    return text


def _type(rules: Mapping[str, Any]) -> str:
    return str(rules.get("Type", "String"))


def _check(name: str, rules: Mapping[str, Any], kind: str, text: str) -> None:
    values = _typed(kind, text) if kind in ("CommaDelimitedList", "List<Number>") else [text]
    for value in values:
        if kind in ("Number", "List<Number>") and not re.fullmatch(r"-?\d+(\.\d+)?", value):
            raise ValidationError(f"Parameter '{name}' must be a number.")
        if problem := _problem(name, rules, kind, value):
            said = rules.get("ConstraintDescription")
            raise ValidationError(f"Parameter '{name}' failed to satisfy constraint: {said}" if said else problem)


def _problem(name: str, rules: Mapping[str, Any], kind: str, value: str) -> str | None:
    allowed, pattern = rules.get("AllowedValues"), rules.get("AllowedPattern")
    if allowed is not None and value not in {str(one) for one in allowed}:
        return f"Parameter '{name}' must be one of AllowedValues"
    if pattern is not None and not re.fullmatch(pattern, value):
        return f"Parameter '{name}' must match pattern {pattern}"
    return _number(name, rules, float(value)) if kind == "Number" else _length(name, rules, value)


def _length(name: str, rules: Mapping[str, Any], value: str) -> str | None:
    if len(value) < int(rules.get("MinLength", 0)):
        return f"Parameter '{name}' must contain at least {rules['MinLength']} characters"
    if len(value) > int(rules.get("MaxLength", len(value))):
        return f"Parameter '{name}' must contain at most {rules['MaxLength']} characters"
    return None


def _number(name: str, rules: Mapping[str, Any], value: float) -> str | None:
    if value < float(rules.get("MinValue", value)):
        return f"Parameter '{name}' must be a number not less than {rules['MinValue']}"
    if value > float(rules.get("MaxValue", value)):
        return f"Parameter '{name}' must be a number not greater than {rules['MaxValue']}"
    return None
