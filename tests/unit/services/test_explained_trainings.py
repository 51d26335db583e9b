"""A charter that asks for explanations gets no model that has none, or only approximate ones, or too slow ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sklearn.ensemble import RandomForestClassifier, VotingClassifier

from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain.charter import Objectives
from serin.domain.errors import Invalid
from serin.domain.explainability import Explainability
from serin.domain.names import digest
from serin.services.train_model import Refitted, Trainer
from tests.builders import GOLDEN, a_charter, a_training_set, a_trial
from tests.kernels import kernel_folder
from tests.unit.learning.orders import START, order_rows, orders_npz
from tests.unit.serving.released import on_path

ROWS = order_rows(30, 12)


@pytest.fixture(autouse=True)
def kernel() -> Iterator[None]:
    with on_path(kernel_folder()):
        yield


def trainer(asked: Explainability, make: Callable[..., Any] | None = None, budget: float = 1000.0) -> Trainer:
    lake, content = MemoryObjectStore(), orders_npz(ROWS)
    made = a_training_set(columns_digest=digest(content), holdout_from=START + timedelta(days=22))
    lake.put(made.columns, content)
    charter = a_charter(objectives=Objectives(budget, explainability=asked))
    trains = Trainer(charter, made, {}, [GOLDEN], lake=lake, artifacts=MemoryObjectStore(), room=10**8)
    if make is not None:
        trains._make = make
    return trains


def forest(columns: Any, params: Any) -> Any:
    default = trainer("none")._make(columns, a_trial().params)
    default.steps[-1] = ("model", RandomForestClassifier(n_estimators=3, random_state=0))
    return default


def voting(columns: Any, params: Any) -> Any:
    default = trainer("none")._make(columns, a_trial().params)
    default.steps[-1] = ("model", VotingClassifier([("one", default.steps[-1][1])], voting="soft"))
    return default


def refitted(trains: Trainer) -> Refitted:
    return trains.refit("r1", a_trial())


@pytest.mark.slow
def test_what_explanations_cost_is_recorded_on_the_version_where_the_charter_asks_for_them() -> None:
    compilation = refitted(trainer("exact")).compilation
    assert compilation is not None
    explained = compilation.explanation
    assert (explained.method, explained.exact, explained.explains) == ("tree_shap", True, "logit")
    assert 0 < explained.median_ms <= explained.worst_ms
    assert explained.rows > 50
    assert "Explained exactly, by tree_shap (" in compilation.sentence
    unasked = refitted(trainer("none")).compilation
    assert unasked is not None
    assert replace(unasked.explanation, rows=explained.rows).sentence != unasked.explanation.sentence
    assert (unasked.explanation.method, unasked.explanation.rows) == ("tree_shap", 0)


def test_a_forest_is_refused_where_exact_explanations_are_asked_for_and_lets_approximate_ones_pass() -> None:
    with pytest.raises(Invalid, match="asks for exact explanations, and its scores are explained by saabas") as refusal:
        trainer("exact", forest).trial("r1", a_trial())
    assert refusal.value.field == "design.requirements.explainability"
    trainer("approximate", forest).trial("r1", a_trial())


@pytest.mark.slow
def test_what_scikit_learn_would_serve_is_refused_before_the_contest_and_at_the_end() -> None:
    for train in (Trainer.trial, Trainer.refit):
        with pytest.raises(Invalid, match=r"its scores cannot be explained.*VotingClassifier"):
            train(trainer("approximate", voting), "r1", a_trial())


def test_an_explanation_that_takes_longer_than_a_call_may_is_refused() -> None:
    with pytest.raises(Invalid, match=r"rows takes .* ms of CPU to be explained, and a call may take 1e-06"):
        trainer("exact", budget=1e-6).trial("r1", a_trial())
