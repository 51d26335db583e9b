"""Conditions over the columns of one row: a small tree, as SQL means it, whatever wrote it and whatever runs it.

A null makes every operation null but `is_null`, `coalesce`, and an `and` or `or` that the other side
decides. Sums, products and remainders of integers are exact, unless they need more than 126 bits; all
other arithmetic is of 64-bit floats. Where it has no finite result, such as a division by zero, it is null.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from fractions import Fraction
from typing import Literal

from serin.domain.errors import Invalid

Kind = Literal["number", "string", "boolean", "timestamp", "date"]
Constant = str | int | float | bool
LOGIC = ("and", "or", "not")
COMPARISONS = ("=", "<>", "<", "<=", ">", ">=")
ARITHMETIC = ("+", "-", "*", "/", "%", "negative", "abs")
_KINDS: Mapping[str, Kind] = {"integer": "number"}
LONGEST_SHARE = 2**50
"""A share that is taken for one has a shorter numerator and denominator; numbers of so many of its parts are not."""


@dataclass(frozen=True)
class Expression:
    """One node. `operation` is one of LOGIC, COMPARISONS, ARITHMETIC, `is_null`, `in`, `coalesce`, over the nodes `of`;
    `multiple_of`, a number and a constant share; a `column` of that `name`; or a constant `value`, which as a
    `timestamp` or `date` is ISO 8601.
    """

    operation: str
    of: tuple[Expression, ...] = ()
    name: str | None = None
    value: Constant | None = None


def column(name: str) -> Expression:
    """The row's value in that column."""
    return Expression("column", name=name)


def constant(value: Constant) -> Expression:
    """The same value in every row."""
    return Expression("value", value=value)


def share_of(step: float) -> Fraction | None:
    """The share as it is written, 1/100 for 0.01; None for one so fine that floats are no multiples of it."""
    share = Fraction(str(step))
    return share if share > 0 and max(share.numerator, share.denominator) < LONGEST_SHARE else None


def columns_of(expression: Expression) -> tuple[str, ...]:
    """The columns it looks at, each once, in the order they are named."""
    return tuple(dict.fromkeys(_names(expression)))


def _names(expression: Expression) -> Iterator[str]:
    if expression.name is not None:
        yield expression.name
    for part in expression.of:
        yield from _names(part)


def condition(expression: Expression, types: Mapping[str, str]) -> Expression:
    """The expression as a condition over columns of these types; a text beside a time becomes a time.

    Raises Invalid for a column there is not, for types that do not go together, for what is no condition.
    """
    text, kind = _checked(expression, types)
    if kind != "boolean":
        raise Invalid(f"a {kind} where a condition belongs", "Compare it with something.")
    return text


def _checked(expression: Expression, types: Mapping[str, str]) -> tuple[Expression, Kind]:
    if expression.operation == "column":
        return expression, _kind_of_column(expression.name or "", types)
    if expression.operation == "value":
        return expression, _kind_of_value(expression.value)
    parts = [_checked(part, types) for part in expression.of]
    if expression.operation == "is_null":
        return replace(expression, of=(parts[0][0],)), "boolean"
    if expression.operation in LOGIC:
        return _all_of(expression, parts, "boolean"), "boolean"
    if expression.operation in (*ARITHMETIC, "multiple_of"):
        return _all_of(expression, parts, "number"), "number" if expression.operation in ARITHMETIC else "boolean"
    text, kind = _alike(expression, parts)
    return text, kind if expression.operation == "coalesce" else "boolean"


def _kind_of_column(name: str, types: Mapping[str, str]) -> Kind:
    if name not in types:
        raise Invalid(f"the column {name!r}, which there is not", f"One of: {', '.join(types)}.")
    kind: Kind = _KINDS.get(types[name], types[name])  # type: ignore[arg-type]
    return kind


def _kind_of_value(value: Constant | None) -> Kind:
    if isinstance(value, bool):
        return "boolean"
    return "string" if isinstance(value, str) else "number"


def _all_of(expression: Expression, parts: Sequence[tuple[Expression, Kind]], wanted: Kind) -> Expression:
    for _, kind in parts:
        if kind != wanted:
            raise Invalid(f"a {kind} as a part of {expression.operation!r}", f"It takes a {wanted}.")
    return replace(expression, of=tuple(part for part, _ in parts))


def _alike(expression: Expression, parts: Sequence[tuple[Expression, Kind]]) -> tuple[Expression, Kind]:
    time = next((kind for _, kind in parts if kind in ("timestamp", "date")), None)
    if time:
        parts = [_as_time(part, kind, time) for part, kind in parts]
    kinds = {kind for _, kind in parts}
    if len(kinds) > 1:
        raise Invalid(f"a {' and a '.join(sorted(kinds))} on the two sides of {expression.operation!r}", _LIKE)
    (kind,) = kinds
    if kind == "boolean" and expression.operation in ("<", "<=", ">", ">="):
        raise Invalid(f"booleans on the two sides of {expression.operation!r}", "Write = or <>.")
    return replace(expression, of=tuple(part for part, _ in parts)), kind


_LIKE = "Compare like with like; a text can be compared with a timestamp or date when it is one in ISO 8601."


def _as_time(part: Expression, kind: Kind, time: Kind) -> tuple[Expression, Kind]:
    if part.operation != "value" or kind != "string":
        return part, kind
    text = str(part.value)
    try:
        moment = date.fromisoformat(text) if time == "date" else _moment(text)
    except (ValueError, OverflowError) as error:
        example = "2013-01-31" if time == "date" else "2013-01-31T07:00:00Z"
        raise Invalid(f"{text!r} beside a {time}", f"Write it as {example}.") from error
    return Expression(time, value=moment.isoformat()), time


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
