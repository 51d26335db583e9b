"""Reading the folder `models/`: everything users wrote, checked together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.errors import Invalid
from serin.files.charters import examine
from serin.files.faults import shown_file
from serin.files.golden import GoldenRow


@dataclass(frozen=True)
class ModelFolder:
    """One model as its team wrote it; `contracts` are by dataset."""

    charter: Charter
    folder: Path
    contracts: Mapping[str, Contract]
    golden: tuple[GoldenRow, ...]


def read_models(folder: Path) -> tuple[ModelFolder, ...]:
    """Every model below `folder`, by name; raises Invalid when one is, or when two disagree about a dataset."""
    if not folder.is_dir():
        raise Invalid(f"There is no folder {folder.name}/.", "Make one folder a model in it, each with a model.yaml.")
    found = []
    for path in sorted(item for item in folder.iterdir() if item.is_dir() and not item.name.startswith((".", "_"))):
        examined = examine(path / "model.yaml")
        found.append(ModelFolder(examined.charter, path, examined.contracts, examined.golden))
    _agree(found)
    return tuple(found)


def _agree(models: list[ModelFolder]) -> None:
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
