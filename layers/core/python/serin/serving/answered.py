"""The rows of a request with their features, scores and answers, or with why one of them has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from serin.domain.errors import ModelFailed
from serin.serving.log import LoggedRow
from serin.serving.plans import FeatureRow

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime
    from typing import Any

    from serin.domain.buckets import OnlineItem
    from serin.domain.charter import Score
    from serin.domain.features import EntityKey, Value
    from serin.serving.model import ServedModel
    from serin.serving.plans import Plan
    from serin.serving.requests import Instance

NOTHING_KNOWN = FeatureRow({})
NO_ANSWER: Mapping[str, Any] = {}


class AnsweredRow:
    """One row on its way to an answer; `error` says why it has no score, and `answer` is empty then.

    `explanation` is how its score came to be, None unless that was asked.
    """

    __slots__ = ("answer", "error", "explanation", "features", "instance", "score", "unknown")

    def __init__(
        self, instance: Instance, features: FeatureRow = NOTHING_KNOWN, error: ModelFailed | None = None
    ) -> None:
        self.instance, self.features, self.error = instance, features, error
        self.score: Score | None = None
        self.answer = NO_ANSWER
        self.explanation: Mapping[str, object] | None = None
        self.unknown: Sequence[str] = ()

    def scored(self, score: Score | ModelFailed, model: ServedModel) -> None:
        """The model has said its score, or why it has none."""
        if isinstance(score, ModelFailed):
            self.error = score
        else:
            self.score, self.answer, self.unknown = score, model.answer(score), model.unknown(self.features.values)

    def as_prediction(self, number: int, name: str) -> dict[str, object]:
        """The row as the caller reads it; what makes an answer a guess is named.

        `missing` and `stale` are views without a fresh value, `too_busy` those whose entity has more events than are
        counted online, `unknown` columns with a category that was not there in training: a new shop is asked about
        before anybody can have learnt from it, so this is no fault of the request.
        """
        if self.error is not None:
            return {"prediction_id": name, "error": {"row": number, **self.error.as_record()}}
        features = self.features
        prediction: dict[str, object] = {"prediction_id": name, **self.answer}
        if self.explanation is not None:
            prediction["explanation"] = self.explanation
        if features.missing:
            prediction["missing"] = list(features.missing)
        if features.stale:
            prediction["stale"] = list(features.stale)
        if features.too_busy:
            prediction["too_busy"] = list(features.too_busy)
        if self.unknown:
            prediction["unknown"] = self.unknown
        return prediction

    def as_logged(self, name: str) -> LoggedRow:
        """The row as the prediction log keeps it."""
        features = self.features
        return LoggedRow(
            name,
            self.instance,
            features.values,
            features.missing + features.too_busy,
            features.stale,
            self.score,
            self.answer.get("label"),
            "ok" if self.error is None else "failed",
            error=None if self.error is None else self.error.cause,
        )


def answered(
    instances: Sequence[Instance],
    plan: Plan,
    model: ServedModel,
    online: Mapping[EntityKey, OnlineItem],
    now: datetime,
    *,
    explain: bool = False,
) -> list[AnsweredRow]:
    """Each instance answered, or with its own error: none takes another with it.

    `explain` asks how each score came to be; TooLarge for more rows than can be explained at once.
    """
    if explain:
        _check_explained(len(instances), model)
    rows = with_features(instances, plan, online, now)
    ready = [row for row in rows if row.error is None]
    for row, score in zip(ready, scored([row.features.values for row in ready], model), strict=True):
        row.scored(score, model)
    if explain:
        _explain([row for row in rows if row.error is None], model)
    return rows


def _check_explained(rows: int, model: ServedModel) -> None:
    # Not loaded by whoever is never asked: a process starts sooner.
    from serin.serving.explained import check_explained

    check_explained(rows, model)


def _explain(rows: Sequence[AnsweredRow], model: ServedModel) -> None:
    from serin.serving.explained import explanation_of

    for row in rows:
        row.explanation = explanation_of(row.features.values, model)


def with_features(
    instances: Sequence[Instance], plan: Plan, online: Mapping[EntityKey, OnlineItem], now: datetime
) -> list[AnsweredRow]:
    """The instances before they are scored, or with the error of the function that could not answer one."""
    row_at = plan.at(online, now)
    return [_with_features(instance, row_at) for instance in instances]


def scored(rows: Sequence[Mapping[str, Value]], model: ServedModel) -> Sequence[Score | ModelFailed]:
    """A score for each row, or why it has none: all at once, and apart only where that fails."""
    try:
        return model.score(rows) if rows else []
    except BaseException as error:  # noqa: BLE001 code of a model may raise anything, and none of it ends who asks
        from serin.serving.scored_rows import scored_apart

        return scored_apart(rows, model, error)


def _with_features(instance: Instance, row_at: Callable[[Instance], FeatureRow]) -> AnsweredRow:
    try:
        return AnsweredRow(instance, row_at(instance))
    except ModelFailed as error:
        return AnsweredRow(instance, error=error)
