"""The columns of a contract: which are kept, what they are called here and in files, and of which type they are.

A column's name is the one that features and requests use. Where the contract calls it something that cannot be one,
such as `Age (years)`, the nearest name is taken (`age_years`); files have the contract's, or its `physicalName`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from open_data_contract_standard.model import SchemaObject, SchemaProperty

from serin.domain.contracts import TIMES, Classification, Column, RepeatedRows
from serin.domain.names import columns_named
from serin.files.contract_missing import missing_findings, missing_words
from serin.files.contract_rules import Rules
from serin.files.contract_times import form_and_zone
from serin.files.contract_types import LOGICAL, NESTED, is_nested, logical_type
from serin.files.durations import duration
from serin.files.faults import FieldPath, Finding, shown

CLASSIFICATIONS: Mapping[str, Classification] = {name: name for name in get_args(Classification)}
REPEATED: Mapping[object, RepeatedRows] = {name: name for name in get_args(RepeatedRows)}
_NESTED = "nested"


@dataclass(frozen=True)
class Kept:
    """A column that is kept: where it is written, what the standard says of it, and what becomes of it here."""

    place: int
    item: SchemaProperty
    column: Column


def read_columns(rules: Rules, schema: SchemaObject) -> tuple[tuple[Kept, ...], tuple[str, ...]]:
    """The columns that are kept, and the names in files of those that are not; faults are the rules' findings."""
    items = schema.properties or []
    names = columns_named([item.name or "" for item in items])
    kept, left_out, written = [], [], dict[str, str]()
    for place, (item, name) in enumerate(zip(items, names, strict=True)):
        path: FieldPath = (*rules.place, "properties", place)
        in_files = item.physicalName or item.name or name
        if in_files in written or name in names[:place]:
            other = written.get(in_files, item.name)
            twice = f"{item.name!r} a second time" if other == item.name else f"{in_files!r}, which is {other} already"
            rules.refuse((*path, "name"), twice, "Name each column once.")
            continue
        written[in_files] = str(item.name)
        rules.findings += _column_findings(item, path)
        if reason := _left_out(item):
            left_out.append(in_files)
            rules.say(f"{rules.dataset}.{name}", item.description or f"a column {item.name}", reason)
            continue
        kept.append(Kept(place, item, _column(rules, schema, item, name, in_files, path)))
    return tuple(kept), tuple(left_out)


def calls_of(kept: tuple[Kept, ...]) -> dict[str, str]:
    """All that the contract calls the columns, in lower case, and their names; the contract's own name goes first."""
    calls: dict[str, str] = {}
    for names in zip(
        *([one.column.name, one.item.name, one.item.physicalName, one.item.id] for one in kept), strict=True
    ):
        for one, name in zip(kept, names, strict=True):
            if name:
                calls.setdefault(name.lower(), one.column.name)
    return calls


def own(item: SchemaObject | SchemaProperty, name: str) -> object:
    """The value of a custom property, or None."""
    return next((entry.value for entry in item.customProperties or [] if entry.property == name), None)


def _left_out(item: SchemaProperty) -> str | None:
    """Why the column is not kept; None where it is."""
    if item.semanticType == "measure":
        return "left out: a measure is calculated from other columns, and is in no file"
    if is_nested(item) and own(item, _NESTED) != "text":
        text = "`customProperties: [{property: nested, value: text}]` keeps what is written there as a text"
        return f"left out: its values are of the type {logical_type(item)}, no plain ones; {text}"
    return None


def _column(
    rules: Rules, schema: SchemaObject, item: SchemaProperty, name: str, in_files: str, path: FieldPath
) -> Column:
    form, zone = form_and_zone(rules, item, name, path)
    logical = logical_type(item)
    about = f"{rules.dataset}.{name}"
    if in_files != name:
        rules.note(f"{about}: files call it {in_files!r}")
    if not item.logicalType:
        source = f"from the type in the source, {item.physicalType}" if item.physicalType else "no type is written"
        rules.note(f"{about}: is of the type {LOGICAL.get(logical, 'string')} ({source})")
    return Column(
        name=name,
        type=LOGICAL.get(logical, "string"),
        required=bool(item.required or item.primaryKey),
        known="afterwards" if own(item, "known") == "afterwards" else "beforehand",
        description=item.description or None,
        classification=_classification(rules, item.classification, about),
        future=_future(own(item, "future")),
        missing=missing_words(schema, item),
        written=in_files if in_files != name else None,
        form=form,
        zone=zone,
    )


def _classification(rules: Rules, word: str | None, about: str) -> Classification | None:
    """The standard leaves the word open; values of a class that is not known here are shown nowhere."""
    if not word:
        return None
    if (known := CLASSIFICATIONS.get(word.strip().lower())) is None:
        rules.note(f"{about}: the class {word!r} is taken as confidential, so no value of it is shown")
    return known or "confidential"


def _column_findings(item: SchemaProperty, path: FieldPath) -> Iterator[Finding]:
    if not item.name:
        yield Finding((*path, "name"), shown(item.name), "Give the column a name.")
    if item.logicalType not in (None, *LOGICAL, *NESTED):
        yield Finding((*path, "logicalType"), shown(item.logicalType), f"One of: {', '.join((*LOGICAL, *NESTED))}.")
    if (nested := own(item, _NESTED)) not in (None, "text", "left_out"):
        found = f"{_NESTED} {shown(nested)}"
        yield Finding((*path, "customProperties"), found, "Write text to keep it as a text, or left_out.")
    # When the column's value is known, seen from what the row is about.
    if (known := own(item, "known")) not in (None, "beforehand", "afterwards"):
        remedy = "Write `{property: known, value: afterwards}`, or beforehand."
        yield Finding((*path, "customProperties"), f"known {shown(known)}", remedy)
    yield from _future_findings(item, path)
    yield from missing_findings(item, path)


def _future_findings(item: SchemaProperty, path: FieldPath) -> Iterator[Finding]:
    """How far after the clock a time may lie: a plan or a date that is due lies there, what has happened does not."""
    future, at = own(item, "future"), (*path, "customProperties")
    if future is None:
        return
    if logical_type(item) not in TIMES:
        found = f"future of a {shown(item.logicalType)} column"
        yield Finding(at, found, "Leave it out: only times have a future.")
    if _future(future) is None:
        remedy = "Write how far times may lie after the clock, such as 90d or 2h, or allowed where any may."
        yield Finding(at, f"future {shown(future)}", remedy)


def _future(value: object) -> Literal["allowed"] | float | None:
    if value == "allowed":
        return "allowed"
    try:
        return duration(value).total_seconds()
    except ValueError:
        return None
