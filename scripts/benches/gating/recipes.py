"""Equal recipes on small tables without a time, compared by folds that share rows: how often is one let in?

Both recipes are the same classifier, and each sees one of two columns that say equally much of the label: over tables,
neither is better. A gain here is luck of the rows, which the folds of a cross-validation see again and again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from benches.gating.rates import Rate, wilson
from serin.domain.judgement.gate import judge
from serin.domain.judgement.policy import GatePolicy, Requirements
from serin.learning.columns import TrainingColumns
from serin.learning.evidence import evidence_of
from serin.learning.scores import Scores
from serin.learning.splits import (
    Split,
    Unordered,
    inflation_of,
    judging_places,
    judging_splits,
    learnable_rows,
)
from serin.measures.arrays import Floats
from serin.serving.manifest import ModelColumn

SIZES = {"rows_100": (100, None), "rows_500": (500, None), "rows_1500": (1500, None), "entities_40": (400, 40)}
"""Rows, and how many entities they are about; None for one each."""
_NOISE = 1.5


def equal_recipes(tables: int, gate: GatePolicy, seed: int) -> Mapping[str, Rate]:
    """By size of table, how often the second of two equal recipes is let in, where every gain counts."""
    recipes = {}
    for name, (rows, entities) in SIZES.items():
        asked = replace(gate, block="row" if entities is None else "entity", minimum_gain=0.0)
        random = np.random.default_rng(seed)
        outcomes = [_outcome(_table(random, rows, entities), str(number), asked) for number in range(tables)]
        recipes[name] = wilson(sum(outcome == "pass" for outcome in outcomes), tables)
    return recipes


def _table(random: np.random.Generator, rows: int, entities: int | None) -> TrainingColumns:
    entity = np.arange(rows) if entities is None else random.integers(0, entities, rows)
    values = random.standard_normal((rows, 2))
    if entities is not None:
        # Rows of one entity are alike.
        values = 0.5 * values + random.standard_normal((entities, 2))[entity]
    label = values.sum(axis=1) + _NOISE * random.standard_normal(rows) > 0
    return TrainingColumns(
        table=pd.DataFrame(values, columns=["left", "right"]),
        label=label,
        moment=np.arange(rows, dtype=np.float64) * 3600.0,
        may_judge=np.ones(rows, np.bool_),
        group=np.arange(rows),
        columns=(ModelColumn("left", "numeric"), ModelColumn("right", "numeric")),
        entity=entity,
        slices={},
    )


def _outcome(columns: TrainingColumns, seed: str, gate: GatePolicy) -> str:
    holdout = Unordered(seed)
    splits = judging_splits(columns, holdout)
    rows = judging_places(splits)
    left, right = (np.concatenate([_scored(columns, name, split) for split in splits]) for name in ("left", "right"))
    scores = Scores(rows, columns.moment[rows], columns.label[rows], left, (False, True), right, 1)
    asked, learnt = Requirements(gate), learnable_rows(columns, holdout)
    evidence = evidence_of("binary", asked, columns, learnt, scores, inflation=inflation_of(splits))
    # Only the other recipe is to be in its way, not the trivial answer.
    gain = replace(evidence.over_trivial, blocks=tuple(1.0 + 0.01 * (n % 2) for n in range(20)))
    return judge(replace(evidence, over_trivial=gain), asked).outcome


def _scored(columns: TrainingColumns, name: str, split: Split) -> Floats:
    """Probabilities by two normal distributions of one spread (linear discriminant analysis)."""
    values = columns.table[name].to_numpy(np.float64)
    known, positive = values[split.learn], columns.label[split.learn]
    high, low, share = known[positive].mean(), known[~positive].mean(), positive.mean()
    variance = np.where(positive, known - high, known - low).var()
    odds: Floats = np.log(share / (1 - share)) + (high - low) / variance * (values[split.judge] - (high + low) / 2)
    return 1 / (1 + np.exp(-odds))
