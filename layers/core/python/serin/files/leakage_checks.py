"""No leakage: what is known only after the question was asked must not be part of the question.

Contracts mark such columns (`known: afterwards`), and the label is one. What a model's code derives
from them cannot be seen in a file: the training set finds it, by deriving again without them.
"""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.charter import InputType
from serin.domain.contracts import ColumnType
from serin.files.charter_schema import ViewSection
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
        elif not subject.has_column(dataset, name):
            remedy = "Name a column of its contract, or one that its derivation adds: training reads the inputs there."
            yield Finding(path, f"no column of {dataset}", remedy)
        elif column and not _same(item.type, column.type):
            found = f"{item.type}, but {dataset}.{name} is of type {column.type}"
            yield Finding((*path, "type"), found, "Training and requests must have one type.")


@check("datasets", "features", "truth")
def _views(subject: Subject) -> Iterator[Finding]:
    truth = subject.charter.truth
    for name, view in subject.views().items():
        path: FieldPath = ("features", "views", name)
        columns = _columns(view)
        afterwards = [column for column in columns.values() if _known_afterwards(subject, column)]
        if view.source != truth.dataset or not afterwards:
            continue
        if view.entity == truth.entity:
            for at, column in columns.items():
                if column in afterwards:
                    found = f"{column!r}, known only afterwards, of the very {truth.entity} that is asked about"
                    yield Finding((*path, *at), found, "Remove it from the view.")
        elif not any(_may_be_late(subject, time) for time in (view.event_time, view.created_time)):
            found = f"{', '.join(dict.fromkeys(afterwards))} without the time at which the values become known"
            yield Finding(path, found, "Give the view the created_time at which they become known.")


def _columns(view: ViewSection) -> dict[FieldPath, str]:
    """Where in the view a column of its source is named."""
    last: dict[FieldPath, str] = {("last", index): name for index, name in enumerate(view.last)}
    return last | {("windows", name, "of"): window.of for name, window in view.windows.items()}


def _known_afterwards(subject: Subject, name: str) -> bool:
    truth = subject.charter.truth
    column = subject.column(truth.dataset, name)
    return name == truth.label or (column is not None and column.known == "afterwards")


def _may_be_late(subject: Subject, time: str | None) -> bool:
    """Whether a time may lie after the event: the contract says so, or it is derived and not the moment itself."""
    if time is None or time == subject.charter.features.moment[0]:
        return False
    return _known_afterwards(subject, time) or subject.column(subject.charter.truth.dataset, time) is None


def _same(input_type: InputType, column_type: ColumnType) -> bool:
    return input_type == column_type or (input_type == "number" and column_type == "integer")


LEAKAGE_CHECKS: tuple[Check, ...] = (_inputs, _views)
