"""The value of a statistic, and of metric math over such values."""

from __future__ import annotations

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping, Sequence

from infra.local.services.cloudwatch.alarm_metrics import Summary
from serin.domain.errors import Invalid

Value = float | None
"""None where there is no data."""

_SIMPLE: Mapping[str, Callable[[Summary], float]] = {
    "Sum": lambda found: found.total,
    "Average": lambda found: found.total / found.count,
    "Minimum": lambda found: found.low,
    "Maximum": lambda found: found.high,
    "SampleCount": lambda found: found.count,
}
_PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?|100)")

_BINARY: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_COMPARE: Mapping[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_OVER_MANY: Mapping[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "MAX": max,
    "MIN": min,
    "AVG": lambda values: sum(values) / len(values),
}


def statistic(name: str, summary: Summary | None) -> Value:
    """`Sum`, `Average`, `Minimum`, `Maximum`, `SampleCount` or `p99.9` of what was measured."""
    if summary is None:
        return None
    if name in _SIMPLE:
        return _SIMPLE[name](summary)
    percentile = _PERCENTILE.fullmatch(name)
    assert percentile, name
    # Only values that were put one by one have percentiles.
    return _percentile(summary.in_order(), float(percentile.group(1))) if summary.values else None


def check_statistic(name: str) -> None:
    """Raise Invalid for a statistic the local cloud does not compute."""
    if name not in _SIMPLE and not _PERCENTILE.fullmatch(name):
        raise Invalid(f"The local cloud has no statistic {name}.", f"Use {', '.join(_SIMPLE)} or a percentile (p99).")


def _percentile(values: Sequence[float], percent: float) -> float:
    """Linear between the two nearest values."""
    place = (len(values) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(values) - 1)
    return values[low] + (values[high] - values[low]) * (place - low)


def check_expression(text: str) -> None:
    """Raise Invalid for metric math the local cloud does not compute."""
    names = {node.id for node in ast.walk(_tree(text)) if isinstance(node, ast.Name)}
    evaluate(text, dict.fromkeys(names, 1.0))


def evaluate(text: str, values: Mapping[str, Value]) -> Value:
    """Arithmetic, comparisons, IF, FILL, ABS and SUM, MAX, MIN, AVG over `[a, b]`; no data in, no data out."""
    return _value(_tree(text), text, values)


def _tree(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        raise _unknown(text, "it cannot be read") from error


def _value(node: ast.expr, text: str, values: Mapping[str, Value]) -> Value:
    match node:
        case ast.Constant(value=int() | float() as number):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            value = _value(inner, text, values)
            return None if value is None else -value
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
            return _both(_BINARY[type(op)], _value(left, text, values), _value(right, text, values))
        case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARE:
            return _both(_COMPARE[type(op)], _value(left, text, values), _value(right, text, values))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return _call(name, arguments, text, values)
    raise _unknown(text, f"of {ast.unparse(node)}")


def _call(name: str, arguments: Sequence[ast.expr], text: str, values: Mapping[str, Value]) -> Value:
    match name, arguments:
        case "IF", [condition, then, otherwise]:
            chosen = _value(condition, text, values)
            return None if chosen is None else _value(then if chosen else otherwise, text, values)
        case "FILL", [inner, filling]:
            value = _value(inner, text, values)
            return _value(filling, text, values) if value is None else value
        case "ABS", [inner]:
            value = _value(inner, text, values)
            return None if value is None else abs(value)
        case _, [ast.List(elts=parts)] if name in _OVER_MANY:
            series = [value for part in parts if (value := _value(part, text, values)) is not None]
            return _OVER_MANY[name](series) if series else None
    raise _unknown(text, f"of the function {name}")


def _both(do: Callable[[float, float], float], left: Value, right: Value) -> Value:
    if left is None or right is None:
        return None
    try:
        return float(do(left, right))
    except (ZeroDivisionError, OverflowError):
        return None


def _unknown(text: str, why: str) -> Invalid:
    return Invalid(
        f"The local cloud cannot compute the metric math {text}, because {why}.",
        "Use + - * / ** comparisons, IF, FILL with a number, ABS, and SUM, MAX, MIN, AVG of [a, b].",
    )
