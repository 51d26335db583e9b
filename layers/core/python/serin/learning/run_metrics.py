"""What rows that a fit has not seen show of it: each metric with its rows, its days and its interval."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from serin.domain.charter import Scalar, Task
from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.policy import Block
from serin.domain.measurements import LEVEL
from serin.domain.metrics import METRICS_OF_TASK
from serin.domain.runs import Judged, RunMetric
from serin.learning.columns import LabelledRows
from serin.learning.evaluation import metrics
from serin.learning.splits import Places
from serin.measures.arrays import Floats, Labels, Mask
from serin.measures.blocks import Blocks
from serin.measures.influence import row_values

_DAY = 86_400.0
MOST_VALUES = 40
"""Values of a slice that are measured, those with most rows."""


class Measured:
    """Scores of some `rows` (places in the training set, one for each time a row judges), ready to be measured.

    `classes` order the scores' columns. `timed` rows have a moment that means something; `inflation` is that of the
    splits the rows were scored in.
    """

    def __init__(
        self,
        task: Task,
        block: Block,
        columns: LabelledRows,
        rows: Places,
        score: Floats,
        classes: Sequence[Scalar],
        *,
        timed: bool = True,
        inflation: float = 1.0,
    ) -> None:
        self._task, self._classes, self._score, self._rows = task, classes, score, rows
        self._label: Labels = columns.label[rows]
        self._days = columns.moment[rows] // _DAY if timed else None
        self._blocks = Blocks(block, columns.moment[rows], columns.entity[rows], rows, inflation)
        self._slices = {name: values[rows] for name, values in columns.slices.items()}

    def over_all(self, dataset: Judged, step: int = 0) -> Iterator[RunMetric]:
        """Every metric of the task that the rows can show."""
        yield from self._measurements(dataset, step)

    def over_slices(self, dataset: Judged) -> Iterator[RunMetric]:
        """The same where a column has one value, for each column the charter slices by."""
        for column, values in self._slices.items():
            names, counts = np.unique(values, return_counts=True)
            for name in names[np.argsort(-counts, kind="stable")[:MOST_VALUES]]:
                yield from self._measurements(dataset, 0, values == name, f"{column}={name}")

    def _measurements(
        self, dataset: Judged, step: int, among: Mask | None = None, named: str | None = None
    ) -> Iterator[RunMetric]:
        chosen = slice(None) if among is None else among
        label, score = self._label[chosen], self._score[chosen]
        values: Mapping[str, float] = metrics(self._task, label, score, self._classes)
        rows = len(np.unique(self._rows[chosen]))
        days = 0 if self._days is None else len(np.unique(self._days[chosen]))
        for name in METRICS_OF_TASK[self._task]:
            if math.isfinite(values[name]):
                low, high = self._interval(name, label, score, among)
                yield RunMetric(name, values[name], dataset, rows, days, low, high, named, step)

    def _interval(
        self, name: str, label: Labels, score: Floats, among: Mask | None
    ) -> tuple[float | None, float | None]:
        values = row_values(self._task, name, label, score, self._classes)
        sure = uncertain(self._blocks.numbers(values, among))
        if sure is None:
            return None, None
        tail = (1 - LEVEL) / 2
        return sure.lower(tail), sure.upper(tail)
