"""Features that are functions of a request, computed for a whole table."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl

from serin.domain.charter import Charter
from serin.domain.errors import Invalid
from serin.domain.features import Value, argument_name, feature_columns
from serin.domain.model_code import RAISED, are_plain, call_in_words, feature_value, raised

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
    sources = argument_columns(charter)
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


def argument_columns(charter: Charter) -> Mapping[str, str]:
    """What a function may ask for → the column it is in."""
    views = {
        argument_name(view, column): f"{view.name}.{column}"
        for view in charter.features.views
        for column in view.values
    }
    return {**views, **{item.name: item.name for item in charter.inputs}}


def _column(rows: pl.DataFrame, name: str, function: Function, columns: Sequence[str]) -> pl.Series:
    if not columns:
        return pl.Series(name, _values(name, function, [()]) * rows.height)
    arguments = rows.select(columns)
    distinct = arguments.unique(maintain_order=True)
    values = _series(name, _values(name, function, distinct.rows()))
    found = arguments.join(
        distinct.with_columns(values.alias("__value")), on=columns, how="left", nulls_equal=True, maintain_order="left"
    )
    return found["__value"].alias(name)


def _values(name: str, function: Function, asked: Sequence[Sequence[Any]]) -> list[Value]:
    """The answers to some sets of arguments as serving takes them.

    Raises Invalid, with what was asked, for an error and for what is no value.
    """
    answers: list[Any] = []
    try:
        for arguments in asked:
            answers.append(function(*arguments))
    except RAISED as error:
        raise Invalid(
            f"The feature {name} of {_asked(function, asked[len(answers)])} fails: {raised(error)}.",
            "Make the function answer it, None where there is no answer; or keep such rows out by the contract.",
            f"features.on_demand.{name}",
        ) from error
    if are_plain(answers):
        return answers
    return [_value(name, function, arguments, answer) for arguments, answer in zip(asked, answers, strict=True)]


def _value(name: str, function: Function, arguments: Sequence[Any], answer: Any) -> Value:
    try:
        return feature_value(answer)
    except Invalid as wrong:
        raise Invalid(
            f"The feature {name} of {_asked(function, arguments)} {wrong.message}.",
            wrong.remedy,
            f"features.on_demand.{name}",
        ) from wrong


def _asked(function: Function, arguments: Sequence[Any]) -> str:
    return call_in_words(arguments_of(function), arguments)


def _series(name: str, values: list[Value]) -> pl.Series:
    kinds = {type(value) for value in values} - {type(None)}
    if kinds == {int, float}:
        values = [float(value) if isinstance(value, int) else value for value in values]
    elif len(kinds) > 1:
        found = ", ".join(sorted(kind.__name__ for kind in kinds))
        raise Invalid(f"on-demand feature {name} is sometimes {found}.", "Return one type, or None.", name)
    series = pl.Series(name, values)
    return series.cast(pl.Float64) if series.dtype == pl.Null else series
