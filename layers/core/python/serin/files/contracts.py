"""Reading a data contract (ODCS v3): its columns, and the rules a row of the dataset is checked by.

Prose about the dataset (owners, tags, support) is read over; what columns and rules are described as is shown on
pages. A promise that Serin cannot check is refused by name, so that nobody relies on it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, get_args

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject, SchemaProperty
from pydantic import ValidationError

from serin.data.contract.trial import check_contract
from serin.domain.contracts import TIMES, Classification, Column, ColumnType, Contract, RepeatedRows, Rule
from serin.domain.errors import Invalid
from serin.domain.names import COLUMN, NAME
from serin.files.contract_missing import contradictions, missing_findings, missing_words
from serin.files.contract_promises import promised
from serin.files.contract_references import relationship
from serin.files.contract_rules import OF_A_COLUMN, Rules, column_rules, quality_rule
from serin.files.contract_scopes import key_findings
from serin.files.durations import duration
from serin.files.faults import FieldPath, Finding, invalid, shown
from serin.files.fields import unknown_fields
from serin.files.pydantic_findings import findings_of
from serin.files.yaml_files import read_document

_TYPES: Mapping[str, ColumnType] = {
    "string": "string",
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "date": "date",
}
_CLASSIFICATIONS: Mapping[str, Classification] = {name: name for name in get_args(Classification)}
_REPEATED: Mapping[object, RepeatedRows] = {name: name for name in get_args(RepeatedRows)}
_NOT_CHECKED = "Serin cannot check this yet; remove it, so that nobody relies on it."
_UNCHECKED_OF_CONTRACT = ("slaDefaultElement",)
_UNCHECKED_OF_COLUMN = ("properties", "items", "map")


def read_contract(path: Path) -> Contract:
    """The contract in `path`; raises Invalid, listing every fault with its line."""
    document = read_document(path)
    contract, findings = _examine(document.value)
    faults = [*document.faults, *document.faults_of(findings)]
    if faults or contract is None:
        raise invalid(faults)
    return contract


def _examine(value: object) -> tuple[Contract | None, list[Finding]]:
    findings = [_unknown(item.path, item.suggestion) for item in unknown_fields(OpenDataContractStandard, value)]
    if findings:
        return None, findings
    try:
        contract = OpenDataContractStandard.model_validate(value, strict=True)
    except ValidationError as error:
        return None, list(findings_of(error))
    findings = [*_header(contract), *_unchecked(contract, (), _UNCHECKED_OF_CONTRACT)]
    schema = contract.schema_[0] if contract.schema_ else None
    if findings or schema is None:
        return None, findings
    columns, columns_findings = _columns(schema)
    rules = _rules(schema, columns)
    promised(rules, contract.slaProperties or [], rules.types)
    rows = contradictions({column.name: column for column in columns}, rules.found, rules.of_dataset)
    findings = [*columns_findings, *missing_findings(schema, ("schema", 0)), *rules.findings, *rows]
    key = _primary_key(schema)
    found = Contract(
        str(schema.name),
        str(contract.version),
        columns,
        tuple(rules.found),
        key,
        tuple(rules.of_dataset),
        _REPEATED.get(_own(schema, "repeatedRows"), "counted"),
    )
    return found, findings or list(key_findings(found)) or list(_trial(found))


def _trial(contract: Contract) -> Iterator[Finding]:
    try:
        check_contract(contract)
    except Invalid as error:
        yield Finding(("schema", 0), error.message, error.remedy)


def _unknown(path: FieldPath, suggestion: str) -> Finding:
    found = f"unknown field; {suggestion}" if suggestion else "unknown field"
    return Finding(path, found, "Use the fields of ODCS v3, or customProperties for your own.")


def _header(contract: OpenDataContractStandard) -> Iterator[Finding]:
    if contract.kind != "DataContract":
        yield Finding(("kind",), shown(contract.kind), "Write `kind: DataContract`.")
    if not re.fullmatch(r"v3\.\d+\.\d+", contract.apiVersion or ""):
        yield Finding(("apiVersion",), shown(contract.apiVersion), "Write `apiVersion: v3.1.0`; ODCS v3 is read.")
    if not contract.version:
        yield Finding(("version",), "is missing", "Add the contract's own version, such as 1.0.0.")
    schemas = contract.schema_ or []
    if len(schemas) != 1:
        yield Finding(("schema",), f"{len(schemas)} objects", "Describe one dataset in one contract.")
        return
    schema = schemas[0]
    if not NAME.match(schema.name or ""):
        remedy = "Use lower-case letters, digits and hyphens, a letter first, 40 characters at most."
        yield Finding(("schema", 0, "name"), shown(schema.name), remedy)
    if not schema.properties:
        yield Finding(("schema", 0, "properties"), "no columns", "List the columns.")
    else:
        yield from _identity_findings(schema)
        yield from _repeated_findings(schema)


def _identity_findings(schema: SchemaObject) -> Iterator[Finding]:
    """A key that was forgotten and rows that have none are different things, so having none is said."""
    identity, key = _own(schema, "identity"), _primary_key(schema)
    if identity not in (None, "none"):
        remedy = "Write `{property: identity, value: none}` where no column names a row, or leave it out."
        yield Finding(("schema", 0, "customProperties"), f"identity {shown(identity)}", remedy)
    elif key and identity:
        found = f"identity none, but {', '.join(key)} is the primary key"
        yield Finding(("schema", 0, "customProperties"), found, "Keep one of the two.")
    elif not key and not identity:
        remedy = (
            "Write `primaryKey: true` at what names a row; where nothing does, give the schema "
            "`customProperties: [{property: identity, value: none}]`."
        )
        yield Finding(("schema", 0, "properties"), "no primary key", remedy)


def _repeated_findings(schema: SchemaObject) -> Iterator[Finding]:
    """ODCS counts duplicates, and says nothing of what becomes of a row that is there already; so this is our own."""
    repeated, path = _own(schema, "repeatedRows"), ("schema", 0, "customProperties")
    if repeated not in (None, *_REPEATED):
        remedy = "Write `{property: repeatedRows, value: ignored}`, or counted, which is what happens without it."
        yield Finding(path, f"repeatedRows {shown(repeated)}", remedy)
    elif repeated == "ignored" and _primary_key(schema):
        found = f"repeatedRows ignored, but {', '.join(_primary_key(schema))} is the primary key"
        yield Finding(path, found, "Leave it out: a row replaces the one with its key, so none is there twice.")


def _columns(schema: SchemaObject) -> tuple[tuple[Column, ...], list[Finding]]:
    columns: dict[str, Column] = {}
    findings: list[Finding] = []
    for index, item in enumerate(schema.properties or []):
        path: FieldPath = ("schema", 0, "properties", index)
        findings += _column_findings(item, path)
        if item.name in columns:
            findings.append(Finding((*path, "name"), f"{item.name!r} a second time", "Name each column once."))
        columns[str(item.name)] = Column(
            name=str(item.name),
            type=_TYPES.get(item.logicalType or "", "string"),
            required=bool(item.required or item.primaryKey),
            known="afterwards" if _own(item, "known") == "afterwards" else "beforehand",
            description=item.description or None,
            classification=_CLASSIFICATIONS.get(item.classification or ""),
            future=_future(_own(item, "future")),
            missing=missing_words(schema, item),
        )
    return tuple(columns.values()), findings


def _column_findings(item: SchemaProperty, path: FieldPath) -> Iterator[Finding]:
    if not COLUMN.match(item.name or ""):
        remedy = "Use lower-case letters, digits and underscores, a letter first, 63 characters at most."
        yield Finding((*path, "name"), shown(item.name), remedy)
    if item.logicalType not in _TYPES:
        yield Finding((*path, "logicalType"), shown(item.logicalType), f"One of: {', '.join(_TYPES)}.")
    if item.physicalName not in (None, item.name):
        found = f"{item.physicalName!r}, other than the name {item.name!r}"
        yield Finding((*path, "physicalName"), found, "Give the column the name it has in the files.")
    if item.classification not in (None, *_CLASSIFICATIONS):
        remedy = f"One of: {', '.join(_CLASSIFICATIONS)}; values of the last two are shown nowhere."
        yield Finding((*path, "classification"), shown(item.classification), remedy)
    # When the column's value is known, seen from what the row is about.
    if (known := _own(item, "known")) not in (None, "beforehand", "afterwards"):
        remedy = "Write `{property: known, value: afterwards}`, or beforehand."
        yield Finding((*path, "customProperties"), f"known {shown(known)}", remedy)
    yield from _future_findings(item, path)
    yield from missing_findings(item, path)
    yield from _unchecked(item, path, _UNCHECKED_OF_COLUMN)


def _future_findings(item: SchemaProperty, path: FieldPath) -> Iterator[Finding]:
    """How far after the clock a time may lie: a plan or a date that is due lies there, what has happened does not."""
    future, at = _own(item, "future"), (*path, "customProperties")
    if future is None:
        return
    if item.logicalType not in TIMES:
        yield Finding(at, f"future of a {shown(item.logicalType)} column", "Leave it out: only times have a future.")
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


def _own(item: SchemaObject | SchemaProperty, name: str) -> object:
    """The value of a custom property, or None."""
    return next((own.value for own in item.customProperties or [] if own.property == name), None)


def _unchecked(section: Any, path: FieldPath, names: tuple[str, ...]) -> Iterator[Finding]:
    for name in names:
        if getattr(section, name):
            yield Finding((*path, name), name, _NOT_CHECKED)


def _primary_key(schema: SchemaObject) -> tuple[str, ...]:
    keys = [item for item in schema.properties or [] if item.primaryKey]
    keys.sort(key=lambda item: item.primaryKeyPosition or 0)
    return tuple(str(item.name) for item in keys)


def _rules(schema: SchemaObject, columns: tuple[Column, ...]) -> Rules:
    """Types and required columns are rules already by being columns; the others are found here."""
    rules = Rules(str(schema.name), columns)
    key = _primary_key(schema)
    if key:
        unique = Rule(f"{rules.dataset}.primary_key.unique", "unique", key, "consistency")
        rules.add(("schema", 0, "properties"), unique)
    for index, item in enumerate(schema.properties or []):
        column_rules(rules, item, item.logicalType or "", ("schema", 0, "properties", index))
    _relationships(rules, schema)
    for index, check in enumerate(schema.quality or []):
        path: FieldPath = ("schema", 0, "quality", index)
        named = (check.arguments or {}).get("properties")
        if check.metric == "duplicateValues" and not _are_columns(named, columns):
            remedy = "Write `arguments: {properties: [column, …]}` with columns of the schema."
            rules.refuse(path, f"duplicateValues of {shown(named)}", remedy)
        elif check.metric in OF_A_COLUMN:
            rules.refuse(path, f"{check.metric} of no column", "Move the check to the column it is about.")
        else:
            quality_rule(rules, check, key, path)
    return rules


def _relationships(rules: Rules, schema: SchemaObject) -> None:
    for index, item in enumerate(schema.properties or []):
        for number, one in enumerate(item.relationships or []):
            path: FieldPath = ("schema", 0, "properties", index, "relationships", number)
            if one.from_ is not None:
                rules.refuse((*path, "from"), "from at a column", "Leave it out: it is the column it stands at.")
            relationship(rules, one, (str(item.name),), path)
    for number, one in enumerate(schema.relationships or []):
        path = ("schema", 0, "relationships", number)
        own = [one.from_] if isinstance(one.from_, str) else one.from_ or []
        columns = tuple(name.removeprefix(f"{rules.dataset}.") for name in own)
        if unknown := [name for name in columns if name not in rules.types]:
            rules.refuse((*path, "from"), f"{unknown[0]}, which is no column", f"One of: {', '.join(rules.types)}.")
        else:
            relationship(rules, one, columns, path)


def _are_columns(named: object, columns: tuple[Column, ...]) -> bool:
    known = [column.name for column in columns]
    return isinstance(named, list) and bool(named) and all(name in known for name in named)
