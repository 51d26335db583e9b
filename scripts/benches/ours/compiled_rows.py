"""Rows through a compiled model: `compiled_rows.py FOLDER MODEL KERNEL`."""

from __future__ import annotations

import json
import sys
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benches.peers.row_times import least, told
from serin.serving.compiled.explaining import explained
from serin.serving.compiled.kernel import kernel_at
from serin.serving.compiled.model import CompiledModel


def main() -> None:
    """Print the figures: one row as `predict` scores it, many by whole columns."""
    folder, name, kernel = Path(sys.argv[1]), sys.argv[2], kernel_at(Path(sys.argv[3]))
    model = CompiledModel((folder / f"{name}.bin").read_bytes(), kernel)
    rows = json.loads((folder / "rows.json").read_text())
    columns = _columns(folder, model)
    few = [column[:1000] for column in columns]
    few_rows = rows[:300]
    spent = least(lambda: [explained(model, row) for row in few_rows], 3) if model.about.margins else None
    more = {} if spent is None else {"explain_us": spent / len(few_rows) * 1e6}
    told(lambda row: model.score([row]), rows, lambda: _scored(model, few), lambda: _scored(model, columns), **more)


def _scored(model: CompiledModel, columns: Sequence[Any]) -> array[float]:
    return model.scores_of(model.columns(columns))


def _columns(folder: Path, model: CompiledModel) -> list[Any]:
    """As a file of rows is read: numbers as float64, texts as they are."""
    import joblib

    table = joblib.load(folder / "table.joblib")
    return [
        array("d", table[column.name].to_list()) if column.kind == "numeric" else table[column.name].tolist()
        for column in model.about.columns
    ]


if __name__ == "__main__":
    main()
