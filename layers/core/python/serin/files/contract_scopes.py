"""Among which rows a value may be there once: those of one file, or of all uploads of the dataset.

ODCS counts duplicates and does not say among which rows, so this is a custom property of the check:
`customProperties: [{property: scope, value: dataset}]`. Without it a rule looks at one file.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from open_data_contract_standard.model import DataQuality

from serin.domain.claims import scoped_rules
from serin.domain.contracts import Contract
from serin.files.contract_limits import limit_of
from serin.files.faults import FieldPath, Finding, shown

_PATH = ("customProperties",)


def scope_of(check: DataQuality) -> Literal["dataset"] | None:
    """The scope the check says, if it is one."""
    return "dataset" if _said(check) == "dataset" else None


def scope_findings(check: DataQuality) -> Iterator[Finding]:
    """What is wrong with the scope of a check that is right otherwise."""
    said = _said(check)
    if said is None:
        return
    if said not in ("file", "dataset"):
        remedy = "Write dataset, for a value once among all uploads, or file, which is meant without it."
        yield Finding(_PATH, f"the scope {shown(said)}", remedy)
    elif check.metric != "duplicateValues":
        yield Finding(_PATH, "a scope", "Leave it out: only duplicateValues looks at several rows.")
    elif said == "dataset" and ((limit := limit_of(check)).comparison, limit.value) != ("=", 0):
        found = "the scope dataset with another limit than mustBe: 0"
        yield Finding(_PATH, found, "Write mustBe: 0; rows are counted within one file.")


def key_findings(contract: Contract, place: FieldPath) -> Iterator[Finding]:
    """A rule that a primary key keeps already: a row with the key of an earlier one takes its place."""
    for rule in scoped_rules(contract):
        if contract.primary_key and set(contract.primary_key) <= set(rule.columns):
            found = f"{rule.id}: the scope dataset for {', '.join(rule.columns)}, which hold the primary key"
            yield Finding((*place, "quality"), found, "Leave it out: a later row replaces an earlier one.")


def _said(check: DataQuality) -> object:
    return next((own.value for own in check.customProperties or [] if own.property == "scope"), None)
