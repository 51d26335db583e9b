"""Rows that were accepted under an earlier contract, as today's reads them."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from serin.data.contract.types import POLARS_TYPES
from serin.domain.contracts import Column, ColumnType, Contract
from serin.domain.errors import Invalid
from serin.domain.plain_numbers import how_many
from serin.domain.schemas import Schema, refuse_incompatible

_TYPES: Mapping[pl.DataType, ColumnType] = {dtype: kind for kind, dtype in POLARS_TYPES.items()}


def as_contract(rows: pl.DataFrame, contract: Contract) -> pl.DataFrame:
    """The rows in the contract's columns, order and types: what they do not have is null.

    Raises Invalid for a type that is not the contract's and does not widen to it
    (`serin.domain.schemas`), and for a whole number that no 64-bit float holds.
    """
    if rows.schema == no_rows(contract).schema:
        return rows
    types = {name: _TYPES[dtype] for name, dtype in rows.schema.items() if dtype in _TYPES}
    # Rows say neither the version nor the key they were accepted under, nor which of their texts are digests: that is
    # said by the schemas of the dataset's head.
    hashed = tuple(column.name for column in contract.hashed if column.name in types)
    refuse_incompatible([Schema("unknown", types, contract.primary_key, hashed)], contract)
    return rows.select(_as_column(rows, column, contract) for column in contract.columns)


def no_rows(contract: Contract) -> pl.DataFrame:
    """A dataset before its first row: the contract's columns, in its order and types."""
    return pl.DataFrame(schema={column.name: POLARS_TYPES[column.type] for column in contract.columns})


def _as_column(rows: pl.DataFrame, column: Column, contract: Contract) -> pl.Series:
    dtype = POLARS_TYPES[column.type]
    if column.name not in rows.columns:
        return pl.Series(column.name, pl.repeat(None, rows.height, dtype=dtype, eager=True))
    values = rows[column.name]
    wider = values.cast(dtype)
    if column.type == "number" and values.dtype == pl.Int64:
        inexact = values.filter(wider.cast(pl.Int64, strict=False).ne_missing(values))
        if inexact.len():
            value = inexact[0] if column.shown else "a value that is not shown"
            raise Invalid(
                f"{contract.dataset}.{column.name}: {value} was accepted as an integer, and no number is exactly "
                f"that; so are {how_many(inexact.len(), 'value')} of one upload.",
                "Leave the column an integer, or make it a string.",
            )
    return wider
