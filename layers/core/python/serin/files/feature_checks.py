"""What must hold of entities, views, functions of the request, and what the model uses of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from serin.domain.contracts import ColumnType
from serin.domain.features import WINDOW_TYPES
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
        yield from _view_kind(path, view)
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


def _view_kind(path: FieldPath, view: ViewSection) -> Iterator[Finding]:
    if not view.last and not view.windows:
        yield Finding(path, "a view without values", "Add last: [<column>, …], or windows.")
    if view.last and view.windows:
        yield Finding((*path, "windows"), "windows beside last values", "Make two views; each has its own age.")
    if view.static and view.windows:
        yield Finding((*path, "windows"), "windows of a static view", "Windows count events; give the view their time.")


def _view_columns(subject: Subject, path: FieldPath, view: ViewSection) -> Iterator[Finding]:
    keys = subject.charter.features.entities.get(view.entity, [])
    named: list[tuple[FieldPath, str]] = [((*path, "last", index), name) for index, name in enumerate(view.last)]
    named += [((*path, "windows", name, "of"), window.of) for name, window in view.windows.items()]
    named += [((*path, item), getattr(view, item)) for item in ("event_time", "created_time") if getattr(view, item)]
    named += [((*path, "entity"), key) for key in keys]
    for at, column in named:
        if not subject.has_column(view.source, column):
            remedy = "Name a column of its contract, or one that its derivation adds."
            yield Finding(at, f"{column!r}, which {view.source} neither has nor derives", remedy)
    yield from _window_types(subject, path, view)
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


def _window_types(subject: Subject, path: FieldPath, view: ViewSection) -> Iterator[Finding]:
    """A derived column has no type here: the first rows tell, where the view is filled and joined."""
    for name, window in view.windows.items():
        column = subject.column(view.source, window.of)
        if column and column.type not in WINDOW_TYPES[window.do]:
            found = f"{window.do} of {window.of!r}, a column of type {column.type}"
            yield Finding((*path, "windows", name, "of"), found, f"Name one of: {', '.join(WINDOW_TYPES[window.do])}.")


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
    values = Counter(f"{name}_{column}" for name, view in features.views.items() for column in set(view.values))
    for name, view in features.views.items():
        for column in view.values:
            if f"{name}_{column}" in subject.inputs() or values[f"{name}_{column}"] > 1:
                found = f"a value that functions would ask for as {name}_{column}, which means something else too"
                place: FieldPath = ("windows", column) if column in view.windows else ("last", view.last.index(column))
                yield Finding(("features", "views", name, *place), found, "Rename the view.")


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
            if argument in subject.charter.features.on_demand:
                found = f"{place} asks for {argument!r}, a function of the request itself"
                yield Finding(path, found, "Ask for what that one asks for: functions see inputs and views' values.")
            elif argument not in known:
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
        wanted = _value_type(subject, subject.views()[view], of)
        if wanted and not _fits(value, wanted):
            yield Finding(path, f"{shown(value)} for a column of type {wanted}", f"Write a {wanted}.")


def _value_type(subject: Subject, view: ViewSection, name: str) -> ColumnType | None:
    """The type of a view's value; None where a derivation decides."""
    window = view.windows.get(name)
    if window and window.do in ("mean", "rate"):
        return "number"
    if window and window.do == "count":
        return "integer"
    column = subject.column(view.source, window.of if window else name)
    return column.type if column else None


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
        return [f"{name}.{column}" for column in dict.fromkeys(subject.views()[name].values)]
    return [name] if name in subject.view_values().values() else []


FEATURE_CHECKS: tuple[Check, ...] = (_entities, _views, _names_apart, _on_demand, _defaults, _model_uses)
