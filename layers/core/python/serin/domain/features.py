"""Which columns a model sees, and where each comes from: one definition for training and for serving."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Literal

from serin.domain.charter import Aggregate, Charter, Features, InputType, Scalar, View
from serin.domain.names import digest
from serin.domain.records import as_record

if TYPE_CHECKING:
    from serin.domain.contracts import ColumnType

WINDOW_TYPES: Mapping[Aggregate, tuple[ColumnType, ...]] = {
    "count": ("string", "integer", "number", "boolean", "timestamp", "date"),
    "last": ("string", "integer", "number", "boolean"),
    "rate": ("boolean",),
    **dict.fromkeys(("mean", "sum", "min", "max"), ("integer", "number")),
}
# DynamoDB takes 400 KiB; the other attributes and the names need a little.
MOST_BYTES = 400_000
_TIMES_OF_ONE = 120
"""Bytes of the times of one row that will count later."""

Value = Scalar | datetime | None
Origin = Literal["input", "view", "on_demand"]


@dataclass(frozen=True)
class FeatureColumn:
    """A column of the model's table. Its name is the input's, the function's, or `view.column`."""

    name: str
    origin: Origin
    type: InputType | None = None
    view: str | None = None
    of: str | None = None


def feature_columns(charter: Charter) -> tuple[FeatureColumn, ...]:
    """The columns the model uses, in the charter's order; a view's name stands for all its columns."""
    inputs = {item.name: item for item in charter.inputs}
    columns: list[FeatureColumn] = []
    for name in charter.features.model_uses:
        if name in inputs:
            columns.append(FeatureColumn(name, "input", inputs[name].type))
        elif name in charter.features.on_demand:
            columns.append(FeatureColumn(name, "on_demand"))
        else:
            columns.extend(_view_columns(charter.features, name))
    return tuple(columns)


def _view_columns(features: Features, name: str) -> list[FeatureColumn]:
    view_name, _, column = name.partition(".")
    view = features.view(view_name)
    columns = (column,) if column else view.values
    return [FeatureColumn(f"{view.name}.{item}", "view", view=view.name, of=item) for item in columns]


def views_needed(charter: Charter, arguments: Mapping[str, Sequence[str]]) -> tuple[View, ...]:
    """The views whose values the model's columns or its on-demand functions need.

    `arguments` are on-demand name → the names its function asks for, a view's value as
    `<view>_<column>` (a dot is not allowed in a Python name).
    """
    needed = {column.view for column in feature_columns(charter) if column.view}
    asked = {name for names in arguments.values() for name in names}
    for view in charter.features.views:
        if asked & {argument_name(view, column) for column in view.values}:
            needed.add(view.name)
    return tuple(view for view in charter.features.views if view.name in needed)


def views_at_most(charter: Charter) -> tuple[View, ...]:
    """The views that a training may need, as far as the charter tells: code may ask for any, where there is some."""
    return charter.features.views if charter.features.on_demand else views_needed(charter, {})


def argument_name(view: View, column: str) -> str:
    """How an on-demand function asks for a view's value."""
    return f"{view.name}_{column}"


@dataclass(frozen=True)
class EntityKey:
    """One entity's item in one view: how the online store finds it.

    `view` names the model and its view's definition, and where it has windows the bucket; `id` is made of it and of
    the key's values.
    """

    view: str
    values: tuple[Value, ...]

    @cached_property
    def id(self) -> str:
        """`<view>#<digest>`: values never become part of a key, whatever they contain."""
        return f"{self.view}#{_digest(*self.values)}"


@lru_cache(maxsize=1024, typed=True)
def _digest(*values: Value) -> str:
    """Of an entity, which has several items; 1 and True are equal, and two of them."""
    return digest(*map(_text, values))[:32]


def _text(value: Value) -> str:
    if isinstance(value, datetime):
        return f"t:{value.timestamp():.6f}"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{type(value).__name__[0]}:{value}"


@dataclass(frozen=True)
class OnlineValues:
    """The last values of one entity in one view; `event_time` is None for static views.

    They follow from the rows up to `sequence`: those of a later one replace them. An entity that no row knows any
    more has no values. They are the newest known from `since` on, the event's time where it is None, until the first of
    `later` is: what follows already from these rows, and will hold when its time has come. `too_many` is how many
    values there are where an item of the store cannot hold them: then it has none, and they are not known.
    """

    key: EntityKey
    values: Mapping[str, Scalar | None]
    event_time: datetime | None = None
    sequence: int = 0
    since: datetime | None = None
    later: tuple[OnlineValues, ...] = ()
    too_many: int = 0

    @property
    def begins(self) -> datetime | None:
        """From when on these are the newest known; None: always."""
        return self.since or self.event_time

    def at(self, moment: datetime) -> OnlineValues | None:
        """What is known at a moment that is not before these were written; None when nothing is."""
        current = self
        for following in self.later:
            if following.begins is None or following.begins <= moment:
                current = following
        begins = current.begins
        return current if current.values and (begins is None or begins <= moment) else None


def fitting(values: OnlineValues) -> OnlineValues:
    """The values, or where they are more than an item of the store can hold, how many there are."""
    every = (values, *values.later)
    texts = [value for one in every for value in one.values.values() if isinstance(value, str)]
    # What is sure to fit is not measured: an item's texts are short, and hardly any has later values.
    if len(every) == 1 and sum(map(len, texts)) < MOST_BYTES // 6:
        return values
    size = len(json.dumps([as_record(one.values) for one in every])) + len(values.later) * _TIMES_OF_ONE
    many = sum(len(one.values) for one in every)
    return values if size <= MOST_BYTES else OnlineValues(values.key, {}, None, values.sequence, too_many=many)


def is_stale(view: View, values: OnlineValues, now: datetime) -> bool:
    """Whether the values are older than the view allows."""
    if view.static or view.ttl is None or values.event_time is None:
        return False
    return now - values.event_time > view.ttl
