"""How good a window's answers seem to be before its truth has come: for an alert, and for nothing else."""

from __future__ import annotations

from datetime import datetime

import polars as pl

from serin.data.looks.truth import of_known_classes
from serin.data.watching.calibration import calibrated, expected_days
from serin.domain.charter import Charter
from serin.domain.judgement.watching.estimated import judge_estimate
from serin.domain.judgement.watching.performance import Performance
from serin.domain.judgement.watching.policy import for_performance
from serin.domain.models import ModelVersion
from serin.domain.truth import may_be_judged
from serin.measures.arrays import Floats
from serin.ports import ObjectStore
from serin.services.steps.truth_window import truth_window

KNOWN = 4
"""Scores are read by so many windows before this one: few say too little, and old ones meant something else."""


def window_estimate(
    rows: pl.DataFrame, begin: datetime, version: ModelVersion, charter: Charter, now: datetime, *, lake: ObjectStore
) -> Performance | None:
    """What the window's rows of the version promise; None where nothing can be estimated.

    That is of a task with other scores than one probability, and until the version has answered enough whose truth has
    come. What it costs does not grow with history: the windows that are read are `KNOWN`.
    """
    policy = charter.monitoring.policy
    if charter.task != "binary" or rows.height < policy.minimum_rows or not may_be_judged(charter.truth, begin, now):
        return None
    before = truth_window(charter, begin - KNOWN * policy.window, begin, now, lake=lake).rows
    own = of_known_classes(before.filter(pl.col("version") == version.version), charter, version.classes)
    known = own.drop_nulls(["label", "score"])
    score = _score(known)
    calibration = calibrated(score, known["label"].cast(pl.Float64).to_numpy())
    if calibration is None:
        return None
    window, reference = (
        expected_days(calibration, _score(of), of["at"].dt.epoch("d").cast(pl.Int64).to_numpy()) for of in (rows, known)
    )
    return judge_estimate(window, reference, for_performance(policy), rows_with_truth=calibration.rows)


def _score(rows: pl.DataFrame) -> Floats:
    return rows["score"].cast(pl.Float64).to_numpy()
