"""Files that were put one behind the other keep the header of each: a line that names the columns is no row."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import polars as pl

from serin.data.files.table import ROW, Table, ragged_rows


def without_headers(table: Table) -> Table:
    """The table with every row that repeats its header among the ragged ones, which are set aside."""
    names = table.text.columns
    if not names or not (table.text[names[0]] == names[0]).any():
        return table
    repeated = reduce(lambda seen, name: seen & (table.text[name] == name), names, pl.Series([True])).fill_null(
        value=False
    )
    numbers = table.numbers.filter(repeated).to_list()
    if not numbers:
        return table
    line = pl.DataFrame([names], schema=[str(place) for place, _ in enumerate(names)], orient="row")
    text = line.write_csv(include_header=False).removesuffix("\n")
    ragged = pl.concat([table.ragged, ragged_rows(numbers, [text] * len(numbers))]).sort(ROW)
    return replace(table, text=table.text.filter(~repeated), numbers=table.numbers.filter(~repeated), ragged=ragged)
