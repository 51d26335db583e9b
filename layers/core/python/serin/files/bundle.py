"""What the layers carry of the models: charters, contracts and golden rows as JSON, and the models' own code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from serin.domain.records import as_record
from serin.files.links import refuse_links
from serin.files.models import ModelFolder


def write_charters(models: Sequence[ModelFolder], out: Path) -> None:
    """Write the package `serin_charters` into `out`; equal models give equal bytes."""
    package = out / "serin_charters"
    _write(package / "__init__.py", '"""The charters this deployment was made with."""\n')
    for model in models:
        folder = package / model.charter.model
        _write(folder / "charter.json", _json(as_record(model.charter)))
        _write(folder / "golden.json", _json(model.golden))
        for dataset, contract in model.contracts.items():
            _write(folder / "contracts" / f"{dataset}.json", _json(as_record(contract)))


def write_code(model: ModelFolder, out: Path) -> None:
    """Write the package `model_code` into `out`: the Python files beside the model's charter, as they are."""
    refuse_links(model.folder)
    package = out / "model_code"
    _write(package / "__init__.py", f'"""The code of the model {model.charter.model}."""\n')
    for source in sorted(model.folder.glob("*.py")):
        if source.name != "__init__.py":
            (package / source.name).write_bytes(source.read_bytes())


def _json(value: object) -> str:
    # Not sorted: the order of a search space is the order of its trials.
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())
