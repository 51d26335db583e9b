"""When recipes are compared instead of models: a champion that knows the rows which judge cannot judge by them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from serin.domain.charter import Charter, Scalar
from serin.domain.experiments import TrainingSet
from serin.domain.judgement.champion import MINIMUM_BLOCKS
from serin.domain.models import ModelVersion
from serin.learning.columns import LabelledRows
from serin.learning.splits import holdout_of, judging_splits
from serin.measures.blocks import Blocks


def compares_recipes(
    charter: Charter,
    training_set: TrainingSet,
    columns: LabelledRows,
    champion: ModelVersion | None,
    params: Mapping[str, Scalar],
) -> bool:
    """Whether the champion's recipe is fitted again on the challenger's rows, rather than the champion asked as it is.

    Where recipes differ, and there is no time or too little that is newer than what the champion learnt. Of one recipe
    only newer rows can show what it gained by them.
    """
    if champion is None or _same_recipe(training_set, champion, params):
        return False
    holdout = holdout_of(training_set)
    if not isinstance(holdout, datetime):
        return True
    (split,) = judging_splits(columns, holdout, champion.learnt_until)
    moment, entity = columns.moment[split.judge], columns.entity[split.judge]
    return Blocks(charter.training.gate.block, moment, entity).count < MINIMUM_BLOCKS


def _same_recipe(training_set: TrainingSet, champion: ModelVersion, params: Mapping[str, Scalar]) -> bool:
    then = training_set.champion
    same_columns = then is None or then.version != champion.version or then.uses == training_set.uses
    return same_columns and champion.code == training_set.code and dict(champion.params) == dict(params)
