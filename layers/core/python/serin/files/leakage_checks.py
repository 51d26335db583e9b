"""No leakage: what is known only after the question was asked must not be part of the question.

Contracts mark such columns (`known: afterwards`); the label is one, and so is every derived
column but the moment's, since nobody says when it is known.
"""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.charter import InputType
from serin.domain.contracts import ColumnType
from serin.files.faults import FieldPath, Finding
from serin.files.subjects import Check, Subject, check


@check("datasets", "features", "inputs", "truth")
def _inputs(subject: Subject) -> Iterator[Finding]:
    dataset = subject.charter.truth.dataset
    if dataset not in subject.contracts:
        return
    for name, item in subject.inputs().items():
        path: FieldPath = ("inputs", name)
        column = subject.column(dataset, name)
        if _known_afterwards(subject, name):
            remedy = "Remove it: the model would learn from what nobody can know when it is asked."
            yield Finding(path, f"a column of {dataset} that is known only afterwards", remedy)
        elif column is None and name == subject.charter.features.moment[0]:
            if item.type != "timestamp":
                yield Finding((*path, "type"), f"{item.type}, but it is the moment", "Write timestamp.")
        elif column is None and subject.derives(dataset, name):
            remedy = "Compute it with an on_demand function of the inputs instead."
            yield Finding(path, f"a derived column of {dataset}; nobody says when it is known", remedy)
        elif column is None:
            remedy = f"Name a column of {dataset}: training reads the inputs there."
            yield Finding(path, f"no column of {dataset}", remedy)
        elif not _same(item.type, column.type):
            found = f"{item.type}, but {dataset}.{name} is of type {column.type}"
            yield Finding((*path, "type"), found, "Training and requests must have one type.")


@check("datasets", "features", "truth")
def _views(subject: Subject) -> Iterator[Finding]:
    truth = subject.charter.truth
    for name, view in subject.views().items():
        if view.source != truth.dataset or truth.dataset not in subject.contracts:
            continue
        path: FieldPath = ("features", "views", name)
        afterwards = [column for column in view.last if _known_afterwards(subject, column)]
        if view.entity == truth.entity:
            for column in afterwards:
                found = f"{column!r}, known only afterwards, of the very {truth.entity} that is asked about"
                yield Finding((*path, "last", view.last.index(column)), found, "Remove it from the view.")
            continue
        if not afterwards:
            continue
        for item in ("event_time", "created_time"):
            time = getattr(view, item)
            if time and not (_known_afterwards(subject, time) or _derived_later(subject, time)):
                found = f"{time!r}, known before {', '.join(afterwards)}"
                yield Finding((*path, item), found, "Name the time at which the values become known.")
        if view.static:
            found = f"{', '.join(afterwards)} without the time at which they become known"
            yield Finding((*path, "static"), found, "Give the view an event_time and a ttl instead.")


def _known_afterwards(subject: Subject, name: str) -> bool:
    truth = subject.charter.truth
    column = subject.column(truth.dataset, name)
    return name == truth.label or (column is not None and column.known == "afterwards")


def _derived_later(subject: Subject, name: str) -> bool:
    derived = subject.column(subject.charter.truth.dataset, name) is None
    return derived and name != subject.charter.features.moment[0]


def _same(input_type: InputType, column_type: ColumnType) -> bool:
    return input_type == column_type or (input_type == "number" and column_type == "integer")


LEAKAGE_CHECKS: tuple[Check, ...] = (_inputs, _views)
