"""How much one column says about a label: one measure for numbers, texts and times, so that columns can be ranked.

The strength is Cramér's V with the bias correction of Bergsma (2013, Journal of the Korean Statistical
Society 42, 323-328), over values in at most ten ranges of equally many rows, or the fifty most frequent
ones; a missing value is a value. It finds what goes up and down again, which no correlation does.
"""

from __future__ import annotations

import math

import polars as pl

from serin.domain.charter import Task
from serin.domain.profiles import Association

RANGES = 10
FEW = 20
CATEGORIES = 50
FEWEST_ROWS = 20
FEWEST_UNLABELLED = 5
MOSTLY = 0.9
_LABEL = "label"
_VALUE = "value"


class Labelled:
    """The rows of a table that have a label."""

    def __init__(self, label: pl.Series, task: Task) -> None:
        self._whole = label
        self._known = label.is_not_null()
        self._label = label.filter(self._known).rename(_LABEL)
        self._task = task
        self._codes = _codes(self._label, ranges=task == "regression").rename(_LABEL)

    def comes_with(self, column: pl.Series) -> bool:
        """Whether the column becomes known when the label does."""
        return comes_with(column, self._whole)

    def association(self, column: pl.Series) -> Association | None:
        """Of the column with the label; None where one of them has but one value, or there are too few rows."""
        value = column.filter(self._known).rename(_VALUE)
        if value.len() < FEWEST_ROWS:
            return None
        strength = _cramers_v(_codes(value, ranges=_has_order(value.dtype)), self._codes)
        if strength is None:
            return None
        ordered = _has_order(value.dtype) or value.dtype == pl.Boolean
        auc = _auc(value, self._label) if ordered and self._task == "binary" else None
        rank = _rank_correlation(value, self._label) if ordered and self._task == "regression" else None
        return Association(_short(strength), value.len(), auc, rank)


def comes_with(column: pl.Series, label: pl.Series) -> bool:
    """Whether a column is nearly always missing where the label is, and nearly never where the label is there."""
    unlabelled, labelled = column.filter(label.is_null()), column.filter(label.is_not_null())
    if unlabelled.len() < FEWEST_UNLABELLED or _missing(unlabelled) < MOSTLY:
        return False
    return _missing(labelled) <= 1 - MOSTLY


def _missing(column: pl.Series) -> float:
    return column.null_count() / max(1, column.len())


def _has_order(dtype: pl.DataType) -> bool:
    return dtype.is_numeric() or dtype in (pl.Date, pl.Datetime)


def _codes(values: pl.Series, *, ranges: bool) -> pl.Series:
    """A small number for each value: 0 for a missing one, then ranges or categories."""
    distinct = values.drop_nulls().unique()
    frame = values.to_frame()
    column = pl.col(values.name)
    if ranges and distinct.len() > FEW:
        steps = [values.quantile(place / RANGES, "nearest") for place in range(1, RANGES)]
        code = pl.sum_horizontal((column > step).cast(pl.Int32) for step in dict.fromkeys(steps))
    else:
        counts = values.drop_nulls().value_counts().sort(["count", values.name], descending=[True, False])
        kept = counts[values.name].head(CATEGORIES)
        code = column.replace_strict(kept, pl.int_range(kept.len(), eager=True), default=CATEGORIES)
    code = pl.when(column.is_null()).then(0).otherwise(1 + code).cast(pl.Int32)
    return frame.select(code.alias(values.name)).to_series()


def _cramers_v(value: pl.Series, label: pl.Series) -> float | None:
    cells = pl.DataFrame([value, label]).group_by(_VALUE, _LABEL).agg(pl.len().cast(pl.Float64).alias("n"))
    cells = cells.with_columns(pl.col("n").sum().over(of).alias(f"of_{of}") for of in (_VALUE, _LABEL))
    rows, columns, n = cells[_VALUE].n_unique(), cells[_LABEL].n_unique(), value.len()
    if min(rows, columns) < 2:
        return None
    # Sorted, so that the sum does not depend on the order in which groups come.
    parts = cells.sort(_VALUE, _LABEL).select(pl.col("n") ** 2 / (pl.col("of_value") * pl.col("of_label")))
    phi = math.fsum(parts.to_series().to_list()) - 1
    corrected = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    room = min(count - (count - 1) ** 2 / (n - 1) for count in (rows, columns)) - 1
    return min(1.0, math.sqrt(corrected / room)) if room > 0 else None


def _auc(value: pl.Series, label: pl.Series) -> float | None:
    """The share of pairs, one row of each class, in which the greater class has the greater value; ties count half."""
    frame = pl.DataFrame([value, label]).drop_nulls()
    classes = frame[_LABEL].unique().sort()
    if classes.len() != 2:
        return None
    positive = frame[_LABEL] == classes[1]
    ones = int(positive.sum())
    zeros = frame.height - ones
    ranks = float(frame[_VALUE].rank("average").filter(positive).sum())
    return _short((ranks - ones * (ones + 1) / 2) / (ones * zeros))


def _rank_correlation(value: pl.Series, label: pl.Series) -> float | None:
    """Spearman's."""
    frame = pl.DataFrame([value, label]).drop_nulls()
    if frame.height < 2 or min(frame[name].n_unique() for name in (_VALUE, _LABEL)) < 2:
        return None
    ranks = [pl.col(name).rank("average") for name in (_VALUE, _LABEL)]
    return _short(float(frame.select(pl.corr(*ranks)).item()))


def _short(number: float) -> float:
    return round(number, 4)
