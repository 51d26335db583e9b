"""A fitted pipeline as a compiled model that is proven to answer the same, or why scikit-learn has to serve it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from serin.domain.charter import Task
from serin.domain.compilation import Compilation, Parity
from serin.domain.explainability import Explained
from serin.domain.model_code import RAISED, raised
from serin.learning.compiling.columns import NotCovered
from serin.learning.compiling.compiler import compile_pipeline
from serin.learning.compiling.explained import explanation_of
from serin.learning.compiling.parity import prove
from serin.learning.fitting import Fitted
from serin.serving.compiled.kernel import Kernel
from serin.serving.estimators import sha256_of

MOST_ROWS = 20_000
"""Rows of a table that both are asked; evenly spread where there are more."""
MIB = 1024 * 1024
FEW_ROWS = 200
"""Rows that a trial explains, which is not registered: enough to see that it would be too slow."""


@dataclass(frozen=True)
class Proven:
    """What became of it, and the file where it may serve."""

    compilation: Compilation
    content: bytes | None = None


def compiled_and_proven(
    fitted: Fitted,
    task: Task,
    table: pd.DataFrame,
    kernel: Kernel | None,
    room: int,
    most: int = MOST_ROWS,
    *,
    timed: bool = False,
) -> Proven:
    """Compile, and ask both of the table's rows and of rows at the model's edges; `timed`, explain rows of it too.

    Never fails a training: what cannot be compiled, differs in anything, or is larger than `room` bytes is served by
    scikit-learn.
    """
    if kernel is None:
        return _unproven("this training has no kernel to prove a compiled model with")
    rows = _spread(table, fitted, most)
    try:
        with threadpool_limits(limits=1):
            made = compile_pipeline(fitted.estimator, task, fitted.columns, fitted.classes, background=rows)
            if (size := len(made.content)) > room:
                return _unproven(f"compiled it has {size / MIB:.1f} MiB, and {room / MIB:.1f} MiB are left")
            parity = prove(fitted.estimator, made, rows, kernel)
        explained = explanation_of(made.content, kernel, rows if timed else None)
    except NotCovered as error:
        return _unproven(str(error))
    except RAISED as error:
        # A pipeline of somebody's own may be built as nobody foresaw; it is served as it was before.
        return _unproven(f"it cannot be compiled: {raised(error)}")
    if not parity.is_proven:
        return _unproven(_differences(parity), parity)
    return Proven(Compilation(sha256_of(made.content), parity, explained=explained), made.content)


def explained_alone(fitted: Fitted, task: Task, table: pd.DataFrame, kernel: Kernel | None) -> Explained:
    """How the scores of a fit would be explained, and what that costs, before anything is proven of it."""
    if kernel is None:
        return Explained(why="this training has no kernel to compile a model for")
    rows = _spread(table, fitted, MOST_ROWS)
    try:
        with threadpool_limits(limits=1):
            made = compile_pipeline(fitted.estimator, task, fitted.columns, fitted.classes, background=rows)
        return explanation_of(made.content, kernel, rows, FEW_ROWS)
    except NotCovered as error:
        return Explained(why=f"they are those of scikit-learn itself, for {error}")
    except RAISED as error:
        return Explained(why=f"the pipeline cannot be compiled: {raised(error)}")


def _unproven(reason: str, parity: Parity | None = None) -> Proven:
    return Proven(Compilation(None, parity, reason))


def _spread(table: pd.DataFrame, fitted: Fitted, most: int) -> pd.DataFrame:
    names = [column.name for column in fitted.columns]
    places: Any = np.linspace(0, len(table) - 1, min(len(table), most)).astype(np.int64)
    spread: pd.DataFrame = table[names].iloc[places]
    return spread


def _differences(parity: Parity) -> str:
    kinds = {
        "scores": parity.scores,
        "labels": parity.labels,
        "leaves": parity.leaves,
        "refusals": parity.refusals,
    }
    said = " and ".join(f"{count:,} {kind}" for kind, count in kinds.items() if count)
    return (
        f"compiled it differs in {said} of {parity.rows + parity.edges:,} rows asked, in scores by {parity.worst:.1e} "
        "at most"
    )
