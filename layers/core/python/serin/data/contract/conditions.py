"""Conditions as polars expressions, with the meaning `serin.domain.conditions` gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_
from typing import Any

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.domain.conditions import Expression

Binary = Callable[[Any, Any], Any]


def compiled(expression: Expression) -> pl.Expr:
    """The expression over a frame with each column, typed, under its name."""
    if expression.operation in _LEAVES:
        return _LEAVES[expression.operation](expression)
    parts = [compiled(part) for part in expression.of]
    if expression.operation in _BINARY:
        return reduce(_BINARY[expression.operation], parts)
    if expression.operation in _ARITHMETIC:
        result = _ARITHMETIC[expression.operation](*(part.cast(pl.Float64) for part in parts))
        return pl.when(result.is_finite()).then(result)
    return _OTHERS[expression.operation](*parts)


def _in(value: pl.Expr, *choices: pl.Expr) -> pl.Expr:
    return reduce(or_, (value == choice for choice in choices))


def _remainder(left: pl.Expr, right: pl.Expr) -> pl.Expr:
    """With the sign of what is divided, as SQL has it; polars gives it the divisor's."""
    return (left.abs() % right.abs()) * left.sign()


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
    "negative": lambda value: -value,
    "abs": lambda value: value.abs(),
}
_OTHERS: Mapping[str, Callable[..., pl.Expr]] = {
    "not": lambda value: ~value,
    "is_null": lambda value: value.is_null(),
    "in": _in,
    "coalesce": pl.coalesce,
}
