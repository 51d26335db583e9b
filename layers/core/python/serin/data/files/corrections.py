"""Rows in quarantine on their way out, to be corrected in an editor, and back in as a file like any other.

The CSV has the file's columns and, before them, `__upload` and `__row`, which say where a row was set aside, `__rules`
(ids apart by spaces) and, for rows of a wrong width, `__text`. A spreadsheet runs a text that begins with = + - or @ as
a formula, so a ' is put before it; a file that has the column `__rules` is read back without it, and without our own
columns. Nothing is written where there is no value, so NA is a text, and an empty text is a ' for editors do not keep
empty quotes. A corrected row is a new row of a new upload: where its primary key is known, the newer row replaces the
older. A row that was set aside comes back once: what was accepted then is a row like any other, and what was set aside
again is corrected where it lies now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from serin.data.files.formulas import guarded, guarded_name, name_of, unguarded
from serin.data.files.literal_names import as_written, literal
from serin.data.files.null_words import WORDS
from serin.data.files.table import RESERVED, ROW, RULES, TEXT, UPLOAD, Table
from serin.domain.contracts import Column, ColumnType
from serin.domain.errors import Rejected
from serin.domain.printable import printable

_ID = r"^[0-9a-f]{32}$"
_NUMBER = r"^[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?$"


def to_csv(quarantined: Sequence[pl.DataFrame], types: Mapping[str, ColumnType]) -> bytes:
    """The rows of these quarantine files as one CSV; numbers of number columns stay as they are, minus sign and all.

    Each frame names its upload in `__upload`.
    """
    rows = pl.concat(quarantined, how="diagonal").with_columns(pl.col(RULES).list.join(" "))
    own = [name for name in RESERVED if name in rows.columns and (name != TEXT or rows[TEXT].null_count() < len(rows))]
    values = [name for name in rows.columns if name not in RESERVED]
    texts = [name for name in [*own, *values] if name != ROW]
    cells = [_cells(name, types.get(name, "string")) for name in texts]
    whole = rows.with_columns(cells).select([*own, *values])
    return whole.rename({name: guarded_name(as_written(name)) for name in values}).write_csv().encode()


def in_files(rows: pl.DataFrame, columns: Sequence[Column]) -> pl.DataFrame:
    """The rows under the names that files have for their columns, unless an editor would need another one."""
    names = {one.name: one.name_in_files for one in columns if guarded_name(one.name_in_files) == one.name_in_files}
    there = {name: written for name, written in names.items() if name in rows.columns and written not in rows.columns}
    return rows.rename(there)


def restored(table: Table) -> Table:
    """The table as it would have been without the detour, but for its origins; any other table as it is.

    Raises Rejected for an origin that was never exported.
    """
    if RULES not in table.text.columns:
        return table
    names = {name: literal(name_of(as_written(name))) for name in table.text.columns if name not in RESERVED}
    twice = [name for name, count in Counter(names.values()).items() if count > 1]
    if twice:
        raise Rejected(
            f"{table.name}: column '{printable(twice[0])}' is in the header more than once, guarded as it was exported "
            "or not.",
            "Give every column a name of its own.",
        )
    text = table.text.select(unguarded(pl.col(cell)).alias(name) for cell, name in names.items())
    return replace(table, text=text, origins=_origins(table))


def still_set_aside(quarantined: pl.DataFrame, corrected: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """The rows of a quarantine file, which name their upload, that none of these corrections takes the place of."""
    return quarantined.join(pl.concat(corrected), on=[UPLOAD, ROW], how="anti") if corrected else quarantined


def _origins(table: Table) -> pl.DataFrame | None:
    """Which row each of the table's corrects; a row that somebody has added corrects none."""
    if not {UPLOAD, ROW} <= set(table.text.columns):
        return None
    if table.ragged.height:
        raise Rejected(
            f"{table.name}: row {table.ragged[ROW][0]:,} has not as many values as the header, so what it corrects is "
            "not known.",
            "Correct the number of its values, or leave it out.",
        )
    written = table.text.select(pl.when(~pl.col(name).is_in(WORDS)).then(pl.col(name)) for name in (UPLOAD, ROW))
    origins = written.select(
        pl.when(pl.col(UPLOAD).str.contains(_ID)).then(pl.col(UPLOAD)), pl.col(ROW).cast(pl.UInt32, strict=False)
    )
    read = origins.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    empty = written.select(pl.all_horizontal(pl.all().is_null())).to_series()
    wrong = (~(read | empty)).arg_true()
    if wrong.len():
        upload, row = (printable(str(value)) for value in written.row(wrong[0]))
        raise Rejected(
            f"{table.name}: row {table.numbers[wrong[0]]:,} says it corrects row {row} of the upload {upload}.",
            f"Leave the columns {UPLOAD} and {ROW} as they were exported; both are empty for a row that is new.",
        )
    return origins


def _cells(name: str, type: ColumnType) -> pl.Expr:
    value = pl.col(name)
    if type not in ("integer", "number"):
        return guarded(value)
    return pl.when(value.str.contains(_NUMBER)).then(value).otherwise(guarded(value)).alias(name)
