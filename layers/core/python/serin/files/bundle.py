"""What the layers carry of the models: charters, contracts and golden rows as JSON, and the models' own code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from serin.domain.model_source import ModelSource
from serin.domain.records import as_record
from serin.files.links import refuse_links
from serin.files.models import ModelFolder


def write_charters(models: Sequence[ModelFolder], out: Path) -> None:
    """Write the package `serin_charters` into `out`; equal models give equal bytes."""
    package = out / "serin_charters"
    _write(package / "__init__.py", b'"""The charters this deployment was made with."""\n')
    for model in models:
        folder = package / model.charter.model
        _write(folder / "charter.json", _json(as_record(model.charter)))
        _write(folder / "golden.json", _json(model.golden))
        for dataset, contract in model.contracts.items():
            _write(folder / "contracts" / f"{dataset}.json", _json(as_record(contract)))


def write_code(model: ModelFolder, out: Path) -> None:
    """Write the package `model_code` into `out`."""
    for name, content in code_of(model).items():
        _write(out / "model_code" / name, content)


def source_of(model: ModelFolder) -> ModelSource:
    """What a training of the model is made by, as a function finds it once it is deployed."""
    return ModelSource(model.charter, model.contracts, code_of(model), model.golden)


def code_of(model: ModelFolder) -> Mapping[str, bytes]:
    """The package of the model's code by file: the Python files beside its charter, as they are."""
    refuse_links(model.folder)
    sources = [path for path in sorted(model.folder.glob("*.py")) if path.name != "__init__.py"]
    package = f'"""The code of the model {model.charter.model}."""\n'.encode()
    return {"__init__.py": package, **{path.name: path.read_bytes() for path in sources}}


def _json(value: object) -> bytes:
    # Not sorted: the order of a search space is the order of its trials.
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
