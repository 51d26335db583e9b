from __future__ import annotations

import math

import pytest

from serin.domain.metrics import GREATER_IS_BETTER, METRICS_OF_TASK, PROPER_SCORES, is_better

NAN = math.nan


@pytest.mark.parametrize("metric", sorted(GREATER_IS_BETTER))
def test_better_is_strict_and_never_true_of_what_is_no_number(metric: str) -> None:
    better, worse = (0.9, 0.1) if GREATER_IS_BETTER[metric] else (0.1, 0.9)
    assert is_better(metric, better, worse)
    assert not is_better(metric, worse, better)
    assert not is_better(metric, better, better)
    assert not is_better(metric, NAN, worse)
    assert not is_better(metric, better, NAN)


def test_every_metric_of_every_task_has_a_direction() -> None:
    assert {metric for metrics in METRICS_OF_TASK.values() for metric in metrics} == set(GREATER_IS_BETTER)


def test_every_task_has_a_proper_score_among_its_metrics() -> None:
    assert set(PROPER_SCORES) == set(METRICS_OF_TASK)
    for task, scores in PROPER_SCORES.items():
        assert scores
        assert set(scores) <= set(METRICS_OF_TASK[task])
