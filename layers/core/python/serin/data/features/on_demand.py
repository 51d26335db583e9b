"""Features that are functions of a request, computed for a whole table."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from serin.domain.charter import Charter
from serin.domain.errors import Invalid
from serin.domain.features import argument_name, feature_columns

Function = Callable[..., Any]


def on_demand_functions(charter: Charter, functions: Callable[[str], Function]) -> Mapping[str, Function]:
    """The on-demand functions the model uses, by feature name."""
    used = [column.name for column in feature_columns(charter) if column.origin == "on_demand"]
    return {name: functions(charter.features.on_demand[name]) for name in used}


def arguments_of(function: Function) -> tuple[str, ...]:
    """The names a function asks for: inputs, and view values as `<view>_<column>`."""
    return tuple(inspect.signature(function).parameters)


def with_on_demand(rows: pl.DataFrame, charter: Charter, functions: Mapping[str, Function]) -> pl.DataFrame:
    """The rows with a column for each function, which is called once for each distinct set of arguments."""
    sources = _sources(charter)
    for name, function in functions.items():
        asked = arguments_of(function)
        if unknown := [argument for argument in asked if argument not in sources]:
            raise Invalid(
                f"{charter.features.on_demand[name]} asks for '{unknown[0]}', which is no input and no view's value.",
                f"Name inputs, or values as <view>_<column>; known: {', '.join(sources)}.",
                name,
            )
        rows = rows.with_columns(_column(rows, name, function, [sources[argument] for argument in asked]))
    return rows


def _sources(charter: Charter) -> Mapping[str, str]:
    """What a function may ask for → the column it is in."""
    views = {
        argument_name(view, column): f"{view.name}.{column}"
        for view in charter.features.views
        for column in view.values
    }
    return {**views, **{item.name: item.name for item in charter.inputs}}


def _column(rows: pl.DataFrame, name: str, function: Function, columns: Sequence[str]) -> pl.Series:
    if not columns:
        return pl.Series(name, [function()] * rows.height)
    arguments = rows.select(columns)
    distinct = arguments.unique(maintain_order=True)
    values = _series(name, [function(*row) for row in distinct.iter_rows()])
    found = arguments.join(
        distinct.with_columns(values.alias("__value")), on=columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return found["__value"].alias(name)


def _series(name: str, values: list[Any]) -> pl.Series:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {int, float}:
        values = [None if value is None else float(value) for value in values]
    elif len(kinds) > 1:
        found = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise Invalid(f"on-demand feature {name} is sometimes {found}.", "Return one type, or None.", name)
    series = pl.Series(name, values)
    return series.cast(pl.Float64) if series.dtype == pl.Null else series
