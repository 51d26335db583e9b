from __future__ import annotations

from datetime import timedelta

import pytest

from serin.domain.comparing import checked_field, compared, condition
from serin.domain.errors import Invalid
from serin.domain.runs import RunMetric, latest
from tests.builders import NOON, a_summary


def measured(name: str, auc: float) -> dict[str, RunMetric]:
    return latest([RunMetric("roc_auc", auc, "validation", 9), RunMetric("log_loss", 1 - auc, "validation", 9)])


RUNS = [
    a_summary("r1.001", params={"depth": 3, "booster": "tree"}, metrics=measured("a", 0.6)),
    a_summary("r1.002", params={"depth": 10, "fast": True}, metrics=measured("b", 0.8), parent="r1"),
    a_summary("r1.003", params={"depth": 4}, status="failed"),
    a_summary("r1.004", params={"depth": 5}, metrics=measured("c", 0.7)),
]


@pytest.mark.parametrize(
    ("where", "order", "names"),
    [
        ([], None, ["001", "002", "003", "004"]),
        ([], "validation.roc_auc", ["002", "004", "001", "003"]),
        ([], "validation.log_loss", ["002", "004", "001", "003"]),
        (["params.depth>=4"], "params.depth", ["003", "004", "002"]),
        (["params.depth = 3.0"], None, ["001"]),
        (["params.fast=true"], None, ["002"]),
        (["params.booster!=tree"], None, ["002", "003", "004"]),
        (["status!=failed", "validation.log_loss<0.35"], None, ["002", "004"]),
        (["parent=r1"], None, ["002"]),
        (["params.booster<9"], None, []),
    ],
)
def test_runs_are_filtered_and_ordered(where: list[str], order: str | None, names: list[str]) -> None:
    chosen = compared(RUNS, [condition(text) for text in where], order)
    assert [run.id[-3:] for run in chosen] == names


@pytest.mark.parametrize("text", ["", "status", "=x", "colour=red", "params.depth<deep", "status=" + "x" * 300])
def test_what_is_no_condition_is_refused_and_says_how_one_is_written(text: str) -> None:
    with pytest.raises(Invalid) as caught:
        condition(text)
    assert caught.value.field == "where"
    with pytest.raises(Invalid, match="Runs have no 'colour'"):
        checked_field("colour", "order")


def test_the_latest_metric_is_the_greatest_by_step_then_moment_then_value() -> None:
    later = NOON + timedelta(hours=1)
    shown = [
        RunMetric("log_loss", 0.9, "validation", 9, step=10, at=later),
        RunMetric("log_loss", 0.5, "validation", 9, step=30, at=NOON),
        RunMetric("log_loss", 0.4, "validation", 9, step=30, at=later),
        RunMetric("log_loss", 0.6, "validation", 9, step=30, at=later),
        RunMetric("log_loss", 0.1, "holdout", 9),
        RunMetric("log_loss", 0.2, "holdout", 9, slice="shop=east"),
    ]
    counted = {name: item.value for name, item in latest(shown).items()}
    assert counted == {"validation.log_loss": 0.6, "holdout.log_loss": 0.1, "holdout.log_loss[shop=east]": 0.2}
