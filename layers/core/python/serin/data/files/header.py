"""The first line of a CSV file, and what is wrong with a file's columns."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Sequence

import polars as pl

from serin.data.files.first_lines import refuse_misread, refuse_other_kind, refuse_other_spelling
from serin.data.files.mapped_names import named_here
from serin.data.files.table import Caps
from serin.domain.contracts import Contract
from serin.domain.errors import Rejected, TooLarge
from serin.domain.printable import printable

_SHOWN = 20


def read_header(name: str, line: bytes, caps: Caps) -> tuple[str, ...]:
    """The column names in the header line of a CSV file."""
    if len(line) > caps.header:
        raise TooLarge(
            f"{name}: the header is longer than {caps.header:,} bytes.",
            "Put the column names on the first line, and end lines with a line feed.",
        )
    text = line.decode("utf-8").removesuffix("\r")
    if "\r" in text:
        raise Rejected(f"{name}: lines end with a carriage return alone.", "End lines with a line feed.")
    try:
        names = next(csv.reader([text], strict=True), [])
    except csv.Error as error:
        refuse_other_kind(name, text)
        if text.count('"') % 2:
            raise Rejected(
                f"{name}: a column's name in quotes does not end on the first line.", "Write every name on one line."
            ) from error
        raise Rejected(f"{name}: the header cannot be read ({error}).", "Quote the column names correctly.") from error
    return tuple(names)


def check_columns(
    name: str, names: Sequence[str], contract: Contract, caps: Caps, after: Callable[[], bytes] | None = None
) -> None:
    """Raise Rejected unless the file has each column of the contract once; others may be there too.

    `names` are the file's own, and so are those of a message.
    `after` reads what stands behind the line that the names of a CSV file are on.
    """
    if len(names) > caps.columns:
        raise TooLarge(f"{name}: has {len(names):,} columns; {caps.columns:,} are allowed.", "Drop some columns.")
    here = named_here(names, contract)
    if contract.keeps_back and not {column.name for column in contract.columns} & set(here):
        # What stands there may be a row, which a message would repeat.
        raise Rejected(
            f"{name}: its first line names no column of the contract of {contract.dataset}.",
            "Write the columns' names on the first line.",
        )
    needed = [column for column in contract.columns if column.personal != "drop"]
    missing = [column.name_in_files for column in needed if column.name not in set(here)]
    if missing and after is not None:
        refuse_misread(name, names, after(), contract)
    counts = Counter(here)
    twice = list(dict.fromkeys(text for text, column in zip(names, here, strict=True) if text and counts[column] > 1))
    if len(twice) > 1 and len({*named_here(twice, contract)}) < len(twice):
        raise Rejected(f"{name}: {_columns(twice)} are one column of the contract.", "Keep one of them.")
    if twice:
        raise Rejected(
            f"{name}: {_columns(twice)} {_is(twice)} in the header more than once.",
            "Give every column a name of its own.",
        )
    if missing:
        refuse_other_spelling(name, names, contract)
        raise Rejected(
            f"{name}: {_columns(missing)} {_is(missing)} missing; found {_listed(names)}",
            f"Add what is missing (the contract of {contract.dataset} names every column) and upload the file again.",
        )
    # A column that is to be dropped is known by its name alone, and may not be there.
    for column in contract.columns:
        if column.name not in set(here):
            refuse_other_spelling(name, names, contract.only([column.name]))


def check_lengths(name: str, text: pl.DataFrame, caps: Caps) -> None:
    """Raise TooLarge for a value longer than the cap, or for more text than may lie together.

    A Parquet file can say one long text once and mean it in millions of rows.
    """
    longest = text.select(pl.all().str.len_bytes().max()).row(0) if text.width else ()
    for column, length in zip(text.columns, longest, strict=True):
        if length is not None and length > caps.value:
            raise TooLarge(
                f"{name}: column '{printable(column)}' has a value of {length:,} bytes; {caps.value:,} are allowed.",
                "Shorten it, or keep it elsewhere and name it here; if quotes are missing, set them.",
            )
    check_size([text], name, caps)


def check_size(texts: Sequence[pl.DataFrame], name: str, caps: Caps) -> None:
    """Raise TooLarge for more text in these frames, all of one file, than may lie together."""
    sizes = (text.select(pl.all().str.len_bytes().cast(pl.Int64).sum()).row(0) for text in texts if text.width)
    total = sum(sum(of_one) for of_one in sizes)
    if total > caps.together:
        raise TooLarge(
            f"{name}: holds {total:,} bytes of text in {sum(text.height for text in texts):,} rows that are looked at "
            f"together; {caps.together:,} are allowed.",
            "Shorten the texts, or split the file and upload each part.",
        )


def _columns(names: Sequence[str]) -> str:
    quoted = ", ".join(f"'{printable(name)}'" for name in names[:_SHOWN])
    return f"column {quoted}" if len(names) == 1 else f"columns {quoted}{', …' if len(names) > _SHOWN else ''}"


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(printable(name) for name in names[:_SHOWN])
    return f"{shown}, …" if len(names) > _SHOWN else f"{shown}."
