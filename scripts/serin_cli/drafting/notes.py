"""What of a file a person should know before they train on it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.domain.charter import Task
from serin.domain.printable import printable

_NAMED = 8


def file_notes(seen: FileSeen) -> Iterator[str]:
    """Rows and columns that cannot be read, times without a zone, and columns that are numbers but for a few words."""
    if seen.ragged:
        yield f"{seen.ragged:,} rows have too many or too few values, or are the header again; uploads set them aside"
    named = [f"{printable(column.written, 40)} is {column.name}" for column in seen.columns if column.written]
    if named:
        more = f", and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
        yield f"columns keep their names in files, and have others here: {', '.join(named[:_NAMED])}{more}"
    for name in seen.unread:
        yield f"{printable(name)} holds no plain values and is left out"
    for column in seen.columns:
        if column.time == "local":
            yield f"{column.name} does not say its zone; write times as 2013-04-01T10:00:00Z, or name the zone"
        if column.odd:
            words = ", ".join(map(repr, column.odd))
            yield f"{column.name} is text because of {words}; if that means no value, list it under missingValues"


def order_notes(seen: FileSeen, label: ColumnSeen, task: Task) -> Iterator[str]:
    """Without a time the last rows judge; in a file sorted by its label these are of another kind than the rest."""
    if _is_sorted(seen.typed[label.name].drop_nulls(), task):
        found = f"the rows look sorted by {label.name}, and the last ones judge what the first ones taught"
        yield f"{found}: shuffle the rows once, before the first upload"


def key_notes(entity: ColumnSeen | None, time: ColumnSeen | None, key: tuple[str, ...]) -> Iterator[str]:
    """An entity that was named and does not name rows."""
    if entity and not key:
        names = " and ".join(column.name for column in (entity, time) if column)
        yield f"some rows share their {names}, so each row counts for itself"


def _is_sorted(labels: pl.Series, task: Task) -> bool:
    if task == "regression":
        frame = pl.DataFrame({"label": labels.cast(pl.Float64), "place": range(labels.len())})
        return bool(abs(frame.select(pl.corr("label", "place", method="spearman")).item()) > 0.5)
    half = labels.len() // 2
    return set(labels.head(half).unique().to_list()) != set(labels.tail(half).unique().to_list())
