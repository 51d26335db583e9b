"""Reading a data contract (ODCS v3): its columns, and the rules a row of the dataset is checked by.

Everything that the standard allows is read. Prose about the dataset (owners, tags, support) is read over; what columns
and rules are described as is shown on pages. A promise that Serin cannot check is kept as said, never as checked. What
is refused contradicts the standard, or itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from open_data_contract_standard.model import OpenDataContractStandard, SchemaObject

from serin.data.contract.trial import check_contract
from serin.domain.contracts import Contract, Rule, Said
from serin.domain.errors import Invalid
from serin.domain.names import dataset_named
from serin.files.contract_columns import REPEATED, Kept, calls_of, own, read_columns
from serin.files.contract_header import standard_of
from serin.files.contract_missing import contradictions, missing_findings
from serin.files.contract_options import option_rules
from serin.files.contract_promises import promised
from serin.files.contract_quality import quality_rule
from serin.files.contract_references import relationship
from serin.files.contract_rules import DIMENSION_OF_KIND, Rules
from serin.files.contract_scopes import key_findings
from serin.files.contract_types import logical_type
from serin.files.faults import FieldPath, Finding, invalid, shown
from serin.files.yaml_files import Document, read_document


@dataclass(frozen=True)
class ObjectRead:
    """One object of a contract. `contract` is None where it is faulty, or has no column that is kept.

    `said` are its promises that are not checked, `notes` how it was understood where that could be in several ways.
    """

    name: str
    dataset: str
    contract: Contract | None
    said: tuple[Said, ...]
    notes: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class ContractFile:
    """A contract's file that the standard's model has room for."""

    document: Document
    standard: OpenDataContractStandard

    @cached_property
    def schemas(self) -> tuple[SchemaObject, ...]:
        """The objects it describes."""
        return tuple(self.standard.schema_ or ())

    @property
    def names(self) -> list[str]:
        """What it calls them."""
        return [schema.name or "" for schema in self.schemas]

    @property
    def said(self) -> tuple[Said, ...]:
        """What it promises where it describes no object that could be held to it."""
        promises = [] if self.schemas else self.standard.slaProperties or []
        why = "the contract describes no object"
        return tuple(Said(str(item.property), f"{item.property} {item.value}", why) for item in promises)

    def place(self, called: str) -> int | None:
        """Which object has that name, id or physical name, or else the dataset's name that comes nearest to its own."""
        ways = (
            [schema.name for schema in self.schemas],
            [schema.id for schema in self.schemas],
            [schema.physicalName for schema in self.schemas],
            [dataset_named(name) for name in self.names],
        )
        return next((way.index(called) for way in ways if called in way), None)

    def read(self, place: int, dataset: str | None = None) -> ObjectRead:
        """The object there, as the contract of that dataset, or of the one its own name says."""
        schema = self.schemas[place]
        named = dataset or dataset_named(schema.name or "")
        return _read_object(self.standard, schema, named, ("schema", place))


def read_contract(path: Path, dataset: str | None = None, called: str | None = None) -> Contract:
    """The contract in `path`; raises Invalid, listing every fault with its line.

    Where the file describes several objects, it is the one that is `called` so, or whose name is the dataset's.
    """
    file = read_contract_file(path)
    place = _place(file, dataset, called)
    read = file.read(place, dataset if called else None)
    faults = [*file.document.faults, *file.document.faults_of(read.findings)]
    if not faults and read.contract is None:
        columns = ("schema", place, "properties")
        found = "no columns that can be kept" if file.schemas[place].properties else "no columns"
        faults = [file.document.fault(columns, found, "List the columns that files have, with plain values.")]
    if faults or read.contract is None:
        raise invalid(faults)
    return read.contract


def read_contract_file(path: Path) -> ContractFile:
    """The file, which has the standard's fields; its objects are not looked at yet. Raises Invalid with every fault."""
    document = read_document(path)
    standard, findings = standard_of(document.value)
    if standard is None:
        raise invalid([*document.faults, *document.faults_of(findings)])
    return ContractFile(document, standard)


def _place(file: ContractFile, dataset: str | None, called: str | None) -> int:
    names = ", ".join(file.names) or "none"
    wanted = called or (dataset if len(file.schemas) > 1 else None)
    place = file.place(wanted) if wanted else 0 if len(file.schemas) == 1 else None
    if place is not None:
        return place
    found = f"no object {wanted}; it has {names}" if wanted else f"{len(file.schemas)} objects: {names}"
    remedy = f"Write `contract: {file.document.file.rpartition('/')[2]}#OBJECT` with the name of one."
    raise invalid([file.document.fault(("schema",), found, remedy if file.schemas else "Describe a dataset in it.")])


def _read_object(
    contract: OpenDataContractStandard, schema: SchemaObject, dataset: str, place: FieldPath
) -> ObjectRead:
    calls = {schema.name, schema.id, schema.physicalName, (schema.physicalName or "").rpartition(".")[2], dataset}
    rules = Rules(dataset, place=place, calls=frozenset(name.lower() for name in calls if name))
    kept, left_out = read_columns(rules, schema)
    rules.columns, rules.known = tuple(one.column for one in kept), calls_of(kept)
    rules.findings += [*_own_findings(schema, place), *missing_findings(schema, place)]
    if schema.name and [other.name for other in contract.schema_ or []].index(schema.name) < int(place[-1]):
        rules.refuse((*place, "name"), f"{schema.name!r} a second time", "Give each object a name of its own.")
    key = _primary_key(rules, schema, kept)
    _find_rules(rules, schema, kept, key)
    others = {str(other.name).lower() for other in contract.schema_ or [] if other is not schema}
    promised(rules, contract.slaProperties or [], others, contract.slaDefaultElement)
    columns = {column.name: column for column in rules.columns}
    rules.findings += contradictions(columns, rules.found, rules.of_dataset, place)
    read = Contract(
        dataset,
        str(contract.version),
        rules.columns,
        tuple(rules.found),
        key,
        tuple(rules.of_dataset),
        REPEATED.get(own(schema, "repeatedRows"), "counted"),
        tuple(rules.said) or None,
        left_out or None,
    )
    findings = rules.findings or [*key_findings(read, place), *_trial(read, place)]
    whole = read if kept and not findings else None
    return ObjectRead(str(schema.name), dataset, whole, tuple(rules.said), tuple(rules.notes), tuple(findings))


def _trial(contract: Contract, place: FieldPath) -> Iterator[Finding]:
    if not contract.columns:
        return
    try:
        check_contract(contract)
    except Invalid as error:
        yield Finding(place, error.message, error.remedy)


def _own_findings(schema: SchemaObject, place: FieldPath) -> Iterator[Finding]:
    """What is wrong with our own words about rows: ODCS says nothing of rows without a key, or that come again."""
    path = (*place, "customProperties")
    keys = [item.name or "" for item in schema.properties or [] if item.primaryKey]
    identity, repeated = own(schema, "identity"), own(schema, "repeatedRows")
    if identity not in (None, "none"):
        remedy = "Write `{property: identity, value: none}` where no column names a row, or leave it out."
        yield Finding(path, f"identity {shown(identity)}", remedy)
    elif keys and identity:
        yield Finding(path, f"identity none, but {', '.join(keys)} is the primary key", "Keep one of the two.")
    if repeated not in (None, *REPEATED):
        remedy = "Write `{property: repeatedRows, value: ignored}`, or counted, which is what happens without it."
        yield Finding(path, f"repeatedRows {shown(repeated)}", remedy)
    elif repeated == "ignored" and keys:
        found = f"repeatedRows ignored, but {', '.join(keys)} is the primary key"
        yield Finding(path, found, "Leave it out: a row replaces the one with its key, so none is there twice.")


def _primary_key(rules: Rules, schema: SchemaObject, kept: tuple[Kept, ...]) -> tuple[str, ...]:
    """The columns that name a row; where there are none, or one of them is not kept, no row has a name."""
    keys = [item for item in schema.properties or [] if item.primaryKey]
    held = sorted((one for one in kept if one.item.primaryKey), key=lambda one: one.item.primaryKeyPosition or 0)
    if len(held) < len(keys):
        rules.say(f"{rules.dataset}.primary_key", "the primary key", "a column of it is left out")
        return ()
    if not keys and own(schema, "identity") != "none":
        rules.note(f"{rules.dataset}: no primary key is written, so each row counts for itself (identity none)")
    return tuple(one.column.name for one in held)


def _find_rules(rules: Rules, schema: SchemaObject, kept: tuple[Kept, ...], key: tuple[str, ...]) -> None:
    """Types and required columns are rules already by being columns; the others are found here."""
    if key:
        unique = Rule(f"{rules.dataset}.primary_key.unique", "unique", key, "consistency")
        rules.add((*rules.place, "properties"), unique)
    for one in kept:
        _column_rules(rules, one, (*rules.place, "properties", one.place))
    _relationships(rules, schema, kept)
    for index, check in enumerate(schema.quality or []):
        quality_rule(rules, check, key, (*rules.place, "quality", index))


def _column_rules(rules: Rules, one: Kept, path: FieldPath) -> None:
    name = one.column.name
    if one.item.unique:
        rule = Rule(f"{rules.dataset}.{name}.unique", "unique", (name,), DIMENSION_OF_KIND["unique"])
        rules.add((*path, "unique"), rule)
    option_rules(rules, one.item, name, logical_type(one.item), path)
    for index, check in enumerate(one.item.quality or []):
        quality_rule(rules, check, (name,), (*path, "quality", index))


def _relationships(rules: Rules, schema: SchemaObject, kept: tuple[Kept, ...]) -> None:
    for one in kept:
        for number, item in enumerate(one.item.relationships or []):
            path = (*rules.place, "properties", one.place, "relationships", number)
            if item.from_ is not None:
                rules.refuse((*path, "from"), "from at a column", "Leave it out: it is the column it stands at.")
            relationship(rules, item, (one.column.name,), path)
    for number, item in enumerate(schema.relationships or []):
        path = (*rules.place, "relationships", number)
        written = [item.from_] if isinstance(item.from_, str) else item.from_ or []
        columns = [rules.column(name.rpartition("/")[2]) for name in written]
        if None not in columns:
            relationship(rules, item, tuple(name for name in columns if name), path)
            continue
        lost = written[columns.index(None)]
        if "/" in lost or _is_written(schema, lost):
            rules.say(f"{rules.dataset}.foreign_key", f"{lost} in {item.to}", f"{lost} is no column that is kept")
        else:
            rules.refuse((*path, "from"), f"{lost}, which is no column", f"One of: {', '.join(rules.types)}.")


def _is_written(schema: SchemaObject, name: str) -> bool:
    """Whether the column is one of the object's, whatever becomes of it."""
    return name.rpartition(".")[2] in {item.name for item in schema.properties or []}
