"""Labels that doom a training of a table without a time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from serin.domain.charter import Task
from serin.domain.errors import Invalid
from serin.learning.columns import TrainingColumns
from serin.learning.label_checks import check_labels
from serin.learning.splits import Unordered, splits_of
from tests.unit.learning.orders import order_columns, order_rows

ROWS = 400
HOLDOUT = Unordered("set1")


def table(label: Any, entities: int = ROWS) -> TrainingColumns:
    return replace(order_columns(order_rows(16)), label=np.array(label), entity=np.arange(ROWS) % entities)


def check(columns: TrainingColumns, task: Task = "binary") -> None:
    check_labels(columns, task, "late", "log_loss", splits_of(columns, HOLDOUT))


@pytest.mark.parametrize("positives", range(4, 12))
def test_a_few_positives_may_judge_whichever_turn_they_judge_in(positives: int) -> None:
    check(table(np.arange(ROWS) < positives))


def test_positives_of_one_entity_cannot_be_learnt_while_they_judge() -> None:
    columns = table(np.arange(ROWS) % 20 == 3, entities=20)
    with pytest.raises(Invalid, match=r"that (are learnt while others judge|trials learn from) all have the label"):
        check(columns)


def test_a_class_of_one_entity_judges_before_anybody_has_learnt_it() -> None:
    names = np.where(np.arange(ROWS) % 20 == 3, "lost", np.where(np.arange(ROWS) % 3 == 0, "late", "on time"))
    with pytest.raises(Invalid, match="All 20 rows with the label late = 'lost' are about so few entities") as error:
        check(table(names, entities=20), "multiclass")
    assert "about different entities" in error.value.remedy
    check(table(names), "multiclass")
