"""On-demand functions over a whole table, where one answer that fails takes no other row with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from inspect import Parameter, Signature
from typing import Any

import polars as pl

from serin.data.features.on_demand import argument_columns
from serin.domain.charter import Charter
from serin.domain.errors import Invalid, ModelFailed
from serin.domain.features import Value
from serin.domain.model_code import call_in_words
from serin.serving.features import call_on_demand
from serin.serving.manifest import Manifest, ModelColumn
from serin.serving.on_demand import OnDemand
from serin.serving.table import number_of, text_of


class Guarded:
    """A function that answers None where it fails; `failures` say of which arguments, and why.

    Its answers are what the model's column takes: numbers, or texts. One of the other kind fails as it does in a
    request, where the model refuses it.
    """

    def __init__(self, function: OnDemand, column: ModelColumn, inputs: Collection[str]) -> None:
        names = function.arguments
        self.__signature__ = Signature([Parameter(name, Parameter.POSITIONAL_OR_KEYWORD) for name in names])
        self._function, self._column, self._inputs = function, column, frozenset(inputs)
        self.failures: dict[tuple[Value, ...], ModelFailed] = {}

    def __call__(self, *values: Any) -> Value:
        """The answer, as the model's table has it."""
        known = dict(zip(self._function.arguments, values, strict=True))
        asked = {name: value for name, value in known.items() if name in self._inputs}
        try:
            answer = call_on_demand(self._function, known, asked)
        except ModelFailed as error:
            self.failures[values] = error
            return None
        if answer is None:
            return None
        try:
            return self._as_column(answer)
        except Invalid as error:
            self.failures[values] = self._refused(answer, error)
            return None

    def _as_column(self, answer: Value) -> Value:
        name = self._column.name
        return number_of(name, answer) if self._column.kind == "numeric" else text_of(name, answer)

    def _refused(self, answer: Value, error: Invalid) -> ModelFailed:
        name, said = self._column.name, error.message.rstrip(".")
        found = f"The model cannot answer this row of {call_in_words([name], [answer])}: {said}."
        return ModelFailed(found, error.remedy, name, f"{name}: {error.message}")


def guarded(
    charter: Charter, manifest: Manifest, functions: Mapping[str, Callable[..., Any]], arguments: Callable[[Any], Any]
) -> dict[str, Guarded]:
    """Each of the on-demand functions, by feature; `arguments` tells the names that a function asks for."""
    columns, inputs = {column.name: column for column in manifest.columns}, [item.name for item in charter.inputs]
    return {
        name: Guarded(OnDemand(name, function, tuple(arguments(function))), columns[name], inputs)
        for name, function in functions.items()
    }


def failed_rows(rows: pl.DataFrame, charter: Charter, functions: Mapping[str, Guarded]) -> dict[int, ModelFailed]:
    """Of the rows, by place, the error of the first function that failed."""
    failed: dict[int, ModelFailed] = {}
    for function in functions.values():
        for place, values in _places(rows, charter, function):
            failed.setdefault(place, function.failures[values])
    return failed


def _places(rows: pl.DataFrame, charter: Charter, function: Guarded) -> list[tuple[int, tuple[Value, ...]]]:
    if not function.failures:
        return []
    sources = argument_columns(charter)
    columns = [sources[name] for name in function.__signature__.parameters]
    asked = rows.select(columns).iter_rows() if columns else (() for _ in range(rows.height))
    return [(place, values) for place, values in enumerate(asked) if values in function.failures]
