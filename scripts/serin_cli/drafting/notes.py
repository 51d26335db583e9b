"""What of a file a person should know before they train on it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from serin.data.contract.advice import how_to_write
from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.domain.printable import printable
from serin_cli.drafting.times import TimeSource, counts_days, proposals

_NAMED = 8
_ENOUGH, _SEVERAL, _MOVES = 20, 10, 0.95
_MOSTLY = 0.8
# A number that its writer has dressed: with a decimal comma, separators of thousands, a sign of money or a share.
_DRESSED = (
    r"^\s*[-+$€£¥]*\s*[0-9][0-9.]*(,[0-9]+)+(\.[0-9]+)?\s*[€%]?\s*$"
    r"|^\s*[$€£¥]\s*[-+]?[0-9.]+$|^[-+]?[0-9.]+\s*[€%]$|^\s+[0-9.]+$"
)
_PLAIN = r"^[-+]?[0-9]+(\.[0-9]+)?$"


def file_notes(seen: FileSeen) -> Iterator[str]:
    """Rows and columns that cannot be read, times without a zone, and columns that are numbers but for a few words."""
    if seen.ragged:
        yield f"{seen.ragged:,} rows have too many or too few values, or are the header again; uploads set them aside"
    named = [f"{printable(column.written, 40)} is {column.name}" for column in seen.columns if column.written]
    if named:
        more = f", and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
        yield f"columns keep their names in files, and have others here: {', '.join(named[:_NAMED])}{more}"
    if seen.unnamed:
        places = ", ".join(map(str, seen.unnamed[:_NAMED]))
        several = "columns {} have no names and are" if len(seen.unnamed) > 1 else "column {} has no name and is"
        yield f"{several.format(places)} left out, as row names of pandas and R; a name on line 1 keeps it"
    for name in seen.unread:
        yield f"{printable(name)} holds no plain values and is left out"
    for column in seen.columns:
        yield from _column_notes(column, seen)


def _column_notes(column: ColumnSeen, seen: FileSeen) -> Iterator[str]:
    if column.time == "local":
        yield f"{column.name} does not say its zone; write times as 2013-04-01T10:00:00Z, or name it: --zone"
    if counts_days(column):
        yield f"{column.name} seems to count days, as spreadsheets do; save it as dates: 2013-04-01"
    if column.unsure:
        yield f"{column.name} may be a day and a month either way; write 2013-04-01"
    if column.type == "string" and (sentence := _nearly_a_number(seen.typed[column.name])):
        yield f"{column.name} is text: {sentence}"
    if column.odd:
        words = ", ".join(repr(printable(word, 40)) for word in column.odd)
        yield f"{column.name} is text because of {words}; if that means no value, list it under missingValues"


def order_notes(seen: FileSeen, numbers: Sequence[str]) -> Iterator[str]:
    """Without a time rows are dealt by chance: what speaks of a time, and which numbers move with the row's place."""
    times = list(proposals(seen))
    if times:
        yield (
            f"{_listed(times)} may say when a row's question was asked: with --time {times[0]} newer rows judge what "
            "older ones taught"
        )
    moving = [name for name in numbers if _moves(seen.typed[name])]
    if moving and not times:
        yield (
            f"{_listed(moving)} move{'s' if len(moving) == 1 else ''} with the row's place, as in a history: add a "
            "column that says when, and name it with --time, for rows that are dealt by chance know their neighbours"
        )


def key_notes(entity: ColumnSeen | None, time: TimeSource | None, key: tuple[str, ...]) -> Iterator[str]:
    """An entity that was named and does not name rows."""
    if entity and not key:
        names = " and ".join((entity.name, *(time.names if time else ())))
        yield f"some rows share their {names}, so each row counts for itself"


def _nearly_a_number(texts: pl.Series) -> str | None:
    """How to write what would be numbers but for commas, signs or blanks in most of them; as uploads say it."""
    known = texts.drop_nulls()
    odd = known.filter(known.str.contains(_DRESSED))
    plain = known.filter(known.str.contains(_PLAIN)).len()
    if odd.len() == 0 or odd.len() + plain < _MOSTLY * known.len():
        return None
    return f"{printable(odd[0], 40)!r} is no number: {how_to_write(odd[0], 'number')}"


def _moves(values: pl.Series) -> bool:
    frame = pl.DataFrame({"value": values.cast(pl.Float64), "place": range(values.len())}).drop_nulls()
    if frame.height < _ENOUGH or frame["value"].n_unique() < _SEVERAL:
        return False
    return bool(abs(frame.select(pl.corr(pl.col("value").rank(), pl.col("place").rank())).item()) >= _MOVES)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
