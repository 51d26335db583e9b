"""What each feature view gives and costs: the same recipe fitted without it, judged on the same rows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from serin.domain.charter import Task
from serin.domain.judgement.policy import GatePolicy
from serin.domain.measurements import ViewCost, estimate_of
from serin.domain.metrics import GREATER_IS_BETTER
from serin.learning.columns import TrainingColumns
from serin.learning.fitting import contest
from serin.learning.pipelines import Params, PipelineMaker
from serin.learning.scores import Scores
from serin.learning.splits import Holdout, inflation_of, judging_splits
from serin.measures.arrays import Floats
from serin.measures.blocks import Blocks
from serin.measures.influence import row_values

BUDGET_CPU_S = 600.0
"""A function has 15 minutes; views that are not begun by then are not measured, and the card shows those that are."""


@dataclass(frozen=True, eq=False)
class Judging:
    """A training set, how it is divided, and the recipe that is judged on it by the gate's metric."""

    columns: TrainingColumns
    task: Task
    make: PipelineMaker
    params: Params
    holdout: Holdout
    gate: GatePolicy

    def fitted(self, columns: TrainingColumns) -> tuple[Scores, float]:
        """What the recipe says of the judging rows once it has learnt of these columns, and the CPU seconds it took."""
        began = time.process_time()
        scores = contest(columns, self.task, self.make, self.params, self.holdout, None)
        return scores, time.process_time() - began

    def losses(self, scores: Scores) -> Floats:
        """The gate's metric row by row, the greater the worse."""
        metric = self.gate.metric
        return worse_of(metric, row_values(self.task, metric, scores.label, scores.challenger, scores.classes))


def worse_of(metric: str, values: Floats) -> Floats:
    """Values of a metric, turned so that the greater is the worse."""
    return -values if GREATER_IS_BETTER[metric] else values


def view_costs(judging: Judging, views: Sequence[str], budget_cpu_s: float = BUDGET_CPU_S) -> Iterator[ViewCost]:
    """Each view that the recipe learns something from, in their order; one that leaves it nothing is left out.

    A view's columns are called `<view>.<value>`.
    """
    columns = judging.columns
    whole, cpu_s = judging.fitted(columns)
    splits = judging_splits(columns, judging.holdout)
    rows = whole.rows
    moment, entity = columns.moment[rows], columns.entity[rows]
    blocks, spent = Blocks(judging.gate.block, moment, entity, rows, inflation_of(splits)), cpu_s
    for view in views:
        kept = tuple(column for column in columns.columns if column.name.partition(".")[0] != view)
        if not 0 < len(kept) < len(columns.columns) or spent > budget_cpu_s:
            continue
        without, less_s = judging.fitted(replace(columns, columns=kept))
        spent += less_s
        loss = estimate_of(blocks.numbers(judging.losses(without) - judging.losses(whole)))
        if loss is not None:
            yield ViewCost(view, len(columns.columns) - len(kept), loss, cpu_s - less_s)
