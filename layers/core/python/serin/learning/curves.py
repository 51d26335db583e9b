"""A training measured on few of its newest rows, before all are paid for: how long a fit takes, and what rows bring.

Whole days (UTC), the newest first: what is old tells least of what comes. Without a time rows are dealt by chance.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from serin.domain.charter import Task
from serin.domain.errors import Invalid
from serin.domain.judgement.policy import GatePolicy
from serin.domain.measurements import CurvePoint, LearningCurve, estimate_of
from serin.domain.training_size import CURVE_FROM, SHARES, TIMES, Timed
from serin.learning.checked_scores import score_misfits
from serin.learning.columns import LabelledRows
from serin.learning.dealing import dealt
from serin.learning.evaluation import metrics
from serin.learning.fitting import fit_on, score_rows
from serin.learning.left_out import Judging, worse_of
from serin.learning.pipelines import Params
from serin.learning.power_laws import gain_of
from serin.learning.scores import Places, Scores, ShareScores
from serin.learning.splits import Validation, judging_splits
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
    columns, fitted = judging.columns, fits_on_shares(judging, rows, shares)
    return curve_of(judging.task, judging.gate, columns, np.flatnonzero(rows.newer), fitted, whole)


def fits_on_shares(judging: Judging, rows: Validation, shares: Sequence[Share]) -> Iterator[ShareScores]:
    """What a fit on each share says of the newer rows; a share that cannot be fitted on is left out."""
    task, columns = judging.task, judging.columns
    for share, chosen in shares:
        try:
            estimator, used = fit_on(columns, task, judging.make, judging.params, chosen)
            table = columns.table.loc[rows.newer, [column.name for column in used]]
            score = score_rows(estimator, task, columns.classes(task), table)
        except Invalid:
            continue
        yield ShareScores(share, int(chosen.sum()), score)


def with_shares(judging: Judging, scores: Scores) -> Scores:
    """The contest's scores, and what fits on few of the challenger's rows say of the same rows.

    Without them, where there are too few rows for a curve or where chance cannot deal them.
    """
    columns, splits = judging.columns, judging_splits(judging.columns, judging.holdout)
    learn = splits[0].learn
    if len(splits) > 1 or learn.sum() < CURVE_FROM or len(scores.rows) == 0:
        return scores
    judge = np.zeros(len(learn), dtype=np.bool_)
    judge[scores.rows] = True
    rows = Validation(learn, judge)
    try:
        shares = list(shares_of(judging, rows, float(columns.moment[learn][0])))
    except Invalid:
        return scores
    return replace(scores, shares=tuple(fits_on_shares(judging, rows, shares)))


def curve_of_contest(
    task: Task, gate: GatePolicy, columns: LabelledRows, scores: Scores, learnt: int
) -> LearningCurve | None:
    """The curve up to the challenger's own fit on `learnt` rows, and what `TIMES` as many would gain; None without one.

    A fit on a share whose scores are none is left out: it decides nothing.
    """
    size = len(scores.rows), task, len(scores.classes)
    usable = [each for each in scores.shares if each.rows < learnt and not any(score_misfits("", each.score, *size))]
    if not usable:
        return None
    fitted = [*usable, ShareScores(1.0, learnt, scores.challenger)]
    return curve_of(task, gate, columns, scores.rows, fitted, TIMES * learnt)


def curve_of(
    task: Task, gate: GatePolicy, columns: LabelledRows, places: Places, fitted: Iterable[ShareScores], more: int
) -> LearningCurve:
    """The curve that fits on growing shares show on the rows at these places; what `more` rows would gain beyond it."""
    metric, label, classes = gate.metric, columns.label[places], columns.classes(task)
    blocks = Blocks(gate.block, columns.moment[places], columns.entity[places], places)
    points, worse = list[CurvePoint](), list[Floats]()
    for each in fitted:
        points.append(CurvePoint(each.share, each.rows, metrics(task, label, each.score, classes)[metric]))
        worse.append(worse_of(metric, row_values(task, metric, label, each.score, classes)))
    curve = LearningCurve(metric, len(label), tuple(points))
    if len(points) < 2:
        return curve
    tenfold = estimate_of(blocks.numbers(worse[0] - worse[-1]))
    onward = gain_of(worse, [point.rows for point in points], more, blocks)
    return replace(curve, tenfold=tenfold, onward=onward, onward_rows=0 if onward is None else more)
