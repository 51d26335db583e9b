"""What of a file a person should know before they train on it."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.domain.charter import Task


def odd_notes(seen: FileSeen) -> Iterator[str]:
    """Columns that would be numbers but for a few words."""
    for column in seen.columns:
        if column.odd:
            words = ", ".join(map(repr, column.odd))
            yield f"{column.name} is text because of {words}; if that means no value, leave it empty"


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
