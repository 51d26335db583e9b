"""What a file must be to be a contract of the standard at all: its fields, their types, and its first lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from open_data_contract_standard.model import OpenDataContractStandard
from pydantic import ValidationError

from serin.files.faults import Finding, shown
from serin.files.fields import unknown_fields
from serin.files.pydantic_findings import findings_of

# The others are prose, in which the standard leaves room for fields of one's own.
_CHECKED = ("schema", "slaProperties")
_KNOWN = frozenset(field.alias or name for name, field in OpenDataContractStandard.model_fields.items())
_READ = ("kind", "apiVersion", "version", "id", "schema", "slaProperties", "slaDefaultElement")


def standard_of(value: object) -> tuple[OpenDataContractStandard | None, list[Finding]]:
    """The file's fields that are read, by the standard's model, or what is wrong with them."""
    if not isinstance(value, dict):
        return None, [Finding((), shown(value), "Write the fields of an ODCS contract: apiVersion, kind, id, schema.")]
    checked = {name: item for name, item in value.items() if name in _CHECKED or name not in _KNOWN}
    unknown = [_unknown(item.path, item.suggestion) for item in unknown_fields(OpenDataContractStandard, checked)]
    if unknown:
        return None, unknown
    try:
        read = {name: item for name, item in value.items() if name in _READ}
        contract = OpenDataContractStandard.model_validate(read, strict=True)
    except ValidationError as error:
        return None, list(findings_of(error))
    findings = [*_header(contract), *_prose(value), *_names(contract)]
    return None if findings else contract, findings


def _unknown(path: tuple[str | int, ...], suggestion: str) -> Finding:
    found = f"unknown field; {suggestion}" if suggestion else "unknown field"
    return Finding(path, found, "Use the fields of ODCS v3, or customProperties for your own.")


def _header(contract: OpenDataContractStandard) -> Iterator[Finding]:
    if contract.kind != "DataContract":
        yield Finding(("kind",), shown(contract.kind), "Write `kind: DataContract`.")
    # The schema of v3 takes the last versions before it too, for files with the fields of v3.
    if not re.fullmatch(r"v(3\.\d+|2\.2)\.\d+", contract.apiVersion or ""):
        yield Finding(("apiVersion",), shown(contract.apiVersion), "Write `apiVersion: v3.1.0`; ODCS v3 is read.")
    if not contract.version:
        yield Finding(("version",), "is missing", "Add the contract's own version, such as 1.0.0.")
    if not contract.id:
        yield Finding(("id",), "is missing", "Add an id that no other contract has, such as the dataset's name.")


def _names(contract: OpenDataContractStandard) -> Iterator[Finding]:
    for place, schema in enumerate(contract.schema_ or []):
        if not schema.name:
            yield Finding(("schema", place, "name"), shown(schema.name), "Give the object a name.")


def _prose(value: Mapping[str, object]) -> Iterator[Finding]:
    """Prose is read over, but a section of it that is a word is most likely the wrong indentation."""
    sections: Mapping[str, tuple[type, ...]] = {
        "description": (dict,),
        "servers": (list,),
        "team": (dict, list),
        "support": (list,),
        "roles": (list,),
        "tags": (list,),
        "price": (dict,),
    }
    for name, kinds in sections.items():
        if name in value and not isinstance(value[name], kinds):
            yield Finding((name,), shown(value[name]), f"Write a {' or '.join(_WORDS[kind] for kind in kinds)}.")


_WORDS: Mapping[type, str] = {dict: "section", list: "list"}
