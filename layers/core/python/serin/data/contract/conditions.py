"""Conditions as polars expressions, with the meaning `serin.domain.conditions` gives them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import numpy as np
import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.domain.conditions import LONGEST_SHARE, Expression, columns_of, share_of

Binary = Callable[[Any, Any], Any]


def compiled(expression: Expression, integers: Collection[str]) -> pl.Expr:
    """The expression over a frame with each column, typed, under its name; some of them are `integers`."""
    if expression.operation in _LEAVES:
        return _LEAVES[expression.operation](expression)
    if expression.operation == "multiple_of":
        value, step = expression.of
        return _is_multiple(compiled(value, integers), step)
    parts = [compiled(part, integers) for part in expression.of]
    if expression.operation in _BINARY:
        return reduce(_BINARY[expression.operation], parts)
    if expression.operation not in _ARITHMETIC:
        return _OTHERS[expression.operation](*parts)
    compute = _ARITHMETIC[expression.operation]
    if (bits := _bits(expression, integers)) is not None and bits <= _MOST_BITS:
        return compute(*(part.cast(pl.Int128) for part in parts))
    floats = [part.cast(pl.Float64) for part in parts]
    # Of constants alone the engine makes one value, and rounds it right.
    by_ieee = _BY_IEEE.get(expression.operation) if columns_of(expression) else None
    result = compute(*floats) if by_ieee is None else _by_ieee(by_ieee, floats)
    return pl.when(result.is_finite()).then(result)


def _bits(expression: Expression, integers: Collection[str]) -> int | None:
    """How many bits the whole number has at most that the expression is; None where it may be another one."""
    if expression.operation == "column":
        return 64 if expression.name in integers else None
    if expression.operation == "value":
        return expression.value.bit_length() if type(expression.value) is int else None
    if expression.operation not in _BITS:
        return None
    parts = [_bits(part, integers) for part in expression.of]
    known = [bits for bits in parts if bits is not None]
    return _BITS[expression.operation](known) if len(known) == len(parts) else None


def _in(value: pl.Expr, *choices: pl.Expr) -> pl.Expr:
    return reduce(or_, (value == choice for choice in choices))


def _remainder(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """With the sign of what is divided, as SQL has it; polars gives it the divisor's. Of nothing there is none."""
    return pl.when(right != 0).then((left.abs() % right.abs()) * left.sign())


def _is_multiple(value: pl.Expr, step: Expression) -> pl.Expr:
    if not isinstance(step.value, (int, float)) or (share := share_of(step.value)) is None:
        raise ValueError(f"{step.value!r} is no share that numbers are multiples of")
    over, under = share.numerator, share.denominator

    def fits(values: pl.Series) -> pl.Series:
        number = values.to_numpy()
        with np.errstate(over="ignore"):
            # Below the limit both are whole numbers that floats hold: their quotient is the float nearest to it.
            multiple = np.round(number * under / over) * over / under
            return pl.Series((number == multiple) | (np.abs(number * under) >= LONGEST_SHARE))

    number = value.cast(pl.Float64)
    return pl.when(number.is_finite()).then(number.map_batches(fits, return_dtype=pl.Boolean()))


def _by_ieee(compute: Callable[..., Any], floats: Sequence[pl.Expr]) -> pl.Expr:
    """Rounded once: the engine multiplies by the reciprocal of a constant, so that its 3 / 10 is not 0.3."""

    def computed(parts: Sequence[pl.Series]) -> pl.Series:
        with np.errstate(all="ignore"):
            return pl.Series(compute(*(part.to_numpy() for part in parts)))

    return pl.map_batches(floats, computed, return_dtype=pl.Float64())


_LEAVES: Mapping[str, Callable[[Expression], pl.Expr]] = {
    "column": lambda leaf: pl.col(leaf.name or ""),
    "value": lambda leaf: pl.lit(leaf.value),
    "timestamp": lambda leaf: pl.lit(datetime.fromisoformat(str(leaf.value)), dtype=TIMESTAMP),
    "date": lambda leaf: pl.lit(date.fromisoformat(str(leaf.value))),
}
_BINARY: Mapping[str, Binary] = {"and": and_, "or": or_, "=": eq, "<>": ne, "<": lt, "<=": le, ">": gt, ">=": ge}
_ARITHMETIC: Mapping[str, Callable[..., pl.Expr]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": lambda left, right: left / right,
    "%": _remainder,
    # Not `-`, which the engine does not know of integers this wide.
    "negative": lambda value: 0 - value,
    "abs": lambda value: value.abs(),
}
_BY_IEEE: Mapping[str, Callable[..., Any]] = {"/": np.divide, "%": np.fmod}
_MOST_BITS = 126
_BITS: Mapping[str, Callable[[list[int]], int]] = {
    **dict.fromkeys("+-", lambda parts: max(parts) + 1),
    "*": sum,
    **dict.fromkeys(("%", "negative", "abs"), max),
}
_OTHERS: Mapping[str, Callable[..., pl.Expr]] = {
    "not": lambda value: ~value,
    "is_null": lambda value: value.is_null(),
    "in": _in,
    "coalesce": pl.coalesce,
}
