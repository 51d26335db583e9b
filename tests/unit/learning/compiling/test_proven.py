"""What becomes of compiling: a file that is proven, or the reason why scikit-learn serves."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from benches.compiled.pipelines import estimators_for, transformers_for
from benches.compiled.tables import Rows, rows_for
from serin.domain.compilation import Compilation
from serin.domain.records import as_record, from_record
from serin.learning.compiling import proven
from serin.learning.compiling.proven import Proven, compiled_and_proven
from serin.learning.fitting import Fitted
from serin.serving.estimators import sha256_of
from tests.builders import NOON
from tests.kernels import this_kernel

ROOM = 10**7


@cache
def rows() -> Rows:
    return rows_for("binary")


def outcome(estimator: Any, room: int = ROOM, *, kernel: bool = True) -> Proven:
    columns = transformers_for(rows())["imputed with indicator, standard, one-hot"]()
    pipeline = make_pipeline(columns, estimator).fit(*rows().learnt)
    fitted = Fitted(pipeline, rows().columns, rows().classes, NOON)
    return compiled_and_proven(fitted, "binary", rows().held_out, this_kernel() if kernel else None, room, most=50)


def test_a_pipeline_that_is_proven_has_its_file_and_what_was_asked_of_it() -> None:
    done = outcome(estimators_for("binary")["LogisticRegression"]())
    assert done.content is not None
    assert done.compilation.sha256 == sha256_of(done.content)
    assert (done.compilation.runtime, done.compilation.reason) == ("compiled", None)
    assert done.compilation.parity is not None
    assert done.compilation.parity.rows == 50
    assert from_record(Compilation, as_record(done.compilation)) == done.compilation
    assert "50 rows and " in done.compilation.sentence


class Own(LogisticRegression):
    """Somebody's own, which answers something else."""

    def predict_proba(self, table: Any) -> Any:
        return super().predict_proba(table) ** 2


@pytest.mark.parametrize(
    ("estimator", "reason"),
    [
        (VotingClassifier([("a", LogisticRegression())], voting="soft"), "VotingClassifier"),
        (Own(), "Own"),
    ],
)
def test_what_is_not_covered_is_served_by_scikit_learn_and_named(estimator: Any, reason: str) -> None:
    done = outcome(estimator)
    assert (done.content, done.compilation.sha256, done.compilation.runtime) == (None, None, "scikit-learn")
    assert reason in (done.compilation.reason or "")
    assert done.compilation.sentence.startswith("Served by scikit-learn: ")


def test_what_has_no_room_or_no_kernel_is_served_by_scikit_learn() -> None:
    estimator = estimators_for("binary")["LogisticRegression"]
    assert "are left" in (outcome(estimator(), room=100).compilation.reason or "")
    assert "no kernel" in (outcome(estimator(), kernel=False).compilation.reason or "")


def test_what_differs_is_not_served_compiled_and_what_breaks_fails_no_training(monkeypatch: pytest.MonkeyPatch) -> None:
    estimator = estimators_for("binary")["LogisticRegression"]
    sound = outcome(estimator()).compilation.parity
    assert sound is not None
    monkeypatch.setattr(proven, "prove", lambda *_: replace(sound, labels=3, worst=0.5))
    done = outcome(estimator())
    assert done.content is None
    assert done.compilation.parity == replace(sound, labels=3, worst=0.5)
    assert "differs in 3 labels of" in (done.compilation.reason or "")

    def breaks(*_: object, **__: object) -> None:
        raise AttributeError("no attribute")

    monkeypatch.setattr(proven, "compile_pipeline", breaks)
    assert "it cannot be compiled: AttributeError" in (outcome(estimator()).compilation.reason or "")
