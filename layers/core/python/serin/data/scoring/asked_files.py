"""A file of rows to be scored, cut into pieces whose values are still the texts that were written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from serin.data.files.reading import opened
from serin.data.files.table import CAPS, ROW, TEXT, Caps, Table
from serin.domain.charter import Charter, InputType
from serin.domain.contracts import Column, Contract
from serin.domain.names import columns_named

ROWS_TOGETHER = 100_000
"""Rows that are scored together at most: they and their features have to fit into one function's memory."""
_CAPS = replace(CAPS, block=16 * 1024**2, values=2_000_000)
_FIRST_LOOK = replace(CAPS, block=1024**2, values=10_000)


def pieces(
    name: str,
    file: Path,
    charter: Charter,
    truth: Contract | None = None,
    caps: Caps = _CAPS,
    together: int = ROWS_TOGETHER,
) -> Iterator[pl.DataFrame]:
    """The file's rows in order, some at a time: the columns a model asks for, `__row` and `__text`.

    The file may be what an upload may be, and is read as that is. Its columns are the charter's inputs, of which those
    that may be null may be missing, and the column that says a row's moment, if it is there; others are not looked at.
    A column whose name cannot be an input's is called as contracts call it: `Amount (EUR)` is `amount_eur`; and one
    that the contract of the `truth` has another name for in files may have that one.
    `__row` counts from 1, the first row below the header. A row with another number of values than the header is null
    but for `__text`, which holds it whole. Raises Rejected or TooLarge, as an upload is refused.
    """
    contract = asked_contract(charter, _columns(name, file, charter), truth)
    with opened(name, file, contract, caps) as blocks:
        for table in blocks:
            rows = _rows_of(table, [column.name for column in contract.columns])
            for start in range(0, rows.height, together):
                yield rows.slice(start, together)


def asked_contract(charter: Charter, header: Sequence[str], truth: Contract | None = None) -> Contract:
    """What a file has to hold, of which the columns of its header are there."""
    agreed = {} if truth is None else {column.name: column for column in truth.columns}
    present = {name: column.name_in_files for name, column in agreed.items() if column.name_in_files in header}
    present |= dict(zip(columns_named(header), header, strict=True))
    moment = charter.features.moment.column
    types = {one.name: one.type for one in charter.inputs if one.name in present or not one.nullable}
    if moment in present:
        types.setdefault(moment, "timestamp")
    columns = [replace(asked_column(name, types[name], truth), written=present.get(name)) for name in types]
    # They say in which columns NA is a word like any other.
    rules = () if truth is None else tuple(rule for rule in truth.rules if rule.kind == "one_of")
    return Contract(f"{charter.model}'s inputs", "1", tuple(columns), rules, ())


def asked_column(name: str, kind: InputType, truth: Contract | None) -> Column:
    """An input as files write it: as the contract of the truth's dataset agrees it for its column of that name.

    Its words for null hold here as they hold for the rows that are learnt from; the form and the zone of its times do
    where it is of the same type.
    """
    agreed = next((column for column in truth.columns if column.name == name), None) if truth else None
    if agreed is None:
        return Column(name, kind)
    if agreed.type != kind:
        return Column(name, kind, missing=agreed.missing)
    return Column(name, kind, missing=agreed.missing, form=agreed.form, zone=agreed.zone)


def _columns(name: str, file: Path, charter: Charter) -> tuple[str, ...]:
    with opened(name, file, Contract(charter.model, "1", (), (), ()), _FIRST_LOOK) as blocks:
        return tuple(next(iter(blocks)).columns)


def _rows_of(table: Table, names: list[str]) -> pl.DataFrame:
    whole = table.text.select(names).with_columns(table.numbers.alias(ROW), pl.lit(None, pl.String).alias(TEXT))
    if table.ragged.is_empty():
        return whole
    return pl.concat([whole, table.ragged], how="diagonal").sort(ROW)
