"""Which columns a model may be asked by, which say nothing to it, and which of them name a row."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.data.looks.profiles import UNIQUE
from serin.domain.plain_numbers import how_many
from serin_cli.drafting.personal import personal
from serin_cli.drafting.times import TimeSource
from serin_cli.drafting.unread_times import is_unread_time

LONGEST_INPUT = 256
ENOUGH_TO_REQUIRE = 100
ENOUGH_TO_NAME_ROWS = 20
INPUT_TYPES = ("string", "integer", "number", "boolean")
_IDS = frozenset(("code", "guid", "id", "idx", "identifier", "index", "key", "no", "nr", "num", "obs", "row", "uuid"))
_OF_THINGS = 0.5
_SOME = 0.1
_EVERY_ROW = "another value in every row, which is nothing to learn; --entity names it"
_NEARLY_EVERY_ROW = "another text in nearly every row that has one, which is nothing to learn"
_FEW_OF_EACH = "an id by its name, with few rows of each; --entity names it"


def required(column: ColumnSeen) -> bool:
    """Whether enough rows had a value, and each of them did."""
    return column.nulls == 0 and column.rows >= ENOUGH_TO_REQUIRE


def left_out(
    seen: FileSeen,
    label: ColumnSeen,
    time: TimeSource | None,
    entity: ColumnSeen | None,
    keep: Collection[ColumnSeen] = (),
) -> dict[str, str]:
    """The columns that are no inputs, each with the reason; those to `keep` are, if a model can read them at all."""
    reasons = {}
    for column in seen.columns:
        if column is not entity:
            reason = _unreadable(column, seen.typed[column.name])
            reasons[column.name] = reason if reason or column in keep else _says_nothing(column, seen)
    reasons |= {label.name: "the label"} | dict.fromkeys(time.nothing_to_learn if time else (), "the time")
    return {name: reason for name, reason in reasons.items() if reason}


def key_of(seen: FileSeen, time: TimeSource | None, entity: ColumnSeen | None) -> tuple[str, ...]:
    """The columns that name a row; none where an entity, with its time, does not."""
    if entity is None:
        return ()
    if entity.names_rows:
        return (entity.name,)
    names = (entity.name, *(time.names if time else ()))
    return () if time is None or seen.typed.select(names).is_duplicated().any() else names


def _unreadable(column: ColumnSeen, values: pl.Series) -> str:
    """Why no model can be asked by a column, or empty."""
    if column.distinct == 0:
        return "no value in any row"
    # Where some rows have none, that they have none says something.
    if column.distinct == 1 and column.nulls == 0:
        return "one value in every row"
    if column.type not in INPUT_TYPES or column.time:
        kind = "time that does not say its zone" if column.time == "local" else column.time or column.type
        return f"a {kind}; derive numbers from it in features.py"
    if column.type == "string" and _mostly_unprintable(values):
        return "texts with line ends or other signs that a request cannot hold"
    return f"texts of up to {how_many(column.longest, 'character')}" if column.longest > LONGEST_INPUT else ""


def _mostly_unprintable(values: pl.Series) -> bool:
    known = values.drop_nulls()
    return known.str.contains(r"\p{C}").sum() > _SOME * known.len()


def _says_nothing(column: ColumnSeen, seen: FileSeen) -> str:
    """Why a column says nothing of rows that are not there yet, or empty."""
    values, known = seen.typed[column.name], column.rows - column.nulls
    if who := personal(column, values):
        return f"{who}; the contract calls it confidential"
    if is_unread_time(values):
        return "a time in a form that is not read; write days as 2013-04-01"
    return "" if known < ENOUGH_TO_NAME_ROWS else _names_rows(column, values, known)


def _names_rows(column: ColumnSeen, values: pl.Series, known: int) -> str:
    """Why a column names rows, or empty."""
    is_id, is_name = not _IDS.isdisjoint(column.name.split("_")), column.type in ("string", "integer")
    reasons = {
        "it numbers the rows": column.type == "integer" and column.names_rows and _counts_rows(values),
        _EVERY_ROW: column.names_rows and (column.type == "string" or is_id),
        _NEARLY_EVERY_ROW: column.type == "string" and column.distinct >= UNIQUE * known,
        _FEW_OF_EACH: is_id and is_name and column.distinct >= _OF_THINGS * known,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _counts_rows(values: pl.Series) -> bool:
    """Whether whole numbers rise from row to row, or are all those of a range in any order, as an index is."""
    low, high = values.min(), values.max()
    is_range = isinstance(low, int) and isinstance(high, int) and high - low == values.len() - 1
    return is_range or bool((values.diff().drop_nulls() > 0).all())
