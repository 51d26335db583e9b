"""What a compiled model's explanations are and cost, as the charter's requirement is held against them."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from serin.domain.errors import Unavailable
from serin.domain.explainability import Explained
from serin.serving.compiled.explaining import explained, margins_of
from serin.serving.compiled.kernel import Kernel
from serin.serving.compiled.model import CompiledModel

ROWS = 1000
REPEATS = 3
"""A row's cost is the least of so many: what is more is somebody else's, who had the processor in between."""


def explanation_of(content: bytes, kernel: Kernel, table: pd.DataFrame | None) -> Explained:
    """By which method its scores are explained, or why not; with a table also what its rows cost, 1,000 at most."""
    model = CompiledModel(content, kernel)
    try:
        margins = margins_of(model)
    except Unavailable:
        return Explained(why=model.about.unexplained)
    why = None if margins.method != "saabas" else _WHY
    costs = [] if table is None else _costs(model, table)
    if not costs:
        return Explained(margins.method, margins.explains, why)
    worst, middle = max(costs) * 1e3, median(costs) * 1e3
    return Explained(margins.method, margins.explains, why, len(costs), round(middle, 4), round(worst, 4))


_WHY = "exact ones of so many or so deep trees take too long"


def _costs(model: CompiledModel, table: pd.DataFrame) -> list[float]:
    """Seconds of CPU of each row, as `predict` explains it, evenly spread over the table; refused rows have none."""
    places: Any = np.linspace(0, len(table) - 1, min(len(table), ROWS)).astype(np.int64)
    some = table.iloc[places].astype(object)
    costs = []
    for row in some.where(some.notna(), None).to_dict("records"):
        try:
            costs.append(min(_cost(model, row) for _ in range(REPEATS)))
        except ValueError:
            continue
    return costs


def _cost(model: CompiledModel, row: dict[Any, Any]) -> float:
    began = time.thread_time()
    explained(model, row)
    return time.thread_time() - began
