"""What callers say was right: which of it can be, and why the rest has no effect."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from serin.domain.charter import Charter, Scalar
from serin.domain.errors import Conflict, Invalid, NotFound, SerinError
from serin.domain.fields import shown
from serin.domain.plain_numbers import how_many
from serin.domain.prediction_ids import is_of, moment_of
from serin.domain.truth import LATEST, first_open_day, label_text

RATINGS = range(1, 6)
"""From of no use to just right."""


@dataclass(frozen=True)
class Feedback:
    """What a caller says of one prediction: what was right, how good the answer was, or both."""

    prediction_id: str
    label: Scalar | None = None
    rating: int | None = None


@dataclass(frozen=True)
class Ruling:
    """By what feedback about a model is taken: its charter, the classes it knows, and the names of all models.

    `classes` is empty where nobody knows them.
    """

    charter: Charter
    classes: Sequence[Scalar]
    models: Collection[str]
    now: datetime

    def refusal(self, feedback: Feedback) -> SerinError | None:
        """Why it has no effect; None where it has one."""
        try:
            self._check_prediction(feedback.prediction_id)
            self._check_said(feedback)
        except SerinError as error:
            return error
        return None

    def _check_prediction(self, prediction: str) -> None:
        at, model = moment_of(prediction), self.charter.model
        if not is_of(prediction, model):
            if any(is_of(prediction, other) for other in self.models):
                # Not whose: not every token may know which models there are.
                raise Invalid(f"{prediction} is a prediction of another model.", _TAKE, "prediction_id")
            raise NotFound(f"{model} has made no prediction {prediction}.", _TAKE, "prediction_id")
        if at > self.now:
            raise Invalid(
                f"{prediction} is of {at:%Y-%m-%dT%H:%M:%SZ}, and it is not yet that late: nothing can be known of it.",
                "Say what was right once it has turned out.",
                "prediction_id",
            )
        if at.date() < first_open_day(self.charter.truth, self.now):
            waited = self.charter.truth.watermark + LATEST
            raise Conflict(
                f"{prediction} is of {at:%Y-%m-%d}; truth about {model} is waited for {how_many(waited.days, 'day')}.",
                "Nothing can be done any more: what was measured of it stands.",
                "prediction_id",
            )

    def _check_said(self, feedback: Feedback) -> None:
        if feedback.label is None and feedback.rating is None:
            raise Invalid("There is neither a label nor a rating.", "Say what was right, or rate the answer.", "label")
        if feedback.rating is not None and feedback.rating not in RATINGS:
            raise Invalid(f"The rating is {feedback.rating}.", "Rate from 1 (of no use) to 5 (just right).", "rating")
        if feedback.label is not None and not self._can_be(feedback.label):
            labels = ", ".join(map(shown, self.classes)) or "a finite number"
            raise Invalid(
                f"No label of {self.charter.model} is {shown(feedback.label)}.", f"Labels: {labels}.", "label"
            )

    def _can_be(self, label: Scalar) -> bool:
        if self.charter.task == "regression":
            return isinstance(label, int | float) and not isinstance(label, bool) and _is_finite(label)
        return label_text(label) in map(label_text, self.classes)


_TAKE = "Take prediction_id from this model's own answer."


def _is_finite(number: float) -> bool:
    try:
        return math.isfinite(number)
    except OverflowError:
        return False
