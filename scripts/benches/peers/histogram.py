"""The histogram model as the peers that serve a pipeline open it, and the table that it asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

TEXTS = ("carrier", "origin", "dest", "tailnum")


def pipeline_in(folder: Path) -> Any:
    """As it was fitted."""
    return joblib.load(folder / "histogram.joblib")


def table_of(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Texts as objects, numbers as float64, whatever the rows hold."""
    return typed(pd.DataFrame(list(rows)))


def typed(table: pd.DataFrame) -> pd.DataFrame:
    """The same of a table."""
    return table.astype({name: object if name in TEXTS else float for name in table})


def probabilities(pipeline: Any, table: pd.DataFrame) -> list[float]:
    """Of the positive class."""
    scores: list[float] = pipeline.predict_proba(table)[:, 1].tolist()
    return scores
