"""Rows in quarantine on their way out, to be corrected in an editor, and back in as a file like any other.

The CSV has the file's columns and, before them, `__row`, `__rules` (its ids apart by spaces) and, for rows of a
wrong width, `__text`. A spreadsheet runs a text that begins with = + - or @ as a formula, so a ' is put
before it; a file that has the column `__rules` is read back without it, and without our own columns.
A corrected row is a new row of a new upload: where its primary key is known, the newer row replaces the older.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from serin.data.table import RESERVED, ROW, RULES, TEXT, Table
from serin.domain.contracts import ColumnType

# Quotes that are there already count, so that taking one away always gives back what was.
_FORMULA = r"^'*[=+\-@\t\r]"
_GUARDED = r"^'('*[=+\-@\t\r])"
_NUMBER = r"^[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?$"


def to_csv(quarantined: Sequence[pl.DataFrame], types: Mapping[str, ColumnType]) -> bytes:
    """The rows of these quarantine files as one CSV; numbers of number columns stay as they are, minus sign and all."""
    rows = pl.concat(quarantined, how="diagonal").with_columns(pl.col(RULES).list.join(" "))
    own = [name for name in RESERVED if name in rows.columns and (name != TEXT or rows[TEXT].null_count() < len(rows))]
    values = [name for name in rows.columns if name not in RESERVED]
    texts = [name for name in [*own, *values] if name != ROW]
    guarded = [_guarded(name, types.get(name, "string")) for name in texts]
    return rows.with_columns(guarded).select([*own, *values]).write_csv().encode()


def restored(table: Table) -> Table:
    """The table as it would have been without the detour; any other table as it is."""
    if RULES not in table.text.columns:
        return table
    values = [name for name in table.text.columns if name not in RESERVED]
    return replace(table, text=table.text.select(pl.col(name).str.replace(_GUARDED, "${1}") for name in values))


def _guarded(name: str, type: ColumnType) -> pl.Expr:
    value = pl.col(name)
    formula = value.str.contains(_FORMULA)
    if type in ("integer", "number"):
        formula = formula & ~value.str.contains(_NUMBER)
    return pl.when(formula).then("'" + value).otherwise(value).alias(name)
