"""What a fitted model relies on: its loss once one feature's values are dealt anew among the rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from serin.domain.measurements import FeatureGain, estimate_of
from serin.learning.fitting import run_trial
from serin.learning.left_out import Judging, worse_of
from serin.learning.own_estimators import scores_of_own
from serin.learning.splits import validation_rows
from serin.measures.arrays import Floats
from serin.measures.blocks import Blocks
from serin.measures.influence import row_values

_SEED = 0


def feature_gains(judging: Judging) -> Iterator[FeatureGain]:
    """Each column in the table's order, on the rows that chose the trial, which the fitted model has not seen.

    The recipe is fitted on the older learnable rows. Features that tell the same share what they give: each alone may
    seem to give little.
    """
    columns, task, holdout = judging.columns, judging.task, judging.holdout
    fitted = run_trial(columns, task, judging.make, judging.params, holdout).fitted
    rows = validation_rows(columns, holdout).newer
    table, label = columns.table.loc[rows, [column.name for column in fitted.columns]], columns.label[rows]
    blocks = Blocks(judging.gate.block, columns.moment[rows], columns.entity[rows])

    def values(shown: pd.DataFrame) -> Floats:
        score = scores_of_own(fitted.estimator, task, fitted.classes, shown)
        return worse_of(judging.gate.metric, row_values(task, judging.gate.metric, label, score, fitted.classes))

    before, order = values(table), np.random.default_rng(_SEED).permutation(len(table))
    for column in fitted.columns:
        dealt = table.assign(**{column.name: table[column.name].to_numpy()[order]})
        loss = estimate_of(blocks.numbers(values(dealt) - before))
        if loss is not None:
            yield FeatureGain(column.name, loss)
