"""Foreign keys: ODCS `relationships` of a column or of the schema, and whether what they name is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import Relationship

from serin.domain.contracts import Contract, Reference, Rule
from serin.domain.names import NAME
from serin.files.contract_rules import DIMENSIONS, SEVERITIES, Rules, valid_id
from serin.files.faults import FieldPath, Finding, invalid, shown
from serin.files.yaml_files import read_document

_TO = "Write `to: <dataset>.<column>`, the key of another dataset; for a key of several columns a list of them."


def relationship(rules: Rules, item: Relationship, columns: tuple[str, ...], path: FieldPath) -> None:
    """Add the rule that the values of `columns` are keys of another dataset, or refuse it by name."""
    target = _target(item.to)
    findings = list(_findings(item, columns, target, rules.dataset))
    for finding in findings:
        rules.refuse((*path, *finding.path), finding.found, finding.remedy)
    if findings or target is None:
        return
    own = _own(item)
    identity = item.id or ".".join((rules.dataset, *columns, "foreign_key"))
    dimension = DIMENSIONS[str(own.get("dimension", "consistency"))]
    severity = SEVERITIES[str(own.get("severity", "error"))]
    rules.add(path, Rule(identity, "foreign_key", columns, dimension, severity, references=target))


def _findings(
    item: Relationship, columns: tuple[str, ...], target: Reference | None, dataset: str
) -> Iterator[Finding]:
    if item.type not in (None, "foreignKey"):
        yield Finding(("type",), f"a relationship of type {shown(item.type)}", "Write foreignKey, or leave it out.")
    if target is None or len(target.columns) != len(columns) or not columns:
        yield Finding(("to",), shown(item.to), _TO)
    elif target.dataset == dataset:
        yield Finding(("to",), f"{shown(item.to)}, the dataset itself", _TO)
    own = _own(item)
    if str(own.get("severity", "error")) not in SEVERITIES:
        yield Finding(("customProperties",), f"the severity {shown(own['severity'])}", "Write error or warning.")
    if str(own.get("dimension", "consistency")) not in DIMENSIONS:
        found = f"the dimension {shown(own['dimension'])}"
        yield Finding(("customProperties",), found, f"One of: {', '.join(DIMENSIONS)}.")
    if item.id is not None and not valid_id(item.id):
        yield Finding(("id",), f"the id {shown(item.id)}", "Use letters, digits, dots, hyphens and underscores.")


def _target(to: str | list[str] | None) -> Reference | None:
    parts = [name.split(".") for name in ([to] if isinstance(to, str) else to or [])]
    if any(len(part) != 2 for part in parts) or len({part[0] for part in parts}) != 1:
        return None
    dataset = parts[0][0]
    return Reference(dataset, tuple(part[1] for part in parts)) if NAME.match(dataset) else None


def _own(item: Relationship) -> dict[str | None, Any]:
    return {own.property: own.value for own in item.customProperties or []}


def check_references(path: Path, contract: Contract, others: Mapping[str, Contract]) -> None:
    """Raise Invalid, with lines, unless each foreign key names the primary key of another of the model's datasets."""
    missed = [rule for rule in contract.rules if rule.references and _reason(rule, contract, others)]
    if not missed:
        return
    document = read_document(path)
    places = dict(_places(document.value))
    findings = [
        Finding(places.get(rule.references, ()), *_reason(rule, contract, others)) for rule in missed if rule.references
    ]
    raise invalid(document.faults_of(findings))


def _reason(rule: Rule, contract: Contract, others: Mapping[str, Contract]) -> tuple[str, str] | tuple[()]:
    """What is wrong with the key it names and what to do; empty when nothing is."""
    wanted = rule.references
    if wanted is None:
        return ()
    known = [name for name in others if name != contract.dataset]
    if wanted.dataset not in known:
        return f"{wanted.dataset}, which is no other dataset of the model", f"One of: {', '.join(known)}."
    other = others[wanted.dataset]
    if wanted.columns != other.primary_key:
        key = ", ".join(f"{other.dataset}.{name}" for name in other.primary_key) or "it has none"
        return f"{', '.join(wanted.columns)}, which is not the key of {other.dataset}", f"Its key: {key}."
    here, there = _types(contract, rule.columns), _types(other, wanted.columns)
    if here != there:
        return f"{', '.join(there)} beside {', '.join(here)}", "Give both sides one type."
    return ()


def _types(contract: Contract, names: tuple[str, ...]) -> list[str]:
    types = {column.name: column.type for column in contract.columns}
    return [types[name] for name in names]


def _places(value: Any) -> Iterator[tuple[Reference | None, FieldPath]]:
    """Where each reference of a contract, valid in itself, is written."""
    schema = value["schema"][0]
    holders: list[tuple[Any, FieldPath]] = [(schema, ("schema", 0))]
    holders += [(item, ("schema", 0, "properties", index)) for index, item in enumerate(schema["properties"])]
    for holder, path in holders:
        for index, item in enumerate(holder.get("relationships") or []):
            yield _target(item["to"]), (*path, "relationships", index, "to")
