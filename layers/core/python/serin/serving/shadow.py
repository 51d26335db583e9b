"""Logged rows as a shadow is asked them: their inputs checked as a caller's are, their features as of their moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from serin.domain.buckets import OnlineItem
from serin.domain.charter import Score
from serin.domain.errors import ModelFailed, SerinError
from serin.domain.features import EntityKey, Value
from serin.domain.records import from_record
from serin.domain.shadows import ShadowAnswer, ShadowRow
from serin.serving.answered import scored
from serin.serving.features import FeaturePlan, newer_than
from serin.serving.log import LoggedRow
from serin.serving.model import ServedModel
from serin.serving.plans import FeatureRow
from serin.serving.replay import logged_values
from serin.serving.requests import read_row
from serin.serving.rows import Instance

TYPE_CHECKING = False
if TYPE_CHECKING:
    from serin.serving.manifest import Column

Read = Callable[[Sequence[EntityKey]], Mapping[EntityKey, OnlineItem]]
"""Reads items of the online store, however many."""


@dataclass
class ShadowedRow:
    """A row on its way to an answer; `answer` says why, where there is none."""

    id: str
    at: datetime
    instance: Instance
    logged: Mapping[str, Value]
    features: FeatureRow | None = None
    answer: ShadowAnswer = field(default_factory=ShadowAnswer)

    def fails(self, error: SerinError) -> None:
        """It cannot be answered, and this is why."""
        self.answer = replace(self.answer, score=None, label=None, error=f"{error.kind}: {error.message}"[:1000])

    @property
    def answerable(self) -> bool:
        """Whether nothing has gone wrong with it."""
        return self.answer.error is None

    def as_logged(self, name: str) -> LoggedRow:
        """The row as the prediction log keeps it, though it is no prediction."""
        features = self.features or FeatureRow({})
        return LoggedRow(
            name,
            self.instance,
            features.values,
            features.missing + features.too_busy,
            features.stale,
            self.answer.score,
            self.answer.label,
            "ok" if self.answerable else "failed",
            self.id,
        )


def shadowed(rows: Sequence[Any], plan: FeaturePlan, model: ServedModel, read: Read) -> list[ShadowedRow]:
    """Each row with its answer, or with the refusal or the error that it alone would have had in traffic."""
    rows_read = [_read_row(row, plan, model.facts.columns) for row in rows]
    ready = [row for row in rows_read if row.answerable]
    online = read(list(dict.fromkeys(key for row in ready for key in plan.keys([row.instance], row.at, row.logged))))
    for row in ready:
        _look_up(row, plan, online)
    _score([row for row in ready if row.answerable], model)
    return rows_read


def _read_row(record: Any, plan: FeaturePlan, of_model: Sequence[Column]) -> ShadowedRow:
    row = from_record(ShadowRow, record)
    columns = [column for column in of_model if column.name in row.features]
    views = {f"{view.name}.{of}" for view in plan.views for of in view.values}
    row_read = ShadowedRow(row.prediction_id, row.at, {}, {})
    try:
        logged = logged_values(row.features, [column for column in columns if column.name in views])
        row_read.instance, row_read.logged = read_row(row.inputs, plan.inputs), logged
    except SerinError as error:
        row_read.fails(error)
    return row_read


def _look_up(row: ShadowedRow, plan: FeaturePlan, online: Mapping[EntityKey, OnlineItem]) -> None:
    changed = plan.changed(row.instance, online, row.at, row.logged)
    then = {key: item for key, item in online.items() if not newer_than(item, row.at)}
    row.answer = ShadowAnswer(changed=changed)
    try:
        row.features = plan.row(row.instance, then, row.at, row.logged)
    except ModelFailed as error:
        row.fails(error)


def _score(rows: Sequence[ShadowedRow], model: ServedModel) -> None:
    for row, score in zip(rows, scored([_values(row) for row in rows], model), strict=True):
        if isinstance(score, ModelFailed):
            row.fails(score)
        else:
            row.answer = replace(row.answer, score=score, label=_label(model, score))


def _values(row: ShadowedRow) -> Mapping[str, Value]:
    assert row.features is not None
    return row.features.values


def _label(model: ServedModel, score: Score) -> Any:
    return model.answer(score).get("label")
