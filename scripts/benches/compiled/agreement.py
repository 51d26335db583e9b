"""Whether compiled pipelines answer what scikit-learn answers: the matrix of all that is covered, and random ones."""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from sklearn.pipeline import Pipeline
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.compiled.pipelines import (
    BEARS_NULLS,
    estimators_for,
    native_categories,
    random_pipeline,
    transformers_for,
)
from benches.compiled.tables import TASKS, Rows, rows_for
from serin.domain.compilation import Parity
from serin.learning.compiling.compiler import compile_pipeline
from serin.learning.compiling.parity import prove
from serin.serving.compiled.kernel import Kernel


@dataclass
class Tally:
    """What was asked of how many pipelines, and where they differed."""

    pipelines: int = 0
    unfit: int = 0
    rows: int = 0
    trees: int = 0
    splits: int = 0
    refused: int = 0
    worst: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, Any]:
        """As a record; of what differs, the first ten."""
        return {**asdict(self), "wrong": self.wrong[:10]}

    def add(self, name: str, parity: Parity | None) -> None:
        """One more pipeline; None for one that scikit-learn itself could not fit."""
        if parity is None:
            self.unfit += 1
            return
        self.pipelines += 1
        self.rows += parity.rows + parity.edges
        self.trees += parity.trees
        self.splits += parity.splits
        self.refused += parity.refused
        self.worst = max(self.worst, parity.worst)
        if not parity.is_proven:
            self.wrong.append(f"{name}: {parity}")


def cases() -> Iterator[tuple[str, Rows, Pipeline]]:
    """Every covered estimator with every covered transformer for every task, on flights and on bundled tables."""
    for source in ("flights", "bundled"):
        for task in TASKS:
            rows = rows_for(task, source)
            for estimator, make in estimators_for(task).items():
                for number, (transformer, columns) in enumerate(transformers_for(rows).items()):
                    if number or estimator in BEARS_NULLS:
                        pipeline = Pipeline([("columns", columns()), ("model", make())])
                        yield f"{rows.name}, {task}: {estimator} after {transformer}", rows, pipeline
            yield f"{rows.name}, {task}: native categories", rows, native_categories(rows)


def agreement(pipeline: Any, rows: Rows, kernel: Kernel, most: int) -> Parity | None:
    """Fit on the rows that are learnt, compile, and prove on those held out; None where scikit-learn cannot fit it."""
    with warnings.catch_warnings(), threadpool_limits(limits=1):
        warnings.simplefilter("ignore")  # of few steps and rare classes
        try:
            pipeline.fit(*rows.learnt)
        except (ValueError, TypeError):
            return None
        compiled = compile_pipeline(pipeline, rows.task, rows.columns, rows.classes)
        return prove(pipeline, compiled, rows.held_out, kernel, most)


def random_agreement(tally: Tally, choose: random.Random, kernel: Kernel, most: int) -> None:
    """One more random pipeline on random rows."""
    rows = rows_for(choose.choice(TASKS), choose.choice(["flights", "bundled"]))
    pipeline = random_pipeline(choose, rows)
    tally.add(f"{rows.name}, {rows.task}: {pipeline}", agreement(pipeline, rows, kernel, most))
