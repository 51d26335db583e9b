"""Words of a column that are the same but for case and blanks, and classes that hardly any row has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.domain.charter import Task
from serin.domain.printable import printable

_A_LIST = 100
_NAMED = 3
_FEWEST_OF_A_CLASS = 20


def class_notes(label: ColumnSeen, seen: FileSeen, task: Task) -> Iterator[str]:
    """Classes that are one to a reader, and those of which too few rows are there to learn or judge by."""
    if task == "regression":
        return
    labels = seen.typed[label.name].drop_nulls()
    if label.type == "string" and (said := _alike(labels)):
        yield f"{_name(label)} has classes that differ only in case or blanks, and each counts for itself: {said}"
    rare = labels.value_counts().filter(pl.col("count") < _FEWEST_OF_A_CLASS).sort("count", label.name)
    # A table in which every class is small has been told to be small.
    if 0 < rare.height < label.distinct:
        named = ", ".join(f"{printable(str(value), 40)} ({rows})" for value, rows in rare.head(_NAMED).iter_rows())
        more = f" and {rare.height - _NAMED:,} more" if rare.height > _NAMED else ""
        yield f"{_name(label)} has few rows of {named}{more}; some tens of each are needed to be shown to be any good"


def word_notes(inputs: Sequence[ColumnSeen], seen: FileSeen) -> Iterator[str]:
    """Inputs whose words differ only in case or blanks."""
    for column in inputs:
        if column.type == "string" and column.distinct <= _A_LIST and (said := _alike(seen.typed[column.name])):
            yield f"{_name(column)} has words that differ only in case or blanks, and each counts for itself: {said}"


def _alike(texts: pl.Series) -> str:
    """The words that are one to a reader, or that have blanks around them; empty where none are."""
    words = texts.drop_nulls().unique().sort().to_frame("word")
    words = words.with_columns(pl.col("word").str.strip_chars().str.to_lowercase().alias("same"))
    groups = words.group_by("same", maintain_order=True).agg("word").filter(pl.col("word").list.len() > 1)
    named = [" and ".join(repr(printable(word, 40)) for word in group) for group in groups["word"].head(_NAMED)]
    return "; ".join(named) + ("; …" if groups.height > _NAMED else "")


def _name(column: ColumnSeen) -> str:
    return printable(column.written or column.name, 40)
