"""From checked instances and online values to the rows a model scores: the serving side of the feature definitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from serin.domain.buckets import OnlineItem
from serin.domain.charter import Charter
from serin.domain.errors import Invalid, ModelFailed
from serin.domain.features import EntityKey, OnlineValues, Value, argument_name, feature_columns, is_stale, views_needed
from serin.domain.model_code import RAISED, call_in_words, feature_value, in_words, kind_and_place
from serin.serving.lookups import ViewLookup
from serin.serving.on_demand import OnDemand
from serin.serving.requests import Instance

NOTHING_LOGGED: Mapping[str, Value] = {}
_REMEDY = "Ask without this value, or tell the model's owner: its code has to answer it."


@dataclass(frozen=True)
class FeatureRow:
    """One row by feature column, and the views that had nothing for it, nothing fresh enough, or too much to count."""

    values: Mapping[str, Value]
    missing: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    too_busy: tuple[str, ...] = ()


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

    def keys(
        self, instances: Sequence[Instance], now: datetime, logged: Mapping[str, Value] = NOTHING_LOGGED
    ) -> list[EntityKey]:
        """Every online item the instances need at `now`, once; a key with a null value names nobody.

        None of views whose values are all `logged`.
        """
        lookups = self._unlogged(logged)
        found = (key for instance in instances for lookup in lookups for key in lookup.keys(instance, now))
        return list(dict.fromkeys(found))

    def changed(
        self, instance: Instance, online: Mapping[EntityKey, OnlineItem], then: datetime, logged: Mapping[str, Value]
    ) -> tuple[str, ...]:
        """The views whose last value has been replaced since: what it was `then` is known to nobody."""
        found = (
            lookup.view.name
            for lookup in self._unlogged(logged)
            if any(newer_than(online.get(key), then) for key in lookup.keys(instance, then))
        )
        return tuple(found)

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
        known: dict[str, Value] = dict(instance)
        by_column: dict[str, Value] = {}
        missing, stale, too_busy = [], [], []
        for lookup in self._unlogged(logged):
            view, found = lookup.view, lookup.found(instance, online, now)
            if found is None:
                missing.append(view.name)
            elif found.too_many:
                too_busy.append(view.name)
            elif is_stale(view, found, now):
                stale.append(view.name)
                found = None
            for column in view.values:
                name = f"{view.name}.{column}"
                value = None if found is None else found.values.get(column)
                by_column[name] = self._or_default(name, value)
        by_column |= logged
        for view in self.views:
            known |= {argument_name(view, column): by_column[f"{view.name}.{column}"] for column in view.values}
        for function in self.functions:
            by_column[function.name] = _call(function, known, instance)
        values = {c.name: instance[c.name] if c.origin == "input" else by_column[c.name] for c in self.columns}
        return FeatureRow(values, tuple(missing), tuple(stale), tuple(too_busy))

    def _unlogged(self, logged: Mapping[str, Value]) -> list[ViewLookup]:
        return [one for one in self._lookups if any(f"{one.view.name}.{of}" not in logged for of in one.view.values)]

    def _or_default(self, name: str, value: Value) -> Value:
        return self._defaults.get(name) if value is None else value

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


def _call(function: OnDemand, known: Mapping[str, Value], inputs: Instance) -> Value:
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
