"""From checked instances and online values to the rows a model scores: the serving side of the feature definitions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from serin.domain.buckets import OnlineItem
from serin.domain.charter import Charter
from serin.domain.errors import Invalid, ModelFailed
from serin.domain.features import EntityKey, OnlineValues, Value, argument_name, feature_columns, is_stale, views_needed
from serin.domain.model_code import RAISED, call_in_words, feature_value, in_words, kind_and_place
from serin.serving.lookups import Entity, ViewLookup
from serin.serving.on_demand import OnDemand
from serin.serving.plans import FeatureRow
from serin.serving.requests import Instance

NOTHING_LOGGED: Mapping[str, Value] = {}
_REMEDY = "Ask without this value, or tell the model's owner: its code has to answer it."


Mark = Literal["missing", "stale", "too_busy"]


class ViewColumns:
    """What a view says of one entity, by feature column, and why where it says nothing."""

    def __init__(self, columns: Mapping[str, Value], mark: Mark | None = None) -> None:
        self.columns, self.mark = columns, mark


class OneMoment:
    """What the online items say at one moment: of each entity found once, however many rows ask about it."""

    def __init__(self, online: Mapping[EntityKey, OnlineItem], now: datetime) -> None:
        self._online, self._now = online, now
        self._known: dict[tuple[str, Entity], ViewColumns] = {}

    def known(self, lookup: ViewLookup, instance: Instance, defaults: Mapping[str, Value]) -> ViewColumns:
        """What the view says of the instance's entity; `defaults` take the place of what is not known."""
        entity = lookup.entity(instance)
        asked = (lookup.view.name, entity)
        if asked not in self._known:
            self._known[asked] = self._columns(lookup, entity, defaults)
        return self._known[asked]

    def _columns(self, lookup: ViewLookup, entity: Entity, defaults: Mapping[str, Value]) -> ViewColumns:
        view, known = lookup.view, lookup.found(entity, self._online, self._now)
        mark: Mark | None = None
        if known is None:
            mark = "missing"
        elif known.too_many:
            mark = "too_busy"
        elif is_stale(view, known, self._now):
            mark, known = "stale", None
        columns: dict[str, Value] = {}
        for column in view.values:
            name = f"{view.name}.{column}"
            value = None if known is None else known.values.get(column)
            columns[name] = defaults.get(name) if value is None else value
        return ViewColumns(columns, mark)


class FeaturePlan:
    """What a charter asks to be looked up and computed, worked out once and used for every request."""

    def __init__(self, charter: Charter, functions: Mapping[str, OnDemand]) -> None:
        self.inputs = charter.inputs
        self.columns = feature_columns(charter)
        self.functions = tuple(functions[c.name] for c in self.columns if c.origin == "on_demand")
        self.views = views_needed(charter, {f.name: f.arguments for f in self.functions})
        self._lookups = tuple(ViewLookup(charter, view) for view in self.views)
        self._defaults = charter.features.defaults
        self._check_arguments(charter)
        asked = {name for function in self.functions for name in function.arguments}
        columns = ((view, column) for view in self.views for column in view.values)
        named = ((argument_name(view, column), f"{view.name}.{column}") for view, column in columns)
        self._arguments = [(name, column) for name, column in named if name in asked]
        self._sources = [(column.name, column.origin == "input") for column in self.columns]

    def keys(
        self, instances: Sequence[Instance], now: datetime, logged: Mapping[str, Value] = NOTHING_LOGGED
    ) -> list[EntityKey]:
        """Every online item the instances need at `now`, once; a key with a null value names nobody.

        None of views whose values are all `logged`.
        """
        asked: dict[EntityKey, None] = {}
        for lookup in self._unlogged(logged):
            for entity in dict.fromkeys(map(lookup.entity, instances)):
                asked.update(dict.fromkeys(lookup.keys(entity, now)))
        return list(asked)

    def changed(
        self, instance: Instance, online: Mapping[EntityKey, OnlineItem], then: datetime, logged: Mapping[str, Value]
    ) -> tuple[str, ...]:
        """The views whose last value has been replaced since: what it was `then` is known to nobody."""
        differing = (
            lookup.view.name
            for lookup in self._unlogged(logged)
            if any(newer_than(online.get(key), then) for key in lookup.keys(lookup.entity(instance), then))
        )
        return tuple(differing)

    def at(self, online: Mapping[EntityKey, OnlineItem], now: datetime) -> Callable[[Instance], FeatureRow]:
        """What makes an instance a row at `now`, as `row` does: what several share is counted once."""
        moment = OneMoment(online, now)
        return lambda instance: self.row_of(instance, moment)

    def row(
        self,
        instance: Instance,
        online: Mapping[EntityKey, OnlineItem],
        now: datetime,
        logged: Mapping[str, Value] = NOTHING_LOGGED,
    ) -> FeatureRow:
        """The instance's row at `now`; values that are not known, or stale, are the charter's defaults, or null.

        `logged` are values of views, by column, that are taken as they are. ModelFailed where a function of the model's
        code cannot answer the instance.
        """
        return self.row_of(instance, OneMoment(online, now), logged)

    def row_of(self, instance: Instance, moment: OneMoment, logged: Mapping[str, Value] = NOTHING_LOGGED) -> FeatureRow:
        """The same for one of several rows that are asked about at one moment: what they share is counted once."""
        by_column: dict[str, Value] = {}
        marks: dict[Mark, list[str]] = {"missing": [], "stale": [], "too_busy": []}
        for lookup in self._unlogged(logged):
            known = moment.known(lookup, instance, self._defaults)
            by_column |= known.columns
            if known.mark:
                marks[known.mark].append(lookup.view.name)
        by_column |= logged
        if self.functions:
            known_names = {**instance, **{name: by_column[column] for name, column in self._arguments}}
            for function in self.functions:
                by_column[function.name] = call_on_demand(function, known_names, instance)
        values = {name: (instance if is_input else by_column)[name] for name, is_input in self._sources}
        return FeatureRow(values, *map(tuple, marks.values()))

    def _unlogged(self, logged: Mapping[str, Value]) -> Sequence[ViewLookup]:
        if not logged:
            return self._lookups
        return [one for one in self._lookups if any(f"{one.view.name}.{of}" not in logged for of in one.view.values)]

    def _check_arguments(self, charter: Charter) -> None:
        known = {item.name for item in charter.inputs}
        known |= {argument_name(view, column) for view in charter.features.views for column in view.values}
        for function in self.functions:
            if unknown := [name for name in function.arguments if name not in known]:
                raise Invalid(
                    f"The on-demand feature {function.name} asks for {unknown[0]}, which nothing provides.",
                    "Ask for an input by its name, or for a view's value as <view>_<column>.",
                    f"features.on_demand.{function.name}",
                )


def newer_than(item: OnlineItem | None, moment: datetime) -> bool:
    """Whether last values became known after the moment. Buckets tell what was known at any moment."""
    return isinstance(item, OnlineValues) and item.begins is not None and item.begins > moment


def call_on_demand(function: OnDemand, known: Mapping[str, Value], inputs: Instance) -> Value:
    """The function's answer; ModelFailed for an error and for what is no value, with the inputs it was asked."""
    try:
        answer = function.function(*(known[name] for name in function.arguments))
    except RAISED as error:
        raise _failed(function, inputs, f"fails: {in_words(error)}", kind_and_place(error)) from error
    try:
        return feature_value(answer)
    except Invalid as wrong:
        raise _failed(function, inputs, wrong.message, f"it {wrong.message}") from wrong


def _failed(function: OnDemand, inputs: Instance, said: str, cause: str) -> ModelFailed:
    asked = [name for name in function.arguments if name in inputs]
    by = f" of {call_in_words(asked, [inputs[name] for name in asked])}" if asked else ""
    return ModelFailed(
        f"The feature {function.name}{by} {said}.", _REMEDY, function.name, f"the feature {function.name}: {cause}"
    )
