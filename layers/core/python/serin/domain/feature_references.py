"""How features are named from outside: `<view>:<value>`, after `<model>.` where models mean different things by it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from serin.domain.buckets import definition
from serin.domain.charter import Charter, Input, View
from serin.domain.errors import Invalid
from serin.domain.features import feature_columns
from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable

_REFERENCE = re.compile(r"(?:(?P<model>[^.:]+)\.)?(?P<view>[^.:]+):(?P<value>[^.:]+)\Z")
Charters = Mapping[str, Charter]


@dataclass(frozen=True)
class FeatureReference:
    """A value of a charter's view; `prefix` is the view as it was asked for, with or without its model."""

    charter: Charter
    view: View
    value: str
    prefix: str

    @property
    def columns(self) -> tuple[str, ...]:
        """What an entity of the view is found by."""
        return self.charter.features.entities[self.view.entity]

    def name(self, full: bool) -> str:
        """What its column in an answer is called: as Feast does, `<view>__<value>` in full."""
        return f"{self.prefix}__{self.value}" if full else self.value


def features_asked(names: Sequence[str], charters: Charters) -> tuple[FeatureReference, ...]:
    """The features of these names; raises Invalid for the first that is nobody's, or of several that differ."""
    return tuple(_reference(name, f"features[{number}]", charters) for number, name in enumerate(names))


def features_of_model(model: str, charters: Charters) -> tuple[FeatureReference, ...]:
    """What a model uses of its views, as one feature service; raises Invalid when there is no such model or use."""
    where = "feature_service"
    if model not in charters:
        _refuse(f"There is no feature service {printable(model)!r}", "each model is one", charters, where)
    charter = charters[model]
    used = [column for column in feature_columns(charter) if column.view]
    if not used:
        raise Invalid(f"{model} uses no view.", "Ask for features by their names.", where)
    view = charter.features.view
    return tuple(FeatureReference(charter, view(c.view or ""), c.of or "", c.view or "") for c in used)


def column_names(references: Sequence[FeatureReference], keys: Sequence[str], full: bool) -> tuple[str, ...]:
    """The columns of an answer, entities' keys first; raises Invalid when two would have one name."""
    names = (*keys, *(reference.name(full) for reference in references))
    for name, count in Counter(names).items():
        if count > 1:
            found = f"{how_many(count, 'column')} of the answer would be named {printable(name)}."
            raise Invalid(found, "Ask for each once; set full_feature_names where views share a name.", "features")
    return names


def key_input(key: str, references: Sequence[FeatureReference], charters: Charters) -> Input:
    """What the values of an entity's key must be: of its type and no more, for bounds are of a model's requests.

    Raises Invalid for a key by which no view of any charter is found, or when the views asked for differ in its type.
    """
    where = f"entities.{printable(key)}"
    asking = [reference.charter for reference in references if key in reference.columns]
    known = asking or [charter for charter in charters.values() if key in _keys_of(charter)]
    if not known:
        _refuse(f"{printable(key)!r} is no entity's key", "there are", _all_keys(charters), where)
    inputs = [_input(charter, key) for charter in known]
    if other := next((item for item in inputs if asking and item.type != inputs[0].type), None):
        found = f"{printable(key)} is of type {inputs[0].type} to one of these views, of type {other.type} to another."
        raise Invalid(found, "Ask for their features apart.", where)
    return replace(inputs[0], nullable=True, min=None, max=None)


def _reference(name: str, where: str, charters: Charters) -> FeatureReference:
    parts = _REFERENCE.match(name)
    if parts is None:
        found = f"{printable(name)!r} is no feature's name."
        raise Invalid(found, "Write <view>:<value>, or <model>.<view>:<value>.", where)
    model, view_name, value = parts["model"], parts["view"], parts["value"]
    if model is not None and model not in charters:
        _refuse(f"There is no model {printable(model)!r}", "deployed", charters, where)
    among = charters if model is None else {model: charters[model]}
    charter, view = _one_view(view_name, among, where)
    if value not in view.values:
        _refuse(f"The view {view.name} has no {printable(value)!r}", "it has", view.values, where)
    return FeatureReference(charter, view, value, view.name if model is None else f"{model}.{view.name}")


def _one_view(name: str, charters: Charters, where: str) -> tuple[Charter, View]:
    """The view of that name, of whichever model: any will do where they mean the same."""
    matching = [
        (charter, view) for charter in charters.values() for view in charter.features.views if view.name == name
    ]
    if not matching:
        views = [view.name for charter in charters.values() for view in charter.features.views]
        _refuse(f"There is no view {printable(name)!r}", "there are", views, where)
    if len({_meaning(charter, view) for charter, view in matching}) > 1:
        models = [charter.model for charter, _ in matching]
        remedy = f"Say whose, as in {models[0]}.{name}:<value>."
        raise Invalid(f"The view {name} is not the same in {', '.join(sorted(models))}.", remedy, where)
    return matching[0]


def _meaning(charter: Charter, view: View) -> tuple[str, str, tuple[str, ...]]:
    types = tuple(_input(charter, key).type for key in charter.features.entities[view.entity])
    return definition(charter, view), str(view.ttl), types


def _input(charter: Charter, key: str) -> Input:
    return next(item for item in charter.inputs if item.name == key)


def _keys_of(charter: Charter) -> set[str]:
    return {key for view in charter.features.views for key in charter.features.entities[view.entity]}


def _all_keys(charters: Charters) -> set[str]:
    return {key for charter in charters.values() for key in _keys_of(charter)}


def _refuse(found: str, there: str, names: Sequence[str] | set[str] | Charters, where: str) -> NoReturn:
    known = ", ".join(sorted(set(names))) or "none"
    raise Invalid(f"{found}; {there}: {known}.", "Name one of them.", where)
