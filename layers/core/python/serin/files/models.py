"""Reading the folder `models/`: everything users wrote, checked together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from serin.domain.charter import Charter, DatasetUse, sources_of
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid
from serin.domain.personal import Treatment
from serin.domain.shown_names import hidden_names
from serin.domain.sources import Source
from serin.files.charters import examine
from serin.files.derivation_code import with_code
from serin.files.durations import written
from serin.files.faults import Fault, FieldPath, invalid, shown_file, together
from serin.files.golden import GoldenRow
from serin.files.links import refuse_links
from serin.files.yaml_files import read_document


@dataclass(frozen=True)
class ModelFolder:
    """One model as its team wrote it; `contracts` are by dataset."""

    charter: Charter
    folder: Path
    contracts: Mapping[str, Contract]
    golden: tuple[GoldenRow, ...]


def read_models(folder: Path) -> tuple[ModelFolder, ...]:
    """Every model below `folder`, by name.

    Raises Invalid, with the faults of all, when some are, or when two disagree about what they share.
    """
    if not folder.is_dir():
        raise Invalid(f"There is no folder {folder.name}/.", "Make one folder a model in it, each with a model.yaml.")
    models, faults = list[ModelFolder](), list[Invalid]()
    for path in sorted(item for item in folder.iterdir() if item.is_dir() and not item.name.startswith((".", "_"))):
        try:
            models.append(read_model(path))
        except Invalid as error:
            faults.append(error)
    if faults:
        raise together(faults)
    _agree_on_personal_data(models)
    _agree_on_datasets(models)
    _agree_on_sources(models)
    return tuple(models)


def read_model(path: Path) -> ModelFolder:
    """One model of that folder; raises Invalid with all its faults."""
    refuse_links(path)
    examined = examine(path / "model.yaml")
    charter = with_types(with_code(examined.charter, path), examined.contracts)
    _refuse_slices_not_shown(charter, path)
    return ModelFolder(charter, path, examined.contracts, examined.golden)


def _refuse_slices_not_shown(charter: Charter, path: Path) -> None:
    """Each value of a slice is named wherever it is judged, so that it has to be one that people may be shown."""
    of_gate: dict[FieldPath, str] = {("design", "requirements", "slices", name): name for name in charter.slices}
    watched: dict[FieldPath, str] = {
        ("monitoring", "slices", place): name for place, name in enumerate(charter.monitoring.slices)
    }
    hidden, document = hidden_names(charter), read_document(path / "model.yaml")
    remedy = "Slice by another column, or change its classification where its values may be shown."
    faults = [
        document.fault(at, f"{name!r}, of which a contract keeps all values back", remedy)
        for at, name in {**of_gate, **watched}.items()
        if name in hidden
    ]
    if faults:
        raise invalid(faults)


def with_types(charter: Charter, contracts: Mapping[str, Contract]) -> Charter:
    """The charter with what its contracts say of the columns of its datasets: their types, and which are not shown."""
    return replace(charter, datasets=tuple(_with_types(use, contracts[use.name]) for use in charter.datasets))


def _with_types(use: DatasetUse, contract: Contract) -> DatasetUse:
    hidden = tuple(column.name for column in contract.columns if not column.shown)
    types = {column.name: column.type for column in contract.columns}
    return replace(use, types=types, not_shown=hidden or None)


def _agree_on_personal_data(models: list[ModelFolder]) -> None:
    """A file is read once for all models, so what is taken out of it is taken out for all."""
    first: dict[str, ModelFolder] = {}
    for model in models:
        for dataset, contract in model.contracts.items():
            other = first.setdefault(dataset, model)
            ours, theirs = _treatments(contract), _treatments(other.contracts[dataset])
            differing = sorted(name for name in ours | theirs if ours.get(name) != theirs.get(name))
            if differing:
                path = ("design", "compliance", "personal_data", differing[0])
                document = read_document(model.folder / "model.yaml")
                found = f"{ours.get(differing[0], 'nothing')} for {dataset}, and {other.charter.model} says "
                found += str(theirs.get(differing[0], "nothing"))
                raise invalid([document.fault(path, found, "Say the same in both charters.")])


def _treatments(contract: Contract) -> dict[str, Treatment]:
    columns = (*contract.columns, *(contract.dropped or ()))
    return {column.name: column.personal for column in columns if column.personal}


def _agree_on_datasets(models: list[ModelFolder]) -> None:
    """A dataset is uploaded once for all models, so it has one contract."""
    first: dict[str, ModelFolder] = {}
    for model in models:
        for dataset, contract in model.contracts.items():
            other = first.setdefault(dataset, model)
            if other.contracts[dataset] != contract:
                ours = shown_file(model.folder / model.charter.dataset(dataset).contract)
                theirs = shown_file(other.folder / other.charter.dataset(dataset).contract)
                raise Invalid(
                    f"{ours}:1: the dataset {dataset!r} has another contract in {theirs}.",
                    "Make the two contracts equal, or give the dataset another name.",
                )


def _agree_on_sources(models: list[ModelFolder]) -> None:
    """A dataset's files are copied in once for all models, so those that name its source name one."""
    first: dict[str, tuple[Source, ModelFolder]] = {}
    for model in models:
        for dataset, source in sources_of([model.charter]).items():
            known, other = first.setdefault(dataset, (source, model))
            if known != source:
                theirs = _source_fault(other, dataset, "")
                found = f"{_told(source)}, and {theirs.file}:{theirs.line} says {_told(known)}"
                raise invalid([_source_fault(model, dataset, found)])


def _source_fault(model: ModelFolder, dataset: str, found: str) -> Fault:
    remedy = f"Name one source of {dataset} in both, or leave it out in one of the two."
    return read_document(model.folder / "model.yaml").fault(("datasets", dataset, "source"), found, remedy)


def _told(source: Source) -> str:
    return f"{source.url} every {written(source.every)}"
