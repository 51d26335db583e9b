"""Reading a charter: `model.yaml`, and whatever it names, into the domain's Charter."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid
from serin.files.charter_checks import CHECKS
from serin.files.charter_schema import CharterFile
from serin.files.code_outlines import Outline, read_outline
from serin.files.compiling import compiled, inputs_of
from serin.files.contract_references import checked_references
from serin.files.contracts import read_contract
from serin.files.faults import Fault, FieldPath, Finding, invalid, together
from serin.files.fields import Unknown, unknown_fields, without
from serin.files.golden import GoldenRow, read_golden
from serin.files.pydantic_findings import findings_of
from serin.files.subjects import Subject
from serin.files.yaml_files import Document, read_document

T = TypeVar("T")


@dataclass(frozen=True)
class Examined:
    """A charter without faults, and what was read on the way."""

    charter: Charter
    contracts: Mapping[str, Contract]
    golden: tuple[GoldenRow, ...]


def read_charter(path: Path) -> Charter:
    """The charter in `path`; raises Invalid, listing every fault of it and of the files it names, with their lines."""
    return examine(path).charter


def examine(path: Path) -> Examined:
    """The charter in `path` with its contracts and golden rows; raises Invalid as `read_charter` does."""
    document = read_document(path)
    if not isinstance(document.value, dict):
        raise invalid([document.fault((), "no fields", "Begin with `charter: 1` and `model: <name>`.")])
    reading = _Reading(document, path.absolute().parent)
    charter = reading.sections(document.value)
    subject = reading.subject(charter)
    for check in CHECKS:
        if check.needs <= charter.model_fields_set:
            reading.find(*check.findings(subject))
    golden = reading.golden(charter)
    if reading.faults or reading.foreign:
        raise _all_faults(reading)
    return Examined(compiled(charter), subject.contracts, golden)


def _all_faults(reading: _Reading) -> Invalid:
    """The charter's own faults first, then those of the files it names."""
    return together([*([invalid(reading.faults)] if reading.faults else []), *reading.foreign])


@dataclass
class _Reading:
    """One charter while it is read; faults gather here."""

    document: Document
    folder: Path
    faults: list[Fault] = field(default_factory=list)
    foreign: list[Invalid] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.faults += self.document.faults

    def find(self, *findings: Finding) -> None:
        self.faults += self.document.faults_of(findings)

    def sections(self, value: dict[str, Any]) -> CharterFile:
        """The well-formed sections; unknown fields do not make theirs ill-formed."""
        for unknown in unknown_fields(CharterFile, value):
            self.find(_refusal(unknown))
            value = without(value, unknown.path)
        read = {}
        for name, spec in CharterFile.model_fields.items():
            if name not in value:
                if spec.is_required():
                    self.find(Finding((name,), "is missing", f"Add {name}."))
                continue
            try:
                adapter = TypeAdapter[Any](spec.rebuild_annotation())
                read[name] = adapter.validate_python(value[name], strict=True)
            except ValidationError as error:
                self.find(*findings_of(error, (name,)))
        return CharterFile.model_construct(set(read), **read)

    def subject(self, charter: CharterFile) -> Subject:
        """The charter with every contract and module that it names and that can be read."""
        contracts = self._contracts(charter) if "datasets" in charter.model_fields_set else {}
        return Subject(charter, self.folder, contracts, self._modules(_calls(charter)))

    def _contracts(self, charter: CharterFile) -> dict[str, Contract]:
        contracts = {}
        for name, dataset in charter.datasets.items():
            path: FieldPath = ("datasets", name, "contract")
            file, _, called = dataset.contract.partition("#")
            contract = self._named_file(path, file, partial(read_contract, dataset=name, called=called or None))
            if contract and contract.dataset != name:
                found = f"a contract of {contract.dataset!r}"
                remedy = f"Name the contract of {name}, or the object in it that is {name}: `{file}#OBJECT`."
                self.find(Finding(path, found, remedy))
            elif contract:
                contracts[name] = contract
        # A contract that could not be read is not a dataset that is not there.
        if len(contracts) == len(charter.datasets):
            return self._with_references(charter, contracts)
        return contracts

    def _with_references(self, charter: CharterFile, contracts: Mapping[str, Contract]) -> dict[str, Contract]:
        """The contracts with the foreign keys that can be looked up among the model's datasets."""
        checked = {}
        for name, contract in contracts.items():
            file, _, called = charter.datasets[name].contract.partition("#")
            try:
                checked[name] = checked_references(self.folder / file, contract, contracts, called)
            except Invalid as error:
                self.foreign.append(error)
        return checked

    def _modules(self, calls: Mapping[FieldPath, str]) -> dict[str, Outline]:
        outlines: dict[str, Outline] = {}
        absent: set[str] = set()
        for path, call in calls.items():
            module, _, name = call.partition(":")
            if module not in outlines and module not in absent:
                outline = self._named_file(path, f"{module}.py", read_outline)
                outlines |= {module: outline} if outline else {}
                absent |= set() if outline else {module}
            if module in outlines and name not in outlines[module].functions:
                known = ", ".join(outlines[module].functions) or "none"
                found = f"a function {name} that {module}.py does not have"
                self.find(Finding(path, found, f"Functions there: {known}."))
        return outlines

    def _named_file(self, path: FieldPath, name: str, read: Callable[[Path], T]) -> T | None:
        """What a file of the folder holds; None, with the reason among the faults, when it cannot be read."""
        if not (self.folder / name).is_file():
            self.find(Finding(path, f"{name}, which is not in the folder", f"Write {name}, or correct the path."))
            return None
        try:
            return read(self.folder / name)
        except Invalid as error:
            if error.message not in {other.message for other in self.foreign}:
                self.foreign.append(error)
            return None

    def golden(self, charter: CharterFile) -> tuple[GoldenRow, ...]:
        """The golden rows, when the sections that say what they are allow reading them."""
        if not {"release", "inputs", "task"} <= charter.model_fields_set:
            return ()
        inputs = inputs_of(charter.inputs)
        name = charter.release.golden
        positive = charter.positive if "positive" in charter.model_fields_set else None
        rows = self._named_file(
            ("release", "golden"), name, lambda file: read_golden(file, charter.task, inputs, positive)
        )
        return rows or ()


def _calls(charter: CharterFile) -> dict[FieldPath, str]:
    calls: dict[FieldPath, str] = {}
    if "datasets" in charter.model_fields_set:
        derived = {name: dataset.derive for name, dataset in charter.datasets.items() if dataset.derive}
        calls |= {("datasets", name, "derive", "call"): derive.call for name, derive in derived.items()}
    if "features" in charter.model_fields_set:
        calls |= {("features", "on_demand", name): call for name, call in charter.features.on_demand.items()}
    if "training" in charter.model_fields_set and charter.training.pipeline:
        calls[("training", "pipeline")] = f"{charter.training.pipeline.removesuffix('.py')}:pipeline"
    return calls


def _refusal(unknown: Unknown) -> Finding:
    found = f"unknown field; {unknown.suggestion}" if unknown.suggestion else "unknown field"
    return Finding(unknown.path, found, f"Known here: {', '.join(unknown.known)}.")
