"""The rule of a composite alarm: `ALARM("a") AND NOT OK("b")`.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from infra.local.services.cloudwatch.alarm_rules import State
from serin.domain.errors import Invalid

_STATE = re.compile(r"(ALARM|OK|INSUFFICIENT_DATA)\(\s*[\"']?([^\"')]+?)[\"']?\s*\)")
_WORDS = {"AND": "and", "OR": "or", "NOT": "not", "TRUE": "True", "FALSE": "False"}


def composite_state(rule: str, states: Mapping[str, str]) -> State:
    """The state by those of the alarms it names, or gives the ARN of; raises Invalid for another rule."""

    def holds(match: re.Match[str]) -> str:
        name = match.group(2).rpartition(":alarm:")[2]
        return str(states.get(name, "INSUFFICIENT_DATA") == match.group(1))

    filled = re.sub(r"\b(?:AND|OR|NOT|TRUE|FALSE)\b", lambda word: _WORDS[word.group()], _STATE.sub(holds, rule))
    try:
        return "ALARM" if _holds(ast.parse(" ".join(filled.split()), mode="eval").body) else "OK"
    except (SyntaxError, TypeError) as error:
        raise Invalid(f"The alarm rule {rule} cannot be read.", 'Write it as ALARM("a") AND NOT OK("b").') from error


def _holds(node: ast.expr) -> bool:
    match node:
        case ast.Constant(value=bool() as value):
            return value
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return not _holds(inner)
        case ast.BoolOp(op=ast.And(), values=parts):
            return all(_holds(part) for part in parts)
        case ast.BoolOp(op=ast.Or(), values=parts):
            return any(_holds(part) for part in parts)
    raise TypeError(ast.unparse(node))
