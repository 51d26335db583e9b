"""What a rule hands to its target: the event, a part of it, a constant, or a template filled from it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from infra.local.delivery.json_path import MISSING, steps_of, value_at
from serin.domain.errors import Invalid

_VARIABLE = re.compile(r"<([A-Za-z0-9_.\-]+)>")

Event = Mapping[str, Any]


class RuleName(NamedTuple):
    """What a rule is called."""

    name: str
    arn: str


def target_input(target: Mapping[str, Any], event: Event, rule: RuleName, received: str) -> str:
    """The JSON text the target receives; `received` is when the event came in."""
    if "Input" in target:
        return str(target["Input"])
    if "InputPath" in target:
        return json.dumps(_found(target["InputPath"], event))
    if "InputTransformer" in target:
        return _transformed(target["InputTransformer"], event, rule, received)
    return json.dumps(event)


def _transformed(transformer: Mapping[str, Any], event: Event, rule: RuleName, received: str) -> str:
    values = {name: _found(path, event) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {
        "aws.events.event": event,
        "aws.events.event.json": event,
        "aws.events.rule-name": rule.name,
        "aws.events.rule-arn": rule.arn,
        "aws.events.event.ingestion-time": received,
    }
    return _filled(transformer["InputTemplate"], values)


def _filled(template: str, values: Mapping[str, Any]) -> str:
    """Variables outside quotes become JSON; inside quotes they become text."""
    pieces: list[str] = []
    quoted = False
    position = 0
    while position < len(template):
        variable = _VARIABLE.match(template, position)
        if variable and variable.group(1) in values:
            value = values[variable.group(1)]
            pieces.append(_inside_quotes(value) if quoted else json.dumps(value))
            position = variable.end()
            continue
        character = template[position]
        if character == "\\" and quoted:
            pieces.append(template[position : position + 2])
            position += 2
            continue
        quoted ^= character == '"'
        pieces.append(character)
        position += 1
    return "".join(pieces)


def _inside_quotes(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return json.dumps(text)[1:-1]


def check_input(target: Mapping[str, Any]) -> None:
    """Raise Invalid for a path of a target's input that the local cloud cannot read."""
    paths = [target.get("InputPath", "$"), *(target.get("InputTransformer", {}).get("InputPathsMap") or {}).values()]
    for path in paths:
        if steps_of(path) is None:
            raise Invalid(f"The local cloud cannot read the input path {path}.", "Use a path of names and indexes.")


def _found(path: str, event: Event) -> Any:
    """What lies there; nothing becomes null."""
    value = value_at(event, steps_of(path) or ())
    return None if value is MISSING else value
