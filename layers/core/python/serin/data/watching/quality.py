"""How good answers were, from the table of a window's truth: one number a day for each metric, as the gate has them."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

from serin.domain.charter import Charter, Scalar
from serin.domain.judgement.evidence import Sample
from serin.domain.judgement.viability import break_even
from serin.domain.metrics import METRICS_OF_TASK, VALUE
from serin.domain.models import ModelVersion
from serin.domain.truth import label_text
from serin.measures.arrays import Floats, Labels
from serin.measures.blocks import Blocks
from serin.measures.decisions import decided
from serin.measures.influence import row_values

_PER = 1000.0
_BOOLEANS = (False, True)


def quality_of(rows: pl.DataFrame, version: ModelVersion, charter: Charter) -> dict[str, Sample]:
    """Each metric of the task, and the value of decisions (`VALUE`), over the rows with a label.

    `rows` are those of `serin.data.looks.truth.DayOfTruth` that this version answered, and whose labels it knows. A
    metric that they cannot show is left out.
    """
    rows = rows.drop_nulls(["label", "score"])
    classes: Sequence[Scalar] = version.classes
    if charter.task == "multiclass":
        rows = rows.filter(pl.col("score").list.len() == len(classes))
    if rows.is_empty() or version.positive not in (None, charter.positive):
        return {}
    label, score = _arrays(rows, charter, classes)
    classes = _BOOLEANS if charter.task == "binary" else classes
    blocks = Blocks("day", _seconds(rows["at"]), np.zeros(rows.height, np.int64))
    values = {name: row_values(charter.task, name, label, score, classes) for name in METRICS_OF_TASK[charter.task]}
    if charter.value is not None:
        acts_from = version.threshold if version.threshold is not None else break_even(charter.value.matrix)
        values[VALUE] = _PER * decided(label, score, acts_from, charter.value.matrix)
    return {name: blocks.numbers(of) for name, of in values.items() if math.isfinite(float(of.mean()))}


def _arrays(rows: pl.DataFrame, charter: Charter, classes: Sequence[Scalar]) -> tuple[Labels, Floats]:
    if charter.task != "multiclass":
        return rows["label"].to_numpy(), rows["score"].to_numpy()
    by_text = {label_text(value): value for value in classes}
    label = np.array([by_text[text] for text in rows["label"]])
    return label, np.array(rows["score"].to_list(), dtype=np.float64)


def _seconds(moments: pl.Series) -> Floats:
    seconds: Floats = moments.dt.epoch("us").to_numpy() / 1e6
    return seconds
