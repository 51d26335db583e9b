"""What must hold where a charter names personal data: what is checked and joined is what is kept."""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.contracts import Contract, Rule
from serin.domain.personal import Treatment
from serin.files.faults import FieldPath, Finding
from serin.files.subjects import Check, Subject, check

_OF_DIGESTS = ("type", "required", "unique", "foreign_key")
_PATH: FieldPath = ("design", "compliance", "personal_data")


@check("design", "datasets")
def _columns(subject: Subject) -> Iterator[Finding]:
    for name, treatment in subject.personal_data().items():
        path: FieldPath = (*_PATH, name)
        holding = [one for one in subject.written.values() if any(column.name == name for column in one.columns)]
        if not holding and len(subject.written) == len(subject.charter.datasets):
            yield Finding(path, "a column of no dataset", "Name a column of a contract of this model.")
        for contract in holding:
            yield from _of_dataset(path, name, treatment, contract)


@check("design", "truth")
def _label(subject: Subject) -> Iterator[Finding]:
    if subject.charter.truth.label in subject.personal_data():
        remedy = "A model learns its label; name one that says of nobody who it is."
        yield Finding((*_PATH, subject.charter.truth.label), "the label", remedy)


def _of_dataset(path: FieldPath, name: str, treatment: Treatment, contract: Contract) -> Iterator[Finding]:
    column = next(column for column in contract.columns if column.name == name)
    dataset = contract.dataset
    if treatment == "drop" and name in contract.primary_key:
        yield Finding(path, f"drop, in the primary key of {dataset}", "Write hash: a digest names a row as well.")
    if treatment == "hash" and column.type != "string":
        found = f"hash of {dataset}.{name}, a column of type {column.type}"
        yield Finding(path, found, "Make it a string in the contract, and in inputs: who somebody is, is no quantity.")
    rules = [*contract.rules, *(one.rows for one in contract.dataset_rules if one.rows)]
    for rule in (one for one in rules if name in one.columns):
        if not _can_be_kept(rule, name, treatment):
            found = f"{treatment} of {dataset}.{name}, of which {rule.id} is to be checked"
            yield Finding(path, found, _remedy(rule, treatment))


def _can_be_kept(rule: Rule, name: str, treatment: Treatment) -> bool:
    """Whether the rule says of digests what it says of values; of what is dropped nothing can be said but one thing."""
    if treatment == "drop":
        return rule.kind == "required"
    if rule.kind not in _OF_DIGESTS:
        return False
    return rule.references is None or rule.references.columns[rule.columns.index(name)] == name


def _remedy(rule: Rule, treatment: Treatment) -> str:
    if treatment == "hash" and rule.kind == "foreign_key":
        return "Call both columns by one name: a digest is of a value and its column's name."
    return "Leave the rule out of the contract, and check it where the file is made: values are gone before rules are."


PERSONAL_CHECKS: tuple[Check, ...] = (_columns, _label)
