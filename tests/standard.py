"""The Open Data Contract Standard's own schema, as the package that reads contracts ships it."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

import yaml
from jsonschema import Draft201909Validator

# What contracts of ours use of the standard's later minors; the schema of the newest takes it under any version.
SINCE = {"v3.2.0": (("relationships", "id"), ("slaProperties", "customProperties"))}


@cache
def _validator() -> Any:
    schema = json.loads(files("open_data_contract_standard").joinpath("schema.json").read_text())
    # Its conditions on a logical type hold of a column that has none too, which so would need a `map` and `dimensions`.
    for condition in schema["$defs"]["SchemaBaseProperty"]["allOf"]:
        for branch in condition.get("if", {}).get("anyOf", [condition.get("if", {})]):
            branch["required"] = ["logicalType"]
    return Draft201909Validator(schema)


def breaks(text: str) -> list[str]:
    """What the standard does not allow in a contract, with fields that are newer than the version it names."""
    contract = yaml.safe_load(text)
    found = [f"{error.json_path}: {error.message}" for error in _validator().iter_errors(contract)]
    version = str(contract["apiVersion"])
    newer = {pair for since, pairs in SINCE.items() if version < since for pair in pairs}
    return found + [f"{holder}.{name} in {version}" for holder, name in sorted(newer & _used(contract))]


def _used(value: Any, holder: str = "") -> set[tuple[str, str]]:
    if isinstance(value, list):
        return {pair for item in value for pair in _used(item, holder)}
    if not isinstance(value, dict):
        return set()
    return {(holder, name) for name in value} | {pair for name, item in value.items() for pair in _used(item, name)}
