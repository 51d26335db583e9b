"""Whether a derivation works row by row: an upload's rows are derived without the others, and must come out alike."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from serin.domain.errors import Invalid

SAMPLE = 100
_NEAR = 1e-12
Derive = Callable[[pl.DataFrame], pl.DataFrame]


def check_row_by_row(call: str, dataset: str, table: pl.DataFrame, made: pl.DataFrame, derive: Derive) -> None:
    """Raise Invalid when some rows of the table, derived alone, are not what they are in `made`, the whole table's.

    The rows are the same for the same table: a hundred spread over it, and a single one.
    """
    if table.height < 2:
        return
    step = max(2, -(-table.height // SAMPLE))
    for rows, expected in (
        (table.gather_every(step, 1), made.gather_every(step, 1)),
        (table.slice(1, 1), made.slice(1, 1)),
    ):
        _check_same(call, dataset, derive(rows), expected)


def _check_same(call: str, dataset: str, alone: pl.DataFrame, expected: pl.DataFrame) -> None:
    for name, wanted in expected.schema.items():
        column = alone.schema.get(name)
        if column != wanted:
            raise Invalid(
                f"{call} makes '{name}' {wanted} of all rows of {dataset}, and {column or 'nothing'} of some of them.",
                "Give the column one type, whatever the rows hold: cast it.",
                f"datasets.{dataset}.derive",
            )
        if not (alone[name].equals(expected[name], null_equal=True) or _is_near(alone[name], expected[name])):
            raise Invalid(
                f"{call} gives rows of {dataset} another '{name}' when other rows are not there.",
                "Derive a row from itself and from the datasets in `with`; what rows add up to is a window of a view.",
                f"datasets.{dataset}.derive",
            )


def _is_near(alone: pl.Series, expected: pl.Series) -> bool:
    """Whether both are floats that differ by their last bits: the engine divides one row otherwise than several."""
    if not expected.dtype.is_float():
        return False
    near = (alone - expected).abs() <= _NEAR * expected.abs()
    return bool((near.fill_null(value=False) | alone.eq_missing(expected)).all())


def derived_by_row(derive: Derive, rows: pl.DataFrame) -> pl.DataFrame:
    """The derivation of rows, each of which comes out to the bit as among others: one alone is derived twice at once.

    The engine divides otherwise where it keeps a column as one value for all rows, and in a chunk of one row.
    """
    columns = rows.get_columns()
    if rows.height == 1:
        columns = [pl.concat([column, column]) for column in columns]
    if any(1 in column.chunk_lengths() for column in columns):
        columns = [column.rechunk() for column in columns]
    made = derive(pl.DataFrame(columns))
    # Any other height is refused for what it is.
    return made.head(1) if (rows.height, made.height) == (1, 2) else made
