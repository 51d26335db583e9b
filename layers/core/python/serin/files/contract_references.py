"""Foreign keys: ODCS `relationships` of a column or of the schema, and whether what they name is there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from open_data_contract_standard.model import Relationship

from serin.domain.contracts import Contract, Reference, Rule, Said
from serin.domain.names import columns_named, dataset_named
from serin.files.contract_rules import DIMENSIONS, Rules, rule_id, severity_of
from serin.files.faults import FieldPath, Finding, invalid, shown
from serin.files.yaml_files import read_document

_TO = "Write `to: <dataset>.<column>`, the key of another dataset; for a key of several columns a list of them."
_PARTS = re.compile(r"[^.]+\.[^.]+\Z")


def relationship(rules: Rules, item: Relationship, columns: tuple[str, ...], path: FieldPath) -> None:
    """Add the rule that the values of `columns` are keys of another dataset, refuse it, or remember it as said."""
    to = [item.to] if isinstance(item.to, str) else item.to or []
    findings = list(_contradictions(item, columns, to))
    for finding in findings:
        rules.refuse((*path, *finding.path), finding.found, finding.remedy)
    if findings:
        return
    own = _own(item)
    identity = rule_id(item.id) or ".".join((rules.dataset, *columns, "foreign_key"))
    target = _target(to)
    if target is None or target.dataset == rules.dataset:
        why = "keys of the dataset itself are not looked up" if target else "it names no column of another dataset"
        rules.say(identity, f"{', '.join(columns)} in {', '.join(to)}", why)
        return
    dimension = DIMENSIONS[str(own.get("dimension", "consistency"))]
    severity = severity_of(rules, own.get("severity"), identity)
    rules.add(path, Rule(identity, "foreign_key", columns, dimension, severity, references=target))


def _contradictions(item: Relationship, columns: tuple[str, ...], to: list[str]) -> Iterator[Finding]:
    if item.type not in (None, "foreignKey"):
        yield Finding(("type",), f"a relationship of type {shown(item.type)}", "Write foreignKey, or leave it out.")
    if len(to) != len(columns) or not columns or not all("." in name or "/" in name for name in to):
        yield Finding(("to",), shown(item.to), _TO)
    own = _own(item)
    if str(own.get("dimension", "consistency")) not in DIMENSIONS:
        found = f"the dimension {shown(own['dimension'])}"
        yield Finding(("customProperties",), found, f"One of: {', '.join(DIMENSIONS)}.")
    if not isinstance(own.get("severity", "error"), str):
        yield Finding(("customProperties",), f"the severity {shown(own['severity'])}", "Write error or warning.")


def _target(to: list[str]) -> Reference | None:
    """The key that is named; None where it is named by ids, in another file, or by more than dataset and column."""
    if not to or not all(_PARTS.match(name) and "/" not in name for name in to):
        return None
    parts = [name.split(".") for name in to]
    if len({part[0] for part in parts}) != 1:
        return None
    return Reference(dataset_named(parts[0][0]), columns_named([part[1] for part in parts]))


def _own(item: Relationship) -> dict[str | None, Any]:
    return {own.property: own.value for own in item.customProperties or []}


def checked_references(path: Path, contract: Contract, others: Mapping[str, Contract], called: str = "") -> Contract:
    """The contract with those of its foreign keys that name the primary key of another of the model's datasets.

    `called` is its object, where the file describes several. The other keys are promises that are only said. Raises
    Invalid, with lines, for one that names what a dataset of the model does not have, or has with another type.
    """
    rules = [rule for rule in contract.rules if rule.references]
    wrong = {rule.id: fault for rule in rules if (fault := _contradiction(rule, contract, others))}
    if wrong:
        document = read_document(path)
        places = dict(_places(document.value, {called, contract.dataset}))
        findings = [
            Finding(places.get(rule.references, ()), *wrong[rule.id])
            for rule in rules
            if rule.references and rule.id in wrong
        ]
        raise invalid(document.faults_of(findings))
    said = {rule.id: why for rule in rules if (why := _unchecked(rule, contract, others))}
    if not said:
        return contract
    more = tuple(Said(rule.id, _promise(rule), said[rule.id]) for rule in rules if rule.id in said)
    kept = tuple(rule for rule in contract.rules if rule.id not in said)
    return replace(contract, rules=kept, said=(*(contract.said or ()), *more))


def _contradiction(rule: Rule, contract: Contract, others: Mapping[str, Contract]) -> tuple[str, str] | None:
    """What is wrong with the columns it names, and what to do."""
    key = rule.references
    if key is None or key.dataset == contract.dataset or key.dataset not in others:
        return None
    there = {column.name: column.type for column in others[key.dataset].columns}
    if unknown := [name for name in key.columns if name not in there]:
        return f"{unknown[0]}, which {key.dataset} does not have", f"Its columns: {', '.join(there)}."
    here = {column.name: column.type for column in contract.columns}
    if [here[name] for name in rule.columns] == [there[name] for name in key.columns]:
        return None
    types = f"{', '.join(there[name] for name in key.columns)} beside {', '.join(here[name] for name in rule.columns)}"
    return types, "Give both sides one type."


def _unchecked(rule: Rule, contract: Contract, others: Mapping[str, Contract]) -> str | None:
    key = rule.references
    if key is None:
        return None
    if key.dataset == contract.dataset or key.dataset not in others:
        return f"{key.dataset} is no other dataset of the model"
    if key.columns != others[key.dataset].primary_key:
        there = ", ".join(others[key.dataset].primary_key)
        return f"only keys are looked up, and the key of {key.dataset} is {there or 'not said'}"
    return None


def _promise(rule: Rule) -> str:
    key = rule.references
    there = f"{key.dataset}.{', '.join(key.columns)}" if key else ""
    return f"{', '.join(rule.columns)} in {there}"


def _places(value: Any, names: set[str]) -> Iterator[tuple[Reference | None, FieldPath]]:
    """Where each reference of a contract, valid in itself, is written; with several objects, in the dataset's own."""
    for place, schema in enumerate(value["schema"]):
        if len(value["schema"]) > 1 and names.isdisjoint((schema["name"], dataset_named(str(schema["name"])))):
            continue
        holders: list[tuple[Any, FieldPath]] = [(schema, ("schema", place))]
        properties = enumerate(schema.get("properties") or [])
        holders += [(item, ("schema", place, "properties", index)) for index, item in properties]
        for holder, path in holders:
            for index, item in enumerate(holder.get("relationships") or []):
                to = [item["to"]] if isinstance(item["to"], str) else item["to"]
                yield _target(to), (*path, "relationships", index, "to")
