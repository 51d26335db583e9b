"""The rows of a request with their features, scores and answers, or with why one of them has none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from serin.domain.buckets import OnlineItem
from serin.domain.charter import Score
from serin.domain.errors import ModelFailed
from serin.domain.features import EntityKey
from serin.serving.features import FeaturePlan, FeatureRow, OneMoment
from serin.serving.log import LoggedRow
from serin.serving.model import ServedModel
from serin.serving.requests import Instance
from serin.serving.scored_rows import scored


@dataclass(frozen=True)
class AnsweredRow:
    """One row on its way to an answer; `error` says why it has no score, and `answer` is empty then.

    `explanation` is how its score came to be, None unless that was asked.
    """

    instance: Instance
    features: FeatureRow = field(default_factory=lambda: FeatureRow({}))
    score: Score | None = None
    answer: Mapping[str, Any] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()
    error: ModelFailed | None = None
    explanation: Mapping[str, object] | None = None

    def as_prediction(self, number: int, name: str) -> dict[str, object]:
        """The row as the caller reads it; what makes an answer a guess is named.

        `missing` and `stale` are views without a fresh value, `too_busy` those whose entity has more events than are
        counted online, `unknown` columns with a category that was not there in training: a new shop is asked about
        before anybody can have learnt from it, so this is no fault of the request.
        """
        if self.error is not None:
            return {"prediction_id": name, "error": {"row": number, **self.error.as_record()}}
        marks = (
            ("missing", self.features.missing),
            ("stale", self.features.stale),
            ("too_busy", self.features.too_busy),
            ("unknown", self.unknown),
        )
        told = {} if self.explanation is None else {"explanation": self.explanation}
        return {"prediction_id": name, **self.answer, **told, **{mark: list(names) for mark, names in marks if names}}

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
    plan: FeaturePlan,
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
    moment = OneMoment(online, now)
    rows = [_with_features(instance, plan, moment) for instance in instances]
    ready = [place for place, row in enumerate(rows) if row.error is None]
    scores = scored([rows[place].features.values for place in ready], model)
    for place, score in zip(ready, scores, strict=True):
        rows[place] = _answered(rows[place], score, model)
    return _explained(rows, model) if explain else rows


def _check_explained(rows: int, model: ServedModel) -> None:
    # Not loaded by whoever is never asked: a process starts sooner.
    from serin.serving.explained import check_explained

    check_explained(rows, model)


def _explained(rows: Sequence[AnsweredRow], model: ServedModel) -> list[AnsweredRow]:
    from serin.serving.explained import explanation_of

    return [row if row.error else replace(row, explanation=explanation_of(row.features.values, model)) for row in rows]


def with_features(
    instance: Instance, plan: FeaturePlan, online: Mapping[EntityKey, OnlineItem], now: datetime
) -> AnsweredRow:
    """The instance before it is scored, or with the error of the function that could not answer it."""
    return _with_features(instance, plan, OneMoment(online, now))


def _with_features(instance: Instance, plan: FeaturePlan, moment: OneMoment) -> AnsweredRow:
    try:
        return AnsweredRow(instance, plan.row_of(instance, moment))
    except ModelFailed as error:
        return AnsweredRow(instance, error=error)


def _answered(row: AnsweredRow, score: Score | ModelFailed, model: ServedModel) -> AnsweredRow:
    if isinstance(score, ModelFailed):
        return replace(row, error=score)
    unknown = tuple(model.unknown(row.features.values))
    return replace(row, score=score, answer=model.answer(score), unknown=unknown)
