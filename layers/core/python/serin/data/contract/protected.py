"""Personal data taken out of a file while it is read, before a row of it is looked at by anybody else."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from serin.data.contract.read_columns import read_column
from serin.data.files.table import TEXT, UPLOAD, Blocks, Table
from serin.domain.contracts import Column, Contract
from serin.domain.personal import PSEUDONYM

Digests = Callable[[str, Collection[str]], Mapping[str, str]]
"""What stands for each of these values of a column of that name."""
Theirs = Callable[[Collection[str]], Collection[str]]
"""Which of these values are a person who was erased."""
Erased = tuple[str, Theirs]
"""The column that somebody who was erased is known by, and which values of it are theirs."""
NOT_KEPT = "(not kept: the file has personal data)"
"""What stands for a line in which nobody can say where a value begins."""


class ProtectedBlocks:
    """The blocks of a file as they may be kept: columns dropped, values replaced by digests, broken lines left out.

    Of columns that the contract does not know nobody can say whether they name people: nothing of them is kept either.
    Rows that were exported from quarantine have digests already, and keep them where nobody has written a value there.
    `left_out` counts the rows of people who were erased in the blocks so far.
    """

    def __init__(self, blocks: Blocks, contract: Contract, digests: Digests, erased: Sequence[Erased] = ()) -> None:
        self._blocks, self._digests, self._erased = blocks, digests, erased
        self._hashed = contract.hashed
        self._kept = {column.name for column in contract.columns}
        self._dropped = [column.name for column in contract.dropped or ()]
        self.left_out = 0

    def __iter__(self) -> Iterator[Table]:
        for table in self._blocks:
            protected = self._protected(table)
            self.left_out += table.rows - protected.rows
            yield protected

    def again(self, index: int) -> Table:
        return self._protected(self._blocks.again(index))

    def _protected(self, table: Table) -> Table:
        for name, theirs in self._erased:
            table = self._without(table, name, theirs)
        text = table.text.select(name for name in table.text.columns if name in self._kept)
        for column in self._hashed:
            text = text.with_columns(self._hidden(text[column.name], column, table.origins))
        unknown = (name for name in table.text.columns if name not in self._kept and name not in self._dropped)
        ragged = without_text(table.ragged)
        return replace(table, text=text, ragged=ragged, unread=(*table.unread, *unknown))

    def _without(self, table: Table, name: str, theirs: Theirs) -> Table:
        """The table without the rows of people, who are known by a column; the text of broken rows is not kept."""
        column = next(column for column in self._hashed if column.name == name)
        values = read_column(table.text[name], column)[name]
        gone = pl.Series(list(theirs(values.drop_nulls().unique().to_list())), dtype=pl.String)
        kept = ~values.is_in(gone.implode()).fill_null(value=False)
        origins = None if table.origins is None else table.origins.filter(kept)
        return replace(table.only(kept, ragged=True), origins=origins, unread=table.unread)

    def _hidden(self, text: pl.Series, column: Column, origins: pl.DataFrame | None) -> pl.Series:
        values = read_column(text, column)[column.name]
        if origins is None:
            return hidden(values, self._digests)
        digest = origins[UPLOAD].is_not_null() & values.str.contains(PSEUDONYM).fill_null(value=False)
        return hidden(values.set(digest, None), self._digests).zip_with(~digest, values)


def hidden(values: pl.Series, digests: Digests) -> pl.Series:
    """Texts as what stands for them; a null is nobody."""
    known = values.drop_nulls().unique().to_list()
    by_value = digests(values.name, known) if known else {}
    return values.replace_strict(by_value, default=None, return_dtype=pl.String)


def without_text(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of a wrong width without what was written in them, which holds values of any column."""
    return rows.with_columns(pl.when(pl.col(TEXT).is_not_null()).then(pl.lit(NOT_KEPT)).alias(TEXT))
