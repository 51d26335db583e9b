"""A training measured on few of its newest rows, before all are paid for: how long a fit takes, and what rows bring.

Whole days (UTC), the newest first: what is old tells least of what comes. Without a time rows are dealt by chance.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from serin.domain.errors import Invalid
from serin.domain.measurements import Estimate, estimate_of
from serin.domain.training_size import SHARES, CurvePoint, LearningCurve, Timed
from serin.learning.dealing import dealt
from serin.learning.evaluation import metrics
from serin.learning.fitting import fit_on, score_rows
from serin.learning.left_out import Judging
from serin.learning.pipelines import Params
from serin.learning.splits import Validation
from serin.measures.arrays import Floats, Mask
from serin.measures.blocks import Blocks
from serin.measures.influence import row_values

_DAY = 86_400.0
_PARTS = 100
Stopwatch = Callable[[], float]
Share = tuple[float, Mask]


def shares_of(judging: Judging, rows: Validation, since: float) -> Iterator[Share]:
    """Each of `SHARES` with its rows among the older ones, the first of which was asked at `since`; no rows twice."""
    columns, holdout, before = judging.columns, judging.holdout, 0
    parts = None if isinstance(holdout, datetime) else dealt(columns, rows.older, _PARTS, f"{holdout.seed} curve")
    days = (float(columns.moment[rows.older][-1]) - since) / _DAY
    for share in SHARES:
        if parts is None:
            chosen = rows.older & columns.newest_days(rows.older, max(1, round(share * days)))
        else:
            chosen = (parts >= 0) & (parts < round(_PARTS * share))
        count = int(chosen.sum())
        if count > before:
            before = count
            yield share, chosen


def timed_fit(judging: Judging, params: Params, rows: Mask, watch: Stopwatch = time.process_time) -> Timed | None:
    """How long a fit on those rows takes; None where they cannot be fitted on, which the trial itself will tell."""
    began = watch()
    try:
        fit_on(judging.columns, judging.task, judging.make, params, rows)
    except Invalid:
        return None
    return Timed(int(rows.sum()), watch() - began)


def learning_curve(judging: Judging, rows: Validation, shares: Sequence[Share], whole: int) -> LearningCurve:
    """What fits on the shares show on the newer rows, and what `whole` rows would gain over the last of them."""
    task, metric, columns = judging.task, judging.gate.metric, judging.columns
    classes, label = columns.classes(task), columns.label[rows.newer]
    points, worse = list[CurvePoint](), list[Floats]()
    for share, chosen in shares:
        try:
            estimator, used = fit_on(columns, task, judging.make, judging.params, chosen)
        except Invalid:
            continue
        score = score_rows(estimator, task, classes, columns.table.loc[rows.newer, [column.name for column in used]])
        points.append(CurvePoint(share, int(chosen.sum()), metrics(task, label, score, classes)[metric]))
        worse.append(judging.worse(row_values(task, metric, label, score, classes)))
    curve = LearningCurve(metric, len(label), tuple(points))
    if len(points) < 2:
        return curve
    places = np.flatnonzero(rows.newer)
    blocks = Blocks(judging.gate.block, columns.moment[places], columns.entity[places], places)
    onward = estimate_of(blocks.numbers(worse[-2] - worse[-1]))
    steps = math.log(max(whole / points[-1].rows, 1.0)) / math.log(points[-1].rows / points[-2].rows)
    return replace(
        curve,
        tenfold=estimate_of(blocks.numbers(worse[0] - worse[-1])),
        onward=None if onward is None else _times(onward, steps),
    )


def _times(estimate: Estimate, factor: float) -> Estimate:
    low, high = (None if bound is None else factor * bound for bound in (estimate.low, estimate.high))
    return replace(estimate, value=factor * estimate.value, low=low, high=high)
