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
"""A slow row is asked so often; the least counts: what is more is somebody else's, who had the processor in between."""


def explanation_of(content: bytes, kernel: Kernel, table: pd.DataFrame | None, most: int = ROWS) -> Explained:
    """By which method its scores are explained, or why not; with a table also what at most so many of its rows cost."""
    model = CompiledModel(content, kernel)
    try:
        margins = margins_of(model)
    except Unavailable:
        return Explained(why=model.about.unexplained)
    why = None if margins.method != "saabas" else _WHY
    costs = [] if table is None else _costs(model, table, most)
    if not costs:
        return Explained(margins.method, margins.explains, why)
    worst, middle = costs[0] * 1e3, median(costs) * 1e3
    return Explained(margins.method, margins.explains, why, len(costs), round(middle, 4), round(worst, 4))


_WHY = "exact ones of so many or so deep trees take too long"


def _costs(model: CompiledModel, table: pd.DataFrame, most: int) -> list[float]:
    """Seconds of CPU of each row, as `predict` explains it, the worst first; refused rows have none.

    The rows are evenly spread over the table.
    """
    places: Any = np.linspace(0, len(table) - 1, min(len(table), most)).astype(np.int64)
    some = table.iloc[places].astype(object)
    rows = some.where(some.notna(), None).to_dict("records")
    asked = [(cost, row) for row in rows if (cost := _cost(model, row)) is not None]
    asked.sort(key=_first, reverse=True)
    worst = 0.0
    for place, (cost, row) in enumerate(asked):
        if cost <= worst:
            break
        asked[place] = min([cost, *(_cost(model, row) or cost for _ in range(REPEATS - 1))]), row
        worst = max(worst, asked[place][0])
    return sorted(map(_first, asked), reverse=True)


def _first(pair: tuple[float, object]) -> float:
    return pair[0]


def _cost(model: CompiledModel, row: dict[Any, Any]) -> float | None:
    began = time.thread_time()
    try:
        explained(model, row)
    except ValueError:
        return None
    return time.thread_time() - began
