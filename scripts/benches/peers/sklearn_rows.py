"""Rows through scikit-learn's own pipeline, from dicts by a DataFrame: `sklearn_rows.py FOLDER MODEL`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
from row_times import told
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

ROWS = 150


def main() -> None:
    """Print the figures, on one thread."""
    folder, name = Path(sys.argv[1]), sys.argv[2]
    pipeline, table = joblib.load(folder / f"{name}.joblib"), joblib.load(folder / "table.joblib")
    rows = json.loads((folder / "rows.json").read_text())[:ROWS]

    def one(row: dict[str, Any]) -> object:
        return pipeline.predict_proba(pd.DataFrame([row], columns=table.columns).astype(table.dtypes))

    few = table.head(1000)
    with threadpool_limits(limits=1):
        told(one, rows, lambda: pipeline.predict_proba(few), lambda: pipeline.predict_proba(table))


if __name__ == "__main__":
    main()
