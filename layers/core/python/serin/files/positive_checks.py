"""What must hold of a charter's `positive`: it is a value that the label can have, and it is said where it must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from serin.domain.charter import Scalar
from serin.domain.classes import two_classes
from serin.domain.contracts import ColumnType
from serin.domain.errors import Invalid
from serin.files.faults import Finding
from serin.files.subjects import Check, Subject, check

_PLACE = ("positive",)
_KINDS: Mapping[ColumnType, tuple[type, ...]] = {
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "string": (str,),
}


@check("task", "datasets", "truth")
def _positive(subject: Subject) -> Iterator[Finding]:
    charter = subject.charter
    positive = charter.positive if "positive" in charter.model_fields_set else None
    if charter.task != "binary":
        if positive is not None:
            found = f"a positive class, and the task is {charter.task}"
            yield Finding(_PLACE, found, "Remove the line: only one of two classes can be the positive one.")
        return
    yield from _of_label(subject, positive)


def _of_label(subject: Subject, positive: Scalar | None) -> Iterator[Finding]:
    dataset, label = subject.charter.truth.dataset, subject.charter.truth.label
    column = subject.column(dataset, label)
    if column is None:
        return
    allowed = _allowed(subject, column.type)
    if len(allowed) == 2:
        try:
            two_classes(allowed[0], allowed[1], positive)
        except Invalid as error:
            yield Finding(_PLACE, error.message, error.remedy)
    elif positive is None and column.type == "string":
        found = f"is missing, and {dataset}.{label} is text"
        yield Finding(_PLACE, found, "Write the class whose probability is asked for; no order of texts says it.")
    elif positive is not None and not _fits(positive, column.type):
        found = f"{positive!r}, and {dataset}.{label} is of type {column.type}"
        yield Finding(_PLACE, found, "Write a value that the label has.")


def _allowed(subject: Subject, kind: ColumnType) -> tuple[Scalar, ...]:
    """The values that the contract allows the label; none where it does not say."""
    dataset, label = subject.charter.truth.dataset, subject.charter.truth.label
    rules = subject.contracts[dataset].rules if dataset in subject.contracts else ()
    allowed = [rule.values for rule in rules if rule.kind == "one_of" and rule.columns == (label,)]
    return tuple(_value(text, kind) for text in allowed[0]) if allowed else ()


def _value(text: str, kind: ColumnType) -> Scalar:
    """A value of a contract as the label has it; what is none of its type stays the text it is."""
    try:
        if kind == "integer":
            return int(text)
        return float(text) if kind == "number" else text
    except ValueError:
        return text


def _fits(positive: Scalar, kind: ColumnType) -> bool:
    return isinstance(positive, _KINDS.get(kind, ())) and isinstance(positive, bool) == (kind == "boolean")


POSITIVE_CHECKS: tuple[Check, ...] = (_positive,)
