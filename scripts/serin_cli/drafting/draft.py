"""What `serin init` decides from a file's rows, and what it leaves to a person."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.domain.charter import Task
from serin.domain.errors import Invalid
from serin.domain.experiments import VALIDATION_PARTS
from serin_cli.drafting.columns import key_of, left_out
from serin_cli.drafting.leaks import after_the_fact, give_away
from serin_cli.drafting.notes import file_notes, key_notes, order_notes
from serin_cli.drafting.parts import entity_of, named, task_of
from serin_cli.drafting.positives import Positive, positive_in
from serin_cli.drafting.spans import Spans, moments_of, spans_of
from serin_cli.drafting.spellings import class_notes, word_notes
from serin_cli.drafting.times import TimeSource, time_of, zoned

MOMENT = "moment_utc"
FEWEST_TO_DRAFT = 50


@dataclass(frozen=True)
class Wishes:
    """What a person asked for; None is left to the rows."""

    model: str
    dataset: str
    label: str
    task: Task | None = None
    time: str | None = None
    entity: str | None = None
    zone: str | None = None
    keep: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Draft:
    """A model nobody has thought about yet. `left_out` says of columns that are no inputs why they are none,
    `suspects` of inputs why they may be known only afterwards.

    `moment` is the column the question's time comes from; it is derived unless it is `time` itself. `key` names a
    row, or is empty. `baseline` is what a model reaches that knows the labels' distribution and nothing else.
    """

    model: str
    dataset: str
    seen: FileSeen
    task: Task
    label: ColumnSeen
    positive: Positive | None
    time: TimeSource | None
    moment: str
    entity: ColumnSeen | None
    key: tuple[str, ...]
    inputs: tuple[ColumnSeen, ...]
    left_out: Mapping[str, str]
    suspects: Mapping[str, str]
    spans: Spans
    metric: str
    baseline: float
    notes: tuple[str, ...]

    @property
    def uses(self) -> tuple[ColumnSeen, ...]:
        """The inputs the model learns from; an entity's name is not one of them."""
        return tuple(column for column in self.inputs if column is not self.entity)


def draft(seen: FileSeen, wishes: Wishes) -> Draft:
    """Decide; raises Invalid for a column that is not there or cannot play its part."""
    seen = zoned(seen, wishes.zone, wishes.time) if wishes.zone else seen
    time = time_of(seen, wishes.time, wishes.zone) if wishes.time else None
    label = named(seen, wishes.label, "label")
    entity = entity_of(seen, wishes.entity) if wishes.entity else None
    _refuse_two_parts(label, entity, *(time.columns if time else ()))
    task = task_of(label, seen, wishes.task)
    _refuse_few_entities(entity, time)
    _refuse_few(label)
    keep = [named(seen, name, "keep") for name in wishes.keep]
    outside = left_out(seen, label, time, entity, keep)
    compared = [one.name for one in seen.columns if one.name not in outside and one not in (entity, *keep)]
    certain, doubt = give_away(seen.typed, label.name, compared, task)
    outside |= certain
    inputs = _inputs(seen, outside, entity)
    names = [column.name for column in inputs]
    uses = [column for column in inputs if column is not entity]
    key = key_of(seen, time, entity)
    spans = spans_of(moments_of(seen, label, time), ordered_by_place=time is None)
    metric, baseline = baseline_of(seen.typed[label.name].drop_nulls(), task)
    order = () if time else _order(seen, (*inputs, label) if task == "regression" else inputs)
    return Draft(
        model=wishes.model,
        dataset=wishes.dataset,
        seen=seen,
        task=task,
        label=label,
        positive=positive_in(seen.typed[label.name], task),
        time=time,
        moment=time.names[0] if time and time.is_moment else _free(MOMENT, seen),
        entity=entity,
        key=key,
        inputs=inputs,
        left_out=outside,
        suspects=after_the_fact(seen.typed, label.name, names),
        spans=spans,
        metric=metric,
        baseline=baseline,
        notes=(
            *(*key_notes(entity, time, key), *class_notes(label, seen, task), *spans.notes, *order),
            *(*([doubt] if doubt else ()), *word_notes(uses, seen), *file_notes(seen)),
        ),
    )


def baseline_of(labels: pl.Series, task: Task) -> tuple[str, float]:
    """The metric a floor is written for, and what knowing only the labels' distribution reaches by it."""
    if task == "binary":
        return "roc_auc", 0.5
    if task == "multiclass":
        return "accuracy", max(labels.value_counts()["count"].to_list()) / labels.len()
    numbers = [float(value) for value in labels.to_list()]
    mean = sum(numbers) / len(numbers)
    return "rmse", math.hypot(*(number - mean for number in numbers)) / math.sqrt(len(numbers))


def _refuse_two_parts(*columns: ColumnSeen | None) -> None:
    names = [column.name for column in columns if column]
    if len(set(names)) < len(names):
        raise Invalid("One column is given two parts.", "Name different columns for --label, --time and --entity.")


def _order(seen: FileSeen, columns: Sequence[ColumnSeen]) -> Iterator[str]:
    """What is said of the rows' order, by those of the columns that are numbers."""
    return order_notes(seen, [one.name for one in columns if one.type in ("integer", "number")])


def _refuse_few(label: ColumnSeen) -> None:
    labelled = label.rows - label.nulls
    if labelled < FEWEST_TO_DRAFT:
        raise Invalid(
            f"{labelled:,} rows have a value of {label.written or label.name}; no model can be shown to be any good by "
            "so few.",
            f"Gather {FEWEST_TO_DRAFT} at least; some hundred are better.",
            "label",
        )


def _refuse_few_entities(entity: ColumnSeen | None, time: TimeSource | None) -> None:
    """Without a time entities are dealt whole into the parts that judge in turn."""
    if entity and time is None and entity.distinct < VALIDATION_PARTS:
        raise Invalid(
            f"The column {entity.written or entity.name} names {entity.distinct} different entities, and "
            f"{VALIDATION_PARTS} parts are needed to judge by.",
            "Leave --entity out, so that it is an input, or name a column with more values.",
            "entity",
        )


def _inputs(seen: FileSeen, outside: Mapping[str, str], entity: ColumnSeen | None) -> tuple[ColumnSeen, ...]:
    inputs = tuple(column for column in seen.columns if column.name not in outside)
    if not [column for column in inputs if column is not entity]:
        found = "; ".join(f"{name}: {reason}" for name, reason in outside.items())
        raise Invalid(f"{seen.name}: no column is left to learn from ({found}).", "Add columns that tell rows apart.")
    return inputs


def _free(name: str, seen: FileSeen) -> str:
    while seen.column(name):
        name = f"row_{name}"
    return name
