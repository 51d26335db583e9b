"""From checked instances and online values to the rows a model scores: the serving side of the feature definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, repeat
from typing import Any, Literal

from serin.domain.buckets import OnlineItem
from serin.domain.charter import Charter
from serin.domain.errors import Invalid, ModelFailed
from serin.domain.features import EntityKey, OnlineValues, Value, argument_name, feature_columns, is_stale, views_needed
from serin.domain.model_code import RAISED, are_plain, call_in_words, feature_value, in_words, kind_and_place
from serin.serving.lookups import Entity, ViewLookup
from serin.serving.on_demand import OnDemand
from serin.serving.plans import FeatureRow, FeatureRows, Marks
from serin.serving.rows import Instance, Rows, columns_of, rows_of

NOTHING_LOGGED: Mapping[str, Value] = {}
_REMEDY = "Ask without this value, or tell the model's owner: its code has to answer it."


Mark = Literal["missing", "stale", "too_busy"]


class ViewColumns:
    """What a view says of one entity, by the view's columns, and why where it says nothing."""

    __slots__ = ("mark", "values")

    def __init__(self, values: Sequence[Value], mark: Mark | None = None) -> None:
        self.values, self.mark = values, mark


class AskedView:
    """A view at one moment: of each entity asked and found once, however many rows ask about it.

    `defaults` take the place of what is not known.
    """

    def __init__(self, lookup: ViewLookup, instances: Rows, now: datetime, defaults: Mapping[str, Value]) -> None:
        self.view, self.columns = lookup.view, lookup.features
        self._lookup, self._now = lookup, now
        self.entities: list[Entity] = list(zip(*columns_of(instances, lookup.columns), strict=True))
        self.keys_of = {entity: lookup.keys(entity, now) for entity in dict.fromkeys(self.entities)}
        self._unknown: Sequence[Value] = [defaults.get(name) for name in self.columns]
        self._has_defaults = any(value is not None for value in self._unknown)

    @property
    def keys(self) -> Iterator[EntityKey]:
        """Every online item the entities need."""
        return chain.from_iterable(self.keys_of.values())

    def known(self, online: Mapping[EntityKey, OnlineItem]) -> list[ViewColumns]:
        """What the items say of the entity of each row."""
        known = {entity: self.of_entity(keys, online) for entity, keys in self.keys_of.items()}
        return [known[entity] for entity in self.entities]

    def of_entity(self, keys: Sequence[EntityKey], online: Mapping[EntityKey, OnlineItem]) -> ViewColumns:
        """What the items say of the entity with these keys."""
        known = self._lookup.known(keys, online, self._now)
        if known is None:
            return ViewColumns(self._unknown, "missing")
        if not known.too_many and is_stale(self.view, known, self._now):
            return ViewColumns(self._unknown, "stale")
        values: list[Value] = [known.values.get(column) for column in self.view.values]
        if self._has_defaults:
            values = [default if value is None else value for value, default in zip(values, self._unknown, strict=True)]
        return ViewColumns(values, "too_busy" if known.too_many else None)


class FeatureQuestion:
    """Instances at a moment: what they need of the online store, and the rows that become of them with it."""

    def __init__(self, plan: FeaturePlan, instances: Rows, now: datetime, logged: Mapping[str, Value]) -> None:
        self._plan, self._instances, self._logged = plan, instances, logged
        lookups = plan.unlogged(logged)
        self._views = [AskedView(lookup, instances, now, plan.defaults) for lookup in lookups]
        self.keys: Sequence[EntityKey] = list(dict.fromkeys(chain.from_iterable(view.keys for view in self._views)))

    def features(self, online: Mapping[EntityKey, OnlineItem]) -> FeatureRows:
        """The rows; values that are not known, or stale, are the charter's defaults, or null."""
        plan, instances = self._plan, self._instances
        columns: dict[str, Sequence[Value]] = {}
        marks: dict[int, tuple[tuple[str, Mark], ...]] = {}
        for view in self._views:
            known = view.known(online)
            columns |= zip(view.columns, zip(*[one.values for one in known], strict=True), strict=bool(known))
            for number, one in enumerate(known):
                if one.mark:
                    marks[number] = (*marks.get(number, ()), (view.view.name, one.mark))
        columns |= {name: [value] * instances.count for name, value in self._logged.items()}
        errors: dict[int, ModelFailed] = {}
        if plan.functions:
            named = {**instances.columns, **{name: columns[column] for name, column in plan.arguments}}
            for function in plan.functions:
                columns[function.name] = answers_on_demand(function, named, instances, errors)
        values = {name: (instances.columns if is_input else columns)[name] for name, is_input in plan.sources}
        # Rows of one request have few different ones.
        different = {of_row: _marks(of_row) for of_row in set(marks.values())}
        marked = {number: different[of_row] for number, of_row in marks.items()}
        return FeatureRows(Rows(values, instances.count), marked, errors)


def _marks(of_row: Sequence[tuple[str, Mark]]) -> Marks:
    missing, stale, too_busy = (
        tuple(view for view, mark in of_row if mark == which) for which in ("missing", "stale", "too_busy")
    )
    return Marks(missing, stale, too_busy)


class FeaturePlan:
    """What a charter asks to be looked up and computed, worked out once and used for every request."""

    def __init__(self, charter: Charter, functions: Mapping[str, OnDemand]) -> None:
        self.inputs = charter.inputs
        self.columns = feature_columns(charter)
        self.functions = tuple(functions[c.name] for c in self.columns if c.origin == "on_demand")
        self.views = views_needed(charter, {f.name: f.arguments for f in self.functions})
        self.defaults = charter.features.defaults
        self._lookups = tuple(ViewLookup(charter, view) for view in self.views)
        self._check_arguments(charter)
        asked = {name for function in self.functions for name in function.arguments}
        columns = ((view, column) for view in self.views for column in view.values)
        named = ((argument_name(view, column), f"{view.name}.{column}") for view, column in columns)
        self.arguments = [(name, column) for name, column in named if name in asked]
        """By which names functions ask for values of views, and what columns these are."""
        self.sources = [(column.name, column.origin == "input") for column in self.columns]
        """The model's columns, and whether each is an input itself."""

    def ask(self, instances: Rows, now: datetime, logged: Mapping[str, Value] = NOTHING_LOGGED) -> FeatureQuestion:
        """The question that these instances are at `now`; `logged` are values of views that are taken as they are."""
        return FeatureQuestion(self, instances, now, logged)

    def keys(
        self, instances: Sequence[Instance], now: datetime, logged: Mapping[str, Value] = NOTHING_LOGGED
    ) -> Sequence[EntityKey]:
        """Every online item the instances need at `now`, once; a key with a null value names nobody.

        None of views whose values are all `logged`.
        """
        return self.ask(self._rows(instances), now, logged).keys

    def changed(
        self, instance: Instance, online: Mapping[EntityKey, OnlineItem], then: datetime, logged: Mapping[str, Value]
    ) -> tuple[str, ...]:
        """The views whose last value has been replaced since: what it was `then` is known to nobody."""
        differing = (
            lookup.view.name
            for lookup in self.unlogged(logged)
            if any(newer_than(online.get(key), then) for key in lookup.keys(lookup.entity(instance), then))
        )
        return tuple(differing)

    def row(
        self,
        instance: Instance,
        online: Mapping[EntityKey, OnlineItem],
        now: datetime,
        logged: Mapping[str, Value] = NOTHING_LOGGED,
    ) -> FeatureRow:
        """The row of one instance at `now`; ModelFailed where a function of the model's code cannot answer it."""
        return self.ask(self._rows([instance]), now, logged).features(online).row(0)

    def unlogged(self, logged: Mapping[str, Value]) -> Sequence[ViewLookup]:
        """The views that have to be looked up where these values are logged."""
        if not logged:
            return self._lookups
        return [one for one in self._lookups if any(name not in logged for name in one.features)]

    def _rows(self, instances: Sequence[Instance]) -> Rows:
        # Whoever looks up by itself need not tell inputs that no view and no function asks for.
        names = [item.name for item in self.inputs if all(item.name in instance for instance in instances)]
        return rows_of(instances, names)

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
        raise _raised(function, inputs, error) from error
    try:
        return feature_value(answer)
    except Invalid as wrong:
        raise _no_value(function, inputs, wrong) from wrong


def answers_on_demand(
    function: OnDemand, known: Mapping[str, Sequence[Value]], inputs: Rows, errors: dict[int, ModelFailed]
) -> list[Value]:
    """The same of each row that has no error; where it fails, the row's error is added to `errors`."""
    answers: list[Value] = []
    arguments = zip(*[known[name] for name in function.arguments], strict=True) if function.arguments else repeat(())
    for number, values in zip(range(inputs.count), arguments, strict=False):
        answer: Value = None
        if not errors or number not in errors:
            try:
                answer = function.function(*values)
            except RAISED as error:
                errors[number] = _raised(function, inputs[number], error)
        answers.append(answer)
    return answers if are_plain(answers) else _as_values(answers, function, inputs, errors)


def _as_values(answers: Sequence[Any], function: OnDemand, inputs: Rows, errors: dict[int, ModelFailed]) -> list[Value]:
    values: list[Value] = []
    for number, answer in enumerate(answers):
        value: Value = None
        try:
            value = feature_value(answer)
        except Invalid as wrong:
            errors[number] = _no_value(function, inputs[number], wrong)
        values.append(value)
    return values


def _raised(function: OnDemand, inputs: Instance, error: BaseException) -> ModelFailed:
    return _failed(function, inputs, f"fails: {in_words(error)}", kind_and_place(error), error)


def _no_value(function: OnDemand, inputs: Instance, wrong: Invalid) -> ModelFailed:
    return _failed(function, inputs, wrong.message, f"it {wrong.message}", wrong)


def _failed(function: OnDemand, inputs: Instance, said: str, cause: str, error: BaseException) -> ModelFailed:
    """Why a row has no answer of a function, with the inputs that this was asked."""
    asked = [name for name in function.arguments if name in inputs]
    by = f" of {call_in_words(asked, [inputs[name] for name in asked])}" if asked else ""
    failure = ModelFailed(
        f"The feature {function.name}{by} {said}.", _REMEDY, function.name, f"the feature {function.name}: {cause}"
    )
    failure.__cause__ = error
    return failure
