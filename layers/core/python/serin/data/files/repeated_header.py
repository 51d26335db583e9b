"""Files that were put one behind the other keep the header of each: a line that names the columns is no row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import reduce
from operator import and_

import polars as pl

from serin.data.files.table import ROW, Table, ragged_rows


def without_headers(table: Table, written: Mapping[str, str]) -> Table:
    """The table with every row that repeats its header among the ragged ones, which are set aside.

    `written` are the file's own names by the table's.
    """
    names = {name: written.get(name, name) for name in table.text.columns}
    if not names:
        return table
    first = next(iter(names))
    if not (table.text[first] == names[first]).any():
        return table
    same = (table.text[name] == own for name, own in names.items())
    repeated = reduce(and_, same).fill_null(value=False)
    numbers = table.numbers.filter(repeated).to_list()
    if not numbers:
        return table
    line = pl.DataFrame([list(names.values())], schema=[str(place) for place, _ in enumerate(names)], orient="row")
    text = line.write_csv(include_header=False).removesuffix("\n")
    ragged = pl.concat([table.ragged, ragged_rows(numbers, [text] * len(numbers))]).sort(ROW)
    return replace(table, text=table.text.filter(~repeated), numbers=table.numbers.filter(~repeated), ragged=ragged)
