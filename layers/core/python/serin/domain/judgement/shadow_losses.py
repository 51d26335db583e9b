"""What a pair of answers says once the right one is known: how much the candidate loses against the live version."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from serin.domain.charter import Charter, Scalar, Task
from serin.domain.invocation_lines import believable
from serin.domain.judgement.policy import Matrix
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.models import ModelVersion
from serin.domain.shadows import ShadowAnswer

_CLIP = 3.0
"""A difference of absolute errors beyond so many usual errors of the live version counts as this many."""


@dataclass(frozen=True)
class Side:
    """What must be known of a version to read its answers: where it acts from, and whose probability it gives."""

    threshold: float | None
    positive: Scalar | None


@dataclass(frozen=True)
class Rules:
    """How the answers of a shadow are compared.

    `usual_error` is how far a live regression is off, as it was registered: the mean absolute error of rows it never
    saw, else their root mean square. It is the scale on which two values differ: nearer to each other than the live
    one is to the truth, they cannot be told apart by anybody who has only one of them.
    """

    task: Task
    positive: Scalar
    matrix: Matrix | None
    margin: float
    candidate: Side
    live: Side
    usual_error: float | None

    @property
    def judged_by(self) -> Literal["value", "quality"]:
        """Value where the charter says what decisions bring."""
        return "value" if self._by_value else "quality"

    @property
    def largest(self) -> float:
        """The largest loss that one pair can show, in the unit of the losses."""
        if self._by_value and self.matrix is not None:
            return max(abs(self.matrix.tp - self.matrix.fn), abs(self.matrix.fp - self.matrix.tn))
        return _CLIP * (self.usual_error or 0.0) if self.task == "regression" else 1.0

    @property
    def can_lose(self) -> bool:
        """Whether any pair can show a loss above what is allowed."""
        return self.largest > (self.margin if self._by_value else 0.0)

    def can_be_true(self, answer: ShadowAnswer) -> bool:
        """Whether the score is one of this task: a probability, one a class, or a finite number."""
        if self.task == "regression":
            return not isinstance(answer.score, list) and believable(answer.score, None)
        return isinstance(answer.score, list) <= (self.task == "multiclass") and believable(answer.score, True)

    def differs(self, live: ShadowAnswer, candidate: ShadowAnswer) -> bool:
        """Another label, or for a regression a value that differs by more than the live version's usual error.

        Where that was never registered, nobody knows what is much, and nothing differs.
        """
        if self.task != "regression":
            return candidate.label != live.label
        return self.usual_error is not None and abs(_number(candidate) - _number(live)) > self.usual_error

    def loss(self, live: ShadowAnswer, candidate: ShadowAnswer, truth: Scalar) -> float:
        """What the candidate loses on this row, positive where it is worse, at most `largest` either way.

        With a matrix the value of the live decision less that of the candidate's, each by its own threshold. Otherwise
        binary: the difference of squared errors (Brier 1950); multiclass: of wrong labels, since two versions may give
        probabilities of other classes in another order; regression: of absolute errors, clipped.
        """
        compared: Mapping[Task, Callable[[ShadowAnswer, ShadowAnswer, Scalar], float]] = {
            "binary": self._binary,
            "multiclass": lambda ours, theirs, right: (theirs.label != right) - (ours.label != right),
            "regression": self._of_values,
        }
        return compared[self.task](live, candidate, truth)

    @property
    def _by_value(self) -> bool:
        return self.task == "binary" and self.matrix is not None

    def _binary(self, live: ShadowAnswer, candidate: ShadowAnswer, truth: Scalar) -> float:
        right = truth == self.positive
        if self.matrix is None:
            ours, theirs = self._probability(self.live, live), self._probability(self.candidate, candidate)
            return (theirs - right) ** 2 - (ours - right) ** 2
        ours, theirs = (
            self._value(self.matrix, self._acts(side, answer), right)
            for side, answer in ((self.live, live), (self.candidate, candidate))
        )
        return ours - theirs

    def _acts(self, side: Side, answer: ShadowAnswer) -> bool:
        if side.threshold is None or not self._same_class(side):
            return answer.label == self.positive
        return _number(answer) >= side.threshold

    def _probability(self, side: Side, answer: ShadowAnswer) -> float:
        return _number(answer) if self._same_class(side) else 1 - _number(answer)

    def _same_class(self, side: Side) -> bool:
        return side.positive is None or side.positive == self.positive

    def _of_values(self, live: ShadowAnswer, candidate: ShadowAnswer, truth: Scalar) -> float:
        right = float(truth)
        by = abs(_number(candidate) - right) - abs(_number(live) - right)
        return max(-self.largest, min(self.largest, by))

    @staticmethod
    def _value(matrix: Matrix, acts: bool, right: bool) -> float:
        return (matrix.tp if right else matrix.fp) if acts else (matrix.fn if right else matrix.tn)


def rules_of(charter: Charter, candidate: ModelVersion, live: ModelVersion, policy: ReleasePolicy) -> Rules:
    """The rules by the candidate's charter: what decisions bring is the team's newest word when it was trained."""
    positive = next((one for one in (candidate.positive, charter.positive) if one is not None), True)
    return Rules(
        charter.task,
        positive,
        None if charter.value is None else charter.value.matrix,
        policy.margins.value_per_1000 / 1000,
        Side(candidate.threshold, candidate.positive),
        Side(live.threshold, live.positive),
        live.metrics.get("mae", live.metrics.get("rmse")),
    )


def _number(answer: ShadowAnswer) -> float:
    if not isinstance(answer.score, int | float):
        raise TypeError(f"a score of one number is needed, found {answer.score!r}")
    return float(answer.score)
