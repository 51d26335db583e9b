"""What a column of a table is while a pipeline is followed through it, and what cannot be followed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from serin.learning.compiling.program import Program, Slot
from serin.serving.compiled.layout import Operation
from serin.serving.manifest import ModelColumn

UNSEEN = "\0 a category that was never seen"


class NotCovered(Exception):
    """A pipeline that is not compiled, and why; it is served by scikit-learn."""


class Unlisted(Exception):
    """Categories that a step knows and the model's column at `place` does not: in a request they are not unseen."""

    def __init__(self, place: int, categories: Sequence[str]) -> None:
        super().__init__(f"{len(categories)} categories of column {place}")
        self.place, self.categories = place, tuple(categories)

    def added_to(self, columns: Sequence[ModelColumn]) -> list[ModelColumn]:
        """The columns with them behind the column's own."""
        return [
            replace(column, categories=(*column.categories, *self.categories)) if place == self.place else column
            for place, column in enumerate(columns)
        ]


@dataclass(frozen=True)
class Number:
    """A column of float64."""

    slot: Slot


@dataclass(frozen=True)
class Category:
    """A column whose values are few: what each code stands for, a null first, then whatever is not in the list."""

    slot: Slot
    values: tuple[Any, ...]


Column = Number | Category


@dataclass(frozen=True)
class Table:
    """The columns a step of a pipeline gets; `sparse` where scikit-learn hands on a sparse matrix.

    `steps` are the fitted transformers the model's own table went through to become it.
    """

    columns: tuple[Column, ...]
    sparse: bool = False
    steps: tuple[Any, ...] = ()

    def after(self, step: Any, columns: Sequence[Column], *, sparse: bool | None = None) -> Table:
        """The table that a transformer makes of this one."""
        return Table(tuple(columns), self.sparse if sparse is None else sparse, (*self.steps, step))

    def picked(self, positions: Sequence[int]) -> Table:
        """Some of the columns."""
        return replace(self, columns=tuple(self.columns[position] for position in positions))

    def numbers(self, who: object) -> list[Slot]:
        """The slots of a table of numbers."""
        for column in self.columns:
            if isinstance(column, Category):
                raise NotCovered(f"{type(who).__name__} is given text")
        return [column.slot for column in self.columns]


def model_table(columns: Sequence[ModelColumn], program: Program) -> Table:
    """The model's table: an input for each column."""
    table: list[Column] = []
    for place, column in enumerate(columns):
        if column.kind == "numeric":
            table.append(Number(program.add(Operation.NUMBER, [], [place])[0]))
        else:
            slot = program.add(Operation.CODE, [], [place, len(column.categories)])[0]
            table.append(Category(slot, (math.nan, UNSEEN, *column.categories)))
    return Table(tuple(table))


def refuse_unlisted(column: Category, known: Iterable[Any], program: Program) -> None:
    """Raise Unlisted for texts that are known and not among a column's values, NotCovered for anything else."""
    values = frozenset(column.values)
    unlisted = [value for value in known if not is_nan(value) and value not in values]
    if not all(isinstance(value, str) for value in unlisted):
        raise NotCovered("categories of text that are no texts")
    if unlisted:
        _, _, (place, _) = program.written_by(column.slot)
        raise Unlisted(place, unlisted)


def is_nan(value: Any) -> bool:
    """Whether it is the NaN that stands for a null."""
    return isinstance(value, float) and math.isnan(value)
