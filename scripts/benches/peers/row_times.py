"""How long rows take, in CPU time: for whoever scores them, each in a process of its own."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any


def told(one: Callable[[Any], object], rows: Sequence[Any], few: Callable[[], object], bulk: Callable[[], object],
         **more: Any) -> None:  # fmt: skip
    """Print the figures: distinct rows one after the other, the least of some runs of 1,000 and of 100,000."""
    for row in rows[:20]:
        one(row)
    began = time.process_time()
    for row in rows:
        one(row)
    alone = (time.process_time() - began) / len(rows)
    figures = {"one_row_us": alone * 1e6, "bulk_1k_ms": least(few, 9) * 1e3, "bulk_100k_ms": least(bulk, 3) * 1e3}
    print(json.dumps({**figures, **more}))


def least(work: Callable[[], object], runs: int) -> float:
    """The least CPU time of some runs, in seconds."""
    spent = []
    for _ in range(runs):
        began = time.process_time()
        work()
        spent.append(time.process_time() - began)
    return min(spent)
