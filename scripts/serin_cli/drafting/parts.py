"""The parts that columns play: label, time, entity. One that cannot play its part is refused with the reason."""

from __future__ import annotations

from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.domain.charter import Task
from serin.domain.errors import Invalid
from serin.domain.plain_numbers import how_many

FEW_CLASSES = 20
FEW_NUMBERS = 10


def named(seen: FileSeen, name: str, part: str) -> ColumnSeen:
    """The column of that name; Invalid when there is none."""
    column = seen.column(name)
    if column is None:
        known = ", ".join(column.written or column.name for column in seen.columns[:20])
        raise Invalid(f"{seen.name} has no column {name[:60]!r}.", f"Name one of its columns: {known}.", part)
    return column


def entity_of(seen: FileSeen, name: str) -> ColumnSeen:
    """The column that names what a question is about."""
    column = named(seen, name, "entity")
    if column.type not in ("string", "integer") or column.nulls:
        found = "has rows without a value" if column.nulls else f"is of type {column.type}"
        remedy = "An entity's name is a word or integer in each row."
        raise Invalid(f"The column {column.name} {found}.", remedy, "entity")
    return column


def task_of(label: ColumnSeen, seen: FileSeen, wanted: Task | None) -> Task:
    """The task the label's values fit; Invalid when they fit none, or not the one that is wanted."""
    task = wanted or _likely(label)
    name = label.written or label.name
    found = f"{seen.name}: the label {name} has {label.distinct} different values"
    if label.distinct < 2:
        found = f"{seen.name}: the label {name} has {'one value' if label.distinct else 'no value'}"
        raise Invalid(f"{found} in {how_many(label.rows, 'row')}.", "Name another label, or gather more rows.", "label")
    if (task == "regression" and not _is_numeric(label)) or label.type in ("timestamp", "date"):
        raise Invalid(
            f"{seen.name}: the label {name} is of type {label.type}, which is nothing to predict by {task}.",
            "Name another label, or --task binary or multiclass for words.",
            "label",
        )
    if task == "binary" and label.distinct != 2:
        raise Invalid(f"{found}, and a binary task has two.", "Use --task multiclass or regression.", "task")
    if task == "multiclass" and label.distinct > 2 * FEW_CLASSES:
        raise Invalid(
            f"{found}, too many for classes.",
            f"Name another label{', or --task regression' if _is_numeric(label) else ''}.",
            "task",
        )
    return task


def _likely(label: ColumnSeen) -> Task:
    """Few whole numbers are names of classes; fractions are amounts, however few they are."""
    if label.distinct == 2:
        return "binary"
    is_amount = label.type == "number" or (label.type == "integer" and label.distinct > FEW_NUMBERS)
    return "regression" if is_amount else "multiclass"


def _is_numeric(column: ColumnSeen) -> bool:
    return column.type in ("integer", "number")
