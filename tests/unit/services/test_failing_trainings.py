"""What can only fail is recorded as failed, with label, number and remedy, before a trial is fitted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import GradientBoostingClassifier, HistGradientBoostingClassifier, StackingClassifier
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.model_selection import GridSearchCV
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.domain.charter import Charter
from serin.domain.errors import SerinError
from serin.domain.experiments import Run, Trial, TrialResult
from serin.domain.names import digest
from serin.domain.searching import trials
from serin.domain.workflow_errors import reason_of
from serin.learning.columns import read_columns
from serin.services.evaluate_model import fail
from serin.services.note_trial import failed_trial
from serin.services.select_trial import select
from serin.services.train_model import Trainer
from tests.builders import GOLDEN, NOON, a_charter, a_run, a_training_set
from tests.unit.learning.orders import START, order_rows, orders_npz

DAYS, A_DAY = 40, 25
ROWS = order_rows(DAYS, A_DAY)
ROOM = 100 * 1024 * 1024
Make = Callable[..., Any]


def trained(
    label: Callable[[dict[str, Any]], Any] | None = None,
    kind: str = "boolean",
    *,
    charter: Charter | None = None,
    make: Make | None = None,
    room: int = ROOM,
    rows: list[dict[str, Any]] | None = None,
) -> tuple[Run, list[str]]:
    """A run from its start to its record, as the states of the workflow take it, and the states that were entered."""
    lake, catalog, charter = MemoryObjectStore(), MemoryCatalog(), charter or a_charter()
    content = orders_npz(ROWS if rows is None else rows, label, kind)
    made = a_training_set(columns_digest=digest(content), holdout_from=START + timedelta(days=DAYS - 10))
    lake.put(made.columns, content)
    catalog.begin_run(a_run())
    entered: list[str] = []
    try:
        trainer = Trainer(charter, made, {}, [GOLDEN], lake=lake, artifacts=MemoryObjectStore(), room=room)
        if make is not None:
            trainer._make = make
        planned = trials(charter.training.search, made)[:1]
        entered.append("check")
        checked = trainer.check(planned)
        entered.append("trials")
        results = [tried(trainer, trial) for trial in planned]
        entered.append("select")
        select(charter, "r1", made, results, checked, catalog=catalog)
    except SerinError as error:
        fail(charter.model, "r1", caught(error), catalog=catalog, clock=MemoryClock(NOON))
    return catalog.run(charter.model, "r1"), entered


def tried(trainer: Trainer, trial: Trial) -> TrialResult:
    """A trial as the workflow takes it: one that fails is told of, and the others go on."""
    try:
        return trainer.trial("r1", trial)
    except SerinError as error:
        return failed_trial(trial, caught(error))


def caught(error: SerinError) -> str:
    return reason_of({"Error": type(error).__name__, "Cause": json.dumps({"errorMessage": str(error)})})


def failed_at_check(*words: str, **given: Any) -> None:
    run, entered = trained(**given)
    assert (run.status, entered) == ("failed", ["check"])
    assert run.reason is not None
    for word in (*words, "Remedy: "):
        assert word in run.reason


def test_a_training_that_can_succeed_goes_on_without_a_warning() -> None:
    run, entered = trained()
    assert (run.status, run.warnings, entered) == ("running", (), ["check", "trials", "select"])


def test_a_constant_label_fails() -> None:
    failed_at_check("The label late is False in all 1,000 rows", label=lambda row: False)


def test_a_constant_number_fails() -> None:
    charter = a_charter(task="regression", floors={})
    failed_at_check("The label late is 3.0 in all 1,000 rows", label=lambda row: 3.0, kind="number", charter=charter)


def test_a_class_of_one_row_fails() -> None:
    search = replace(a_charter().training.search, optimise="log_loss")
    charter = a_charter(task="multiclass", floors={}, training=replace(a_charter().training, search=search))
    rare = ROWS[5]["moment"]
    failed_at_check(
        "The label late is 'lost' in 1 of 1,000 rows",
        label=lambda row: "lost" if row["moment"] == rare else str(row["late"]),
        kind="string",
        charter=charter,
    )


def test_a_holdout_of_one_class_fails() -> None:
    late = START + timedelta(days=DAYS - 11)
    failed_at_check(
        "The 250 rows of the holdout, which judge, all have the label late = False",
        label=lambda row: row["late"] and row["moment"] < late,
    )


def test_learnable_rows_of_one_class_fail() -> None:
    late = START + timedelta(days=DAYS - 10)
    failed_at_check(
        "that trials learn from all have the label late = False", label=lambda r: r["late"] and r["moment"] > late
    )


def test_a_label_of_which_nobody_said_what_is_positive_fails() -> None:
    failed_at_check(
        "nothing says which is the positive one", label=lambda row: "bad" if row["late"] else "good", kind="string"
    )


def test_a_feature_without_a_value_is_warned_of_by_name_and_the_run_goes_on() -> None:
    run, _ = trained(rows=[{**row, "queue.length": None} for row in ROWS])
    assert run.status == "running"
    assert run.warnings[0].startswith("queue.length has no value in any of the rows that trials learn from")


def test_no_feature_with_a_value_fails() -> None:
    failed_at_check(
        "No feature has a value in the rows that trials learn from",
        rows=[{**row, "queue.length": None, "amount": None, "shop": None} for row in ROWS],
    )


def with_lambda(columns: Any, params: Any) -> Any:
    return make_pipeline(FunctionTransformer(lambda table: table[["amount"]].fillna(0)), LogisticRegression())


def test_an_estimator_that_cannot_be_written_fails() -> None:
    failed_at_check("The estimator Pipeline cannot be written to a file", make=with_lambda)


class WithoutParameters(LogisticRegression):
    """Cannot be read back."""

    def __setstate__(self, state: Any) -> None:
        raise RuntimeError("no")


def test_an_estimator_that_cannot_be_read_back_fails() -> None:
    failed_at_check("written but not read back: RuntimeError", make=lambda columns, params: WithoutParameters())


def numbers_then(estimator: Any) -> Make:
    """The estimator over the amount alone."""
    return lambda columns, params: make_pipeline(
        make_column_transformer((FunctionTransformer(np.nan_to_num), ["amount"])), estimator
    )


BOOSTED = GradientBoostingClassifier(n_estimators=3, n_iter_no_change=2)


@pytest.mark.parametrize(
    ("estimator", "named"),
    [
        (HistGradientBoostingClassifier(early_stopping=True, max_iter=3), "HistGradientBoostingClassifier"),
        (BOOSTED, "n_iter_no_change=None"),
        (MLPClassifier((2,), early_stopping=True, max_iter=3), "MLPClassifier"),
        (SGDClassifier(loss="log_loss", early_stopping=True), "SGDClassifier"),
        (CalibratedClassifierCV(BOOSTED, cv=2), "GradientBoostingClassifier"),
        (StackingClassifier([("b", BOOSTED)], LogisticRegression(), cv=2), "GradientBoostingClassifier"),
        (GridSearchCV(BOOSTED, {"max_depth": [2]}, cv=2), "GradientBoostingClassifier"),
    ],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_estimator_that_stops_by_random_rows_is_warned_of(estimator: Any, named: str) -> None:
    run, entered = trained(make=numbers_then(estimator))
    assert (run.status, entered) == ("running", ["check", "trials", "select"])
    (warning,) = run.warnings
    assert named in warning
    assert "stops early by rows that it picks at random" in warning


def test_the_same_with_a_class_of_one_learnt_row_fails() -> None:
    """The class has two rows, so it may be learnt, but the older rows hold one."""
    places = {ROWS[5]["moment"], ROWS[-1]["moment"]}
    search = replace(a_charter().training.search, optimise="log_loss")
    charter = a_charter(task="multiclass", floors={}, training=replace(a_charter().training, search=search))
    failed_at_check(
        "1 row of those it learns from has the label 'lost'",
        "early_stopping=False",
        label=lambda row: "lost" if row["moment"] in places else str(row["late"]),
        kind="string",
        charter=charter,
        make=numbers_then(HistGradientBoostingClassifier(early_stopping=True)),
    )


@pytest.mark.slow
def test_boosting_that_stops_by_itself_above_ten_thousand_rows_is_warned_of_and_the_default_never_does() -> None:
    many = order_rows(DAYS, 320)
    made = numbers_then(HistGradientBoostingClassifier(max_iter=2))
    assert len(trained(make=made, rows=many)[0].warnings) == 1
    assert trained(make=made)[0].warnings == ()
    assert trained(rows=many)[0].warnings == ()


def test_a_model_larger_than_its_room_fails_after_its_first_fit() -> None:
    run, entered = trained(room=1000)
    assert (run.status, entered) == ("failed", ["check", "trials", "select"])
    assert run.reason is not None
    assert "are left beside predict's own layers" in run.reason
    assert "Remedy: Fit a smaller model" in run.reason


def test_a_leak_is_warned_of_by_name_and_the_run_goes_on() -> None:
    """The label is said by the queue's length."""
    columns = read_columns(orders_npz(ROWS))
    assert columns.columns[2].name == "queue.length"
    run, _ = trained(label=lambda row: (row["queue.length"] or 0) >= 6)
    assert run.status == "running"
    (warning,) = run.warnings
    assert warning.startswith("queue.length says too much of the label")
