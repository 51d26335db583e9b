"""What must hold of entities, views, functions of the request, and what the model uses of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from serin.domain.contracts import ColumnType
from serin.files.charter_schema import ViewSection
from serin.files.faults import FieldPath, Finding, shown
from serin.files.subjects import Check, Subject, check


@check("features", "inputs")
def _entities(subject: Subject) -> Iterator[Finding]:
    for name, keys in subject.charter.features.entities.items():
        for index, key in enumerate(keys):
            if key not in subject.inputs():
                remedy = "An entity is found by inputs; add it to inputs."
                yield Finding(("features", "entities", name, index), f"{key!r}, which is not an input", remedy)
        if len(set(keys)) < len(keys):
            yield Finding(("features", "entities", name), "a key named twice", "Name each key once.")


@check("features", "datasets")
def _views(subject: Subject) -> Iterator[Finding]:
    for name, view in subject.views().items():
        path: FieldPath = ("features", "views", name)
        if view.entity not in subject.charter.features.entities:
            found = f"{view.entity!r}, which is not an entity"
            yield Finding((*path, "entity"), found, "Declare it in features.entities.")
        yield from _view_times(path, view)
        if view.source not in subject.charter.datasets:
            found = f"{view.source!r}, which is not a dataset"
            yield Finding((*path, "source"), found, "Declare it in datasets, or name one of them.")
        else:
            yield from _view_columns(subject, path, view)


def _view_times(path: FieldPath, view: ViewSection) -> Iterator[Finding]:
    for name in ("event_time", "ttl"):
        if view.static is False and getattr(view, name) is None:
            remedy = f"Add {name}, or write `static: true` for values without a time."
            yield Finding((*path, name), "is missing", remedy)
    for name in ("event_time", "created_time", "ttl"):
        if view.static and getattr(view, name) is not None:
            yield Finding((*path, name), "a time of a static view", "Remove it; static values have no time.")


def _view_columns(subject: Subject, path: FieldPath, view: ViewSection) -> Iterator[Finding]:
    keys = subject.charter.features.entities.get(view.entity, [])
    named: list[tuple[FieldPath, str]] = [((*path, "last", index), name) for index, name in enumerate(view.last)]
    named += [((*path, item), getattr(view, item)) for item in ("event_time", "created_time") if getattr(view, item)]
    named += [((*path, "entity"), key) for key in keys]
    for at, column in named:
        if view.source in subject.contracts and subject.column(view.source, column) is None:
            # A derivation runs the model's code; the function that fills views is the platform's and has none of it.
            remedy = "Name a column of its contract; a view of a derived column is not supported yet."
            yield Finding(at, f"{column!r}, which is not in the contract of {view.source}", remedy)
    for item in ("event_time", "created_time"):
        time = subject.column(view.source, getattr(view, item) or "")
        if time and time.type != "timestamp":
            yield Finding((*path, item), f"{time.name!r}, a column of type {time.type}", "Name a timestamp.")
    contract = subject.contracts.get(view.source)
    if view.static and contract and keys and set(contract.primary_key) != set(keys):
        found = f"{view.entity}, but a row of {view.source} is named by {', '.join(contract.primary_key)}"
        yield Finding((*path, "entity"), found, "A static view's entity has the primary key of its source.")
    if len(set(view.last)) < len(view.last):
        yield Finding((*path, "last"), "a column named twice", "Name each column once.")


@check("features", "inputs")
def _names_apart(subject: Subject) -> Iterator[Finding]:
    """One name must not mean two things, neither to `model_uses` nor as an argument."""
    features = subject.charter.features
    for name in features.views:
        if name in subject.inputs():
            yield Finding(("features", "views", name), "the name of an input too", "Rename the view.")
    for name in features.on_demand:
        if name in subject.inputs() or name in features.views:
            yield Finding(("features", "on_demand", name), "the name of an input or view too", "Rename the function.")
    values = Counter(f"{name}_{column}" for name, view in features.views.items() for column in set(view.last))
    for name, view in features.views.items():
        for index, column in enumerate(view.last):
            if f"{name}_{column}" in subject.inputs() or values[f"{name}_{column}"] > 1:
                found = f"a value that functions would ask for as {name}_{column}, which means something else too"
                yield Finding(("features", "views", name, "last", index), found, "Rename the view.")


@check("features", "inputs")
def _on_demand(subject: Subject) -> Iterator[Finding]:
    known = {*subject.inputs(), *subject.view_values()}
    for name, call in subject.charter.features.on_demand.items():
        path: FieldPath = ("features", "on_demand", name)
        function = subject.function(call)
        if function is None:
            continue
        place = f"{function.name} on line {function.line} of its module"
        if not function.plain:
            yield Finding(path, f"{place} has defaults or starred arguments", "Take plain named arguments only.")
        for argument in function.arguments:
            if argument not in known:
                found = f"{place} asks for {argument!r}, which is neither an input nor a view's value"
                yield Finding(path, found, "Arguments are inputs, or views' values as <view>_<column>.")


@check("features", "datasets")
def _defaults(subject: Subject) -> Iterator[Finding]:
    values = set(subject.view_values().values())
    for name, value in subject.charter.features.defaults.items():
        path: FieldPath = ("features", "defaults", name)
        if name not in values:
            yield Finding(path, "no value of a view", "Write <view>.<column>, as declared in features.views.")
            continue
        view, _, of = name.partition(".")
        column = subject.column(subject.views()[view].source, of)
        if column and not _fits(value, column.type):
            yield Finding(path, f"{shown(value)} for a column of type {column.type}", f"Write a {column.type}.")


def _fits(value: object, type: ColumnType) -> bool:
    if isinstance(value, bool) or type == "boolean":
        return isinstance(value, bool) and type == "boolean"
    if type in ("integer", "number"):
        return isinstance(value, int if type == "integer" else (int, float))
    return type == "string" and isinstance(value, str)


@check("features", "inputs")
def _model_uses(subject: Subject) -> Iterator[Finding]:
    features = subject.charter.features
    used: Counter[str] = Counter()
    for index, name in enumerate(features.model_uses):
        path: FieldPath = ("features", "model_uses", index)
        columns = _columns(subject, name)
        if not columns:
            remedy = "Name an input, a view, a view's value (view.column), or an on-demand function."
            yield Finding(path, f"{name!r}, which is none of these", remedy)
        elif any(used[column] for column in columns):
            yield Finding(path, f"{name!r}, which is used already", "Name each column once.")
        used.update(columns)


def _columns(subject: Subject, name: str) -> list[str]:
    if name in subject.inputs() or name in subject.charter.features.on_demand:
        return [name]
    if name in subject.views():
        return [f"{name}.{column}" for column in dict.fromkeys(subject.views()[name].last)]
    return [name] if name in subject.view_values().values() else []


FEATURE_CHECKS: tuple[Check, ...] = (_entities, _views, _names_apart, _on_demand, _defaults, _model_uses)
