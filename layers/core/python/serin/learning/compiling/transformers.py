"""Transformers as operations, one function for each kind; exactly these kinds, for a subclass may do anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MinMaxScaler,
    OneHotEncoder,
    OrdinalEncoder,
    RobustScaler,
    StandardScaler,
)
from sklearn.utils import check_array

from serin.learning.compiling.columns import Category, Column, NotCovered, Number, Table, is_nan, refuse_unlisted
from serin.learning.compiling.encoders import encoded
from serin.learning.compiling.program import Program, Slot
from serin.serving.compiled.layout import Operation


def transformed(transformer: Any, table: Table, program: Program) -> Table:
    """What a fitted transformer makes of a table; raises NotCovered for one that is not compiled."""
    if transformer is None or (isinstance(transformer, str) and transformer == "passthrough"):
        return table
    kind = type(transformer)
    if kind not in _KINDS:
        raise NotCovered(f"{kind.__module__.partition('.')[0]}'s {kind.__name__} is not compiled")
    return _KINDS[kind](transformer, table, program)


def _in_turn(pipeline: Any, table: Table, program: Program) -> Table:
    for _, step in pipeline.steps:
        table = transformed(step, table, program)
    return table


def _side_by_side(transformer: Any, table: Table, program: Program) -> Table:
    columns: list[Column] = []
    for name, part, _ in transformer.transformers_:
        positions = transformer._transformer_to_input_indices[name]
        if len(positions) and not (isinstance(part, str) and part == "drop"):
            picked = table.picked(positions)
            weight = (transformer.transformer_weights or {}).get(name)
            columns += _weighted(part, transformed(part, picked, program), weight, program)
    return table.after(transformer, columns, sparse=bool(transformer.sparse_output_))


def _weighted(part: Any, table: Table, weight: float | None, program: Program) -> Sequence[Column]:
    """The columns of a part, by what its transformer's output counts."""
    if weight is None:
        return table.columns
    return [Number(program.one(Operation.SPREAD, slot, float(weight), 0.0)) for slot in table.numbers(part)]


def _unchanged(transformer: Any, table: Table, program: Program) -> Table:
    """What a column transformer passes on, and what gradient boosting checks in the columns beside categories."""
    checks = isinstance(transformer.func, partial) and transformer.func.func is check_array
    if transformer.func is not None and not (checks and transformer.func.keywords.get("ensure_all_finite") is False):
        raise NotCovered("a FunctionTransformer calls a function of its own")
    if not transformer.validate:
        return table.after(transformer, table.columns)
    finite = [program.one(Operation.FINITE, slot, more=[0]) for slot in table.numbers(transformer)]
    return table.after(transformer, list(map(Number, finite)))


def _filled(imputer: Any, table: Table, program: Program) -> Table:
    missing = imputer.missing_values
    if not isinstance(missing, int | float):
        raise NotCovered(f"SimpleImputer(missing_values={missing!r})")
    if table.sparse:
        raise NotCovered("a SimpleImputer of a sparse matrix")
    columns: list[Column] = []
    for column, value in zip(table.columns, imputer.statistics_, strict=True):
        # Also of a column without a value, of which nothing is left: it is checked all the same.
        filled = _filled_column(column, float(missing), 0.0 if is_nan(value) else value, program)
        if imputer.keep_empty_features or not is_nan(value):
            columns.append(filled)
    return table.after(imputer, [*columns, *_indicators(imputer, table, program)])


def _filled_column(column: Column, missing: float, value: Any, program: Program) -> Column:
    if isinstance(column, Category):
        if not math.isnan(missing):
            raise NotCovered("a SimpleImputer of text that takes a number for missing")
        if any(map(is_nan, column.values)):
            # Whoever sends the text that stands for a null has sent a category that the next step knows.
            refuse_unlisted(column, [value], program)
        return Category(column.slot, tuple(value if is_nan(each) else each for each in column.values))
    checked = program.one(Operation.FINITE, column.slot, more=[int(math.isnan(missing))])
    return Number(program.one(Operation.FILL, checked, missing, float(value)))


def _indicators(imputer: Any, table: Table, program: Program) -> list[Column]:
    if imputer.indicator_ is None:
        return []
    slots = [table.numbers(imputer)[place] for place in imputer.indicator_.features_]
    return [Number(program.one(Operation.MISSING, slot, float(imputer.missing_values))) for slot in slots]


def _scaled(scaler: Any, table: Table, program: Program) -> Table:
    """StandardScaler and RobustScaler divide; of a sparse matrix they multiply by the reciprocal."""
    standard = isinstance(scaler, StandardScaler)
    centre = (scaler.mean_ if scaler.with_mean else None) if standard else scaler.center_
    slots = _finite(scaler, table, program)
    centres = np.zeros(len(slots)) if centre is None or table.sparse else centre
    scales = np.ones(len(slots)) if scaler.scale_ is None else scaler.scale_
    columns = []
    for slot, middle, scale in zip(slots, centres, scales, strict=True):
        if table.sparse:
            columns.append(Number(program.one(Operation.SPREAD, slot, 1.0 / float(scale), 0.0)))
        else:
            columns.append(Number(program.one(Operation.SCALED, slot, float(middle), float(scale))))
    return table.after(scaler, columns)


def _spread(scaler: Any, table: Table, program: Program) -> Table:
    columns = []
    for slot, scale, lowest in zip(_finite(scaler, table, program), scaler.scale_, scaler.min_, strict=True):
        spread = program.one(Operation.SPREAD, slot, float(scale), float(lowest))
        if scaler.clip:
            spread = program.one(Operation.CLIP, spread, *(float(end) for end in scaler.feature_range))
        columns.append(Number(spread))
    return table.after(scaler, columns)


def _finite(scaler: Any, table: Table, program: Program) -> list[Slot]:
    return [program.one(Operation.FINITE, slot, more=[1]) for slot in table.numbers(scaler)]


_KINDS: Mapping[type, Callable[[Any, Table, Program], Table]] = {
    Pipeline: _in_turn,
    ColumnTransformer: _side_by_side,
    FunctionTransformer: _unchanged,
    SimpleImputer: _filled,
    StandardScaler: _scaled,
    RobustScaler: _scaled,
    MinMaxScaler: _spread,
    OneHotEncoder: encoded,
    OrdinalEncoder: encoded,
}
TRANSFORMERS = tuple(_KINDS)
