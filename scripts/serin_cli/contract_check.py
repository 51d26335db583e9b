"""`serin contract`: what a file's rows suggest, and what of a contract (ODCS v3) is checked and what is only said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from serin.domain.contract_rules import rules_of
from serin.domain.contracts import Contract, Said
from serin.domain.errors import Invalid
from serin.files.contracts import ContractFile, ObjectRead, read_contract_file
from serin.files.faults import InvalidFiles, invalid
from serin.pages.rules import with_reason
from serin_cli import story
from serin_cli.command_line.words import Json
from serin_cli.documents import print_json

Record = dict[str, Any]
_REFUSED = "What is refused contradicts the standard, or itself; everything else is checked or said."


def check(
    *files: Annotated[Path, Parameter(name="FILE", required=True, help="contracts (ODCS v3), or folders of them")],
    as_json: Json = False,
) -> None:
    """What of contracts is checked, what is only said, and what contradicts the standard or itself.

    It ends with 1, after all of them are printed, when one is refused.
    """
    records = [_record(file) for name in files for file in _files(name)]
    if as_json:
        print_json(records)
    else:
        _show(records)
    refused = [record for record in records if record["faults"]]
    if refused:
        named = ", ".join(record["file"] for record in refused)
        raise Invalid(f"{len(refused)} of {len(records)} contracts are refused: {named}.", _REFUSED)


def _files(named: Path) -> list[str]:
    """The file, or those of a folder."""
    if not named.is_dir():
        return [str(named)]
    files = sorted(str(file) for file in named.rglob("*") if file.suffix in (".yaml", ".yml"))
    if not files:
        raise Invalid(f"{named} is a folder without a YAML file.", "Name a contract, or a folder that holds some.")
    return files


def _record(file: str) -> Record:
    try:
        read = read_contract_file(Path(file))
    except InvalidFiles as error:
        return {"file": file, "faults": _told(file, error), "objects": [], "said": []}
    found = [read.read(place) for place in range(len(read.schemas))]
    objects = [_object(one) for one in found]
    return {"file": file, "faults": _faults(file, read, found), "objects": objects, "said": _said(read.said)}


def _faults(file: str, read: ContractFile, objects: Sequence[ObjectRead]) -> list[str]:
    faults = [*read.document.faults, *(fault for one in objects for fault in read.document.faults_of(one.findings))]
    return _told(file, invalid(faults)) if faults else []


def _told(file: str, error: InvalidFiles) -> list[str]:
    """A line for each fault with what to do, by the file's name as it was typed."""
    return [replace(fault, file=file).line_with_remedy for fault in error.faults]


def _object(read: ObjectRead) -> Record:
    contract = read.contract
    return {
        "object": read.name,
        "dataset": read.dataset,
        "columns": [column.name for column in contract.columns] if contract else [],
        "left_out": list(contract.left_out or ()) if contract else [],
        "primary_key": list(contract.primary_key) if contract else [],
        "checked": [{"id": name, "asks": asks} for name, asks in _checked(contract)] if contract else [],
        "said": _said(read.said),
        "notes": list(read.notes),
    }


def _checked(contract: Contract) -> Iterator[tuple[str, str]]:
    looked_up = "; looked up where the model has that dataset, with this key"
    for rule in rules_of(contract):
        yield rule.id, with_reason(rule, contract) + (looked_up if rule.references else "")
    for whole in contract.dataset_rules:
        yield whole.id, with_reason(whole, contract)


def _said(said: Sequence[Said]) -> list[Mapping[str, str]]:
    return [{"about": one.about, "promise": one.promise, "reason": one.reason} for one in said]


def _show(records: Sequence[Record]) -> None:
    lines = [line for record in records for line in _lines(record)]
    story.show_table(lines, list(lines[0]))
    for record in records:
        for fault in record["faults"]:
            story.say(f"refused: {fault}")
        for one in [*record["objects"], {**record, "object": "", "checked": [], "notes": []}]:
            _show_object(record["file"], one)


def _lines(record: Record) -> Iterator[Record]:
    file = Path(record["file"]).name
    verdict = "refused" if record["faults"] else "read"
    nothing: Record = {"object": "", "dataset": "", "columns": (), "checked": (), "said": record["said"]}
    for one in record["objects"] or [nothing]:
        counts = {name: len(one[name]) for name in ("columns", "checked")}
        said = {"said, not checked": len(one["said"])}
        yield {"file": file, "object": one["object"], "dataset": one["dataset"], **counts, **said, "": verdict}


def _show_object(file: str, one: Record) -> None:
    if not (one["checked"] or one["said"] or one["notes"]):
        return
    story.chapter(f"{Path(file).name}#{one['object']}" if one["object"] else Path(file).name)
    rows = [{"promise": rule["id"], "": "checked", "how": rule["asks"]} for rule in one["checked"]]
    rows += [
        {"promise": f"{said['about']}: {said['promise']}", "": "said, not checked", "how": said["reason"]}
        for said in one["said"]
    ]
    if rows:
        story.show_table(rows, list(rows[0]))
    for note in one["notes"]:
        story.say(f"note: {note}")
