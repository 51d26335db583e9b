"""What goes wrong in a model's own code is told by name and place, at the first fit, and never as it was raised."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.ensemble import VotingClassifier

from serin.domain.errors import Invalid
from serin.learning.estimator_checks import stops_early
from serin.learning.fitting import Champion, Recipe, contest, run_trial
from serin.learning.pipelines import pipeline_maker
from tests.builders import a_charter
from tests.unit.learning.orders import START, order_columns

HOLDOUT = START + timedelta(days=30)
COLUMNS = order_columns()
TEXTS = replace(order_columns(label=lambda row: "bad" if row["late"] else "good", kind="string"), positive="bad")


class Odd(DummyClassifier):  # type: ignore[misc]
    """Answers as it is told to."""

    def __init__(self, answers: Callable[[Any], Any] = lambda found: found) -> None:
        super().__init__(strategy="prior")
        self.answers = answers

    def predict_proba(self, table: Any) -> Any:
        return self.answers(super().predict_proba(table))


class Failing(DummyClassifier):  # type: ignore[misc]
    """Cannot be fitted."""

    def fit(self, table: Any, label: Any) -> Any:
        raise KeyError("amounts")


class Renaming(DummyClassifier):  # type: ignore[misc]
    """Keeps its parameter by another name, so that nobody can ask for it."""

    def __init__(self, kind: str = "prior") -> None:
        super().__init__(strategy=kind)


def plain(columns: Any, params: Any) -> Any:
    return DummyClassifier(strategy="prior")


@pytest.mark.parametrize(
    ("estimator", "told"),
    [
        (Failing(), "The estimator Failing cannot be fitted: KeyError: 'amounts'"),
        (Odd(lambda found: found * np.nan), "scores that are no finite number"),
        (Odd(lambda found: found * 5), "scores that are no probability"),
        (Odd(lambda found: found[:, :1]), r"gives 125 rows probabilities of shape \(125, 1\)"),
        (Odd(lambda found: found[:-1]), r"gives 125 rows probabilities of shape \(124, 2\)"),
        (Odd(lambda found: 1 / 0), "cannot score rows: ZeroDivisionError"),
    ],
)
def test_an_estimator_that_cannot_be_judged_is_told_at_its_first_fit(estimator: Any, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        run_trial(COLUMNS, "binary", lambda columns, params: estimator, {}, HOLDOUT)


@pytest.mark.parametrize(
    ("opponent", "told"),
    [
        (Champion(3, DummyClassifier().fit(COLUMNS.table, COLUMNS.label), START), "has never seen the class 'bad'"),
        (Recipe(3, lambda columns, params: DummyRegressor(), {}, TEXTS.columns), "cannot be fitted: ValueError"),
    ],
)
def test_a_live_version_made_for_another_label_is_named_with_the_way_on(opponent: Any, told: str) -> None:
    with pytest.raises(Invalid, match=f"Version 3 is live and cannot be compared with: .*{told}") as error:
        contest(TEXTS, "binary", plain, {}, HOLDOUT, opponent)
    assert "models withdraw MODEL --version 3" in error.value.remedy


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("import nothing_like_it\n", "cannot be imported: ModuleNotFoundError.*pipeline.py, line 1"),
        (
            "def pipeline(columns, params):\n    return params['depth']\n",
            "failed: KeyError: 'depth' .pipeline.py, line 2",
        ),
        ("def pipeline(columns, params):\n    return None\n", "made a NoneType without `fit`"),
        ("def pipeline(columns, params):\n    return object\n", "made the class object, and no estimator of it"),
    ],
)
def test_a_pipeline_that_makes_no_estimator_is_told_by_its_line(
    code: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "model_code"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "pipeline.py").write_text(code)
    for name in [name for name in sys.modules if name.partition(".")[0] == "model_code"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(tmp_path)
    training = replace(a_charter().training, pipeline="pipeline.py")
    with pytest.raises(Invalid, match=told):
        pipeline_maker(a_charter(training=training))((), {})


def test_an_estimator_that_does_not_say_its_parameters_stops_nothing() -> None:
    with pytest.raises(AttributeError):
        Renaming().get_params()
    for estimator in (Renaming(), VotingClassifier([("own", Renaming())], voting="soft")):
        assert stops_early(estimator, [np.zeros(20_000)], classes=True) == ()
