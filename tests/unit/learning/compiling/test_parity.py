"""Compiled pipelines answer what scikit-learn answers, and a compiler that does not is noticed."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.pipeline import Pipeline

from benches.compiled.agreement import Tally, agreement, cases, random_agreement
from benches.compiled.pipelines import estimators_for, native_categories, transformers_for
from benches.compiled.tables import Rows, rows_for
from serin.domain.compilation import Parity
from serin.learning.compiling.compiler import compile_pipeline
from serin.learning.compiling.parity import differences, prove
from serin.learning.compiling.program import LEAF, MISSING_LEFT, NODE, Program
from serin.serving.compiled.layout import Operation
from tests.kernels import this_kernel

FEW = 400
"""Edge rows for each ensemble; the bench asks many more."""
Written = tuple[Operation, Sequence[float], Sequence[int]]


@pytest.mark.slow
def test_estimators_after_transformers_for_every_task_agree() -> None:
    tally = Tally()
    # The bench asks all of them.
    for name, rows, pipeline in islice(cases(), 0, None, 17):
        tally.add(name, agreement(pipeline, rows, this_kernel(), FEW))
    assert tally.wrong == []
    assert tally.pipelines > 9
    assert tally.splits > 100
    assert tally.refused > 100
    assert tally.worst < 1e-12


@pytest.mark.slow
@settings(max_examples=5)
@given(st.randoms(use_true_random=False))
def test_pipelines_put_together_at_random_agree(choose: random.Random) -> None:
    tally = Tally()
    random_agreement(tally, choose, this_kernel(), FEW)
    assert tally.wrong == []


@cache
def fitted(estimator: str) -> tuple[Rows, Any]:
    rows = rows_for("binary")
    columns = transformers_for(rows)["imputed with indicator, standard, one-hot"]
    pipeline = Pipeline([("columns", columns()), ("model", estimators_for("binary")[estimator]())])
    return rows, pipeline.fit(*rows.learnt)


def proof(estimator: str, most: int = FEW) -> Parity:
    rows, pipeline = fitted(estimator)
    compiled = compile_pipeline(pipeline, rows.task, rows.columns, rows.classes)
    return prove(pipeline, compiled, rows.held_out, this_kernel(), most)


def changed(monkeypatch: pytest.MonkeyPatch, change: Callable[..., Written]) -> None:
    """From now on the compiler writes some operations otherwise."""
    write = Program.one

    def one(self: Program, do: Operation, slot: int, *values: float, more: Sequence[int] = ()) -> int:
        operation, constants, parameters = change(do, values, more)
        return write(self, operation, slot, *constants, more=parameters)

    monkeypatch.setattr(Program, "one", one)


def test_a_faithful_compiler_is_proven_on_both_sides_of_every_split() -> None:
    parity = proof("GradientBoosting", 50_000)
    assert parity.is_proven
    assert parity.rows == 200
    assert 0 < parity.splits < parity.all_splits, "splits by an indicator or a category have no sides"
    assert parity.edges > 10 * parity.splits
    assert parity.refused > 0, "an infinity is refused by both"


def test_features_that_are_not_rounded_to_float32_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, lambda do, *rest: (Operation.FINITE if do == Operation.SINGLE else do, *rest))
    assert not proof("GradientBoosting", 50_000).is_proven


def test_a_reciprocal_in_place_of_a_division_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def change(do: Operation, values: Sequence[float], more: Sequence[int]) -> Written:
        if do != Operation.SCALED:
            return do, values, more
        return Operation.SPREAD, (1 / values[1], -values[0] / values[1]), more

    changed(monkeypatch, change)
    assert proof("HistGradientBoosting", 50_000).leaves > 0


def test_a_row_that_only_one_of_them_refuses_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    changed(monkeypatch, lambda do, *rest: (Operation.CAPPED, rest[0], ()) if do == Operation.FINITE else (do, *rest))
    assert proof("LogisticRegression").refusals > 0


def test_nulls_that_take_the_other_side_are_noticed() -> None:
    rows = rows_for("binary")
    pipeline = native_categories(rows).fit(*rows.learnt)
    compiled = compile_pipeline(pipeline, rows.task, rows.columns, rows.classes)
    text = compiled.content.rindex(b'{"task"')
    first = text - sum(tree.left.size for tree in compiled.sites[0].ensemble.trees) * NODE.itemsize
    nodes = np.frombuffer(compiled.content[first:text], NODE).copy()
    nodes["split"] ^= np.where(nodes["split"] & LEAF, 0, MISSING_LEFT).astype(np.int32)
    damaged = replace(compiled, content=compiled.content[:first] + nodes.tobytes() + compiled.content[text:])
    assert prove(pipeline, compiled, rows.held_out, this_kernel(), FEW).is_proven
    parity = prove(pipeline, damaged, rows.held_out, this_kernel(), FEW)
    assert parity.leaves > 0
    assert parity.scores > 0


def test_two_scores_agree_to_a_billionth_and_no_number_agrees_with_none() -> None:
    scores = np.array([[0.5], [2e10], [np.nan], [np.inf], [0.5]])
    expected = np.array([[0.5 + 1e-10], [2e10 + 1], [np.inf], [1.0], [np.nan]])
    assert differences(scores, expected).tolist() == pytest.approx([1e-10, 5e-11, 0.0, np.inf, np.inf])
