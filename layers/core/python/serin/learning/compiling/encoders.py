"""OneHotEncoder and OrdinalEncoder: what they make of every code, asked of the fitted encoder itself.

So unknown, infrequent and dropped categories are what scikit-learn says they are, without a second set of rules.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.preprocessing import OneHotEncoder

from serin.learning.compiling.columns import Category, Column, NotCovered, Number, Table, is_nan, refuse_unlisted
from serin.learning.compiling.program import Program
from serin.measures.arrays import Floats
from serin.serving.compiled.layout import Operation

MOST_CELLS = 2**23
"""What an encoder may answer to all of its codes. A column of it is written with an answer for every code: beyond some
2,900 one-hot categories it would take a training's memory, and scikit-learn keeps them sparse."""


def encoded(encoder: Any, table: Table, program: Program) -> Table:
    """The columns an encoder makes."""
    if encoder.dtype is not np.float64 and encoder.dtype != "float64":
        raise NotCovered(f"{type(encoder).__name__} with the dtype {np.dtype(encoder.dtype)}")
    coded = [_coded(column, encoder.categories_[place], program) for place, column in enumerate(table.columns)]
    widths = _widths(encoder, len(coded))
    codes = max(len(column.values) for column in coded)
    if codes * sum(widths) > MOST_CELLS:
        raise NotCovered(f"{type(encoder).__name__} that makes {sum(widths):,} columns of {codes:,} categories")
    answers = _answers(encoder, coded)
    columns: list[Column] = []
    for place, (column, width) in enumerate(zip(coded, widths, strict=True)):
        refused = [not _is_answered(encoder, place, value) for value in column.values]
        first, codes = len(columns), len(column.values)
        if any(refused) and not width:
            # Nothing is left of the column, and what was never seen in it is refused all the same.
            tabled = program.constants(np.where(refused, np.inf, 0.0))
            program.add(Operation.TABLE, [column.slot], [tabled, codes])
        for at in range(first, first + width):
            tabled = program.constants(np.where(refused, np.inf, answers[:codes, at]))
            columns.append(Number(program.add(Operation.TABLE, [column.slot], [tabled, codes])[0]))
    sparse = isinstance(encoder, OneHotEncoder) and bool(encoder.sparse_output)
    return table.after(encoder, columns, sparse=sparse)


def _coded(column: Column, categories: Any, program: Program) -> Category:
    """A column of categories; numbers are looked up among those of the encoder."""
    if isinstance(column, Category):
        refuse_unlisted(column, categories.tolist(), program)
        return column
    numbers = [float(value) for value in categories if not is_nan(float(value))]
    finite = program.one(Operation.FINITE, column.slot, more=[1])
    if not numbers:
        raise NotCovered("an encoder of a column without a value")
    slot = program.one(Operation.CODED, finite, *numbers, more=[len(numbers)])
    unseen = max(numbers) + abs(max(numbers)) + 1.0
    return Category(slot, (np.nan, unseen, *numbers))


def _answers(encoder: Any, columns: Sequence[Category]) -> Floats:
    """A row for each code, all columns side by side: a column's answer does not depend on the others'."""
    rows = max(len(column.values) for column in columns)
    probe = {}
    for place, column in enumerate(columns):
        known = encoder.categories_[place][0]
        values = [value if _is_answered(encoder, place, value) else known for value in column.values]
        values += [values[-1]] * (rows - len(values))
        numeric = encoder.categories_[place].dtype.kind in "fiu"
        probe[place] = pd.Series(values, dtype=np.float64 if numeric else object)
    frame = pd.DataFrame(probe)
    if hasattr(encoder, "feature_names_in_"):
        frame.columns = pd.Index(encoder.feature_names_in_)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of unknown categories, which are what is asked about
        answers = encoder.transform(frame if hasattr(encoder, "feature_names_in_") else frame.to_numpy())
    dense = answers.toarray() if hasattr(answers, "toarray") else answers
    return np.asarray(dense, dtype=np.float64)


def _is_answered(encoder: Any, place: int, value: Any) -> bool:
    if encoder.handle_unknown != "error":
        return True
    categories = encoder.categories_[place].tolist()
    return any(is_nan(each) for each in categories) if is_nan(value) else value in categories


def _widths(encoder: Any, columns: int) -> list[int]:
    """How many columns it makes of each."""
    if not isinstance(encoder, OneHotEncoder):
        return [1] * columns
    widths: list[int] = [int(width) for width in encoder._n_features_outs]
    return widths
