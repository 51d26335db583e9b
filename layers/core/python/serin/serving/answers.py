"""From a score to what the caller reads."""

from __future__ import annotations

import json
from collections.abc import Sequence

from serin.domain.classes import negative_of, positive_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from serin.domain.charter import Scalar, Score, Task

THRESHOLD = 0.5


def label_of(task: Task, classes: Sequence[Scalar], score: Score) -> Scalar | None:
    """The class a score speaks for (binary: the positive one from one half on); None for regression."""
    if isinstance(score, list):
        return classes[max(range(len(score)), key=score.__getitem__)]
    if task == "binary":
        return positive_of(classes) if score >= THRESHOLD else negative_of(classes)
    return None


def answer_of(task: Task, classes: Sequence[Scalar], score: Score) -> dict[str, object]:
    """The fields of one prediction.

    binary: `label`, and `probability` of the class `positive`; multiclass: `label`, its `probability`, and
    `probabilities` by class; regression: `value`.
    """
    if task == "regression":
        return {"value": score}
    label = label_of(task, classes, score)
    if isinstance(score, list):
        probabilities = {str(name): value for name, value in zip(classes, score, strict=True)}
        return {"label": label, "probability": max(score), "probabilities": probabilities}
    return {"label": label, "probability": score, "positive": positive_of(classes)}


class AnswerTexts:
    """The same of many predictions as text, and their labels; what all of one model share is made once."""

    def __init__(self, task: Task, classes: Sequence[Scalar]) -> None:
        self._task, self._classes = task, classes
        if task == "binary":
            positive = positive_of(classes)
            self._labels = negative_of(classes), positive
            self._first = [f'"label": {_ENCODED(label)}, "probability": ' for label in self._labels]
            self._last = f', "positive": {_ENCODED(positive)}'

    def labels(self, scores: Sequence[Score]) -> Sequence[Scalar | None]:
        """The class that each score speaks for; None for regression."""
        if self._task == "binary":
            return [self._labels[score >= THRESHOLD] for score in scores]  # type: ignore[operator] # a number
        return [label_of(self._task, self._classes, score) for score in scores]

    def of(self, scores: Sequence[Score], texts: Sequence[str]) -> list[str]:
        """Fields such as `"label": true, "probability": 0.75, "positive": true`; `texts` are the scores', as JSON."""
        if self._task != "binary":
            return [_ENCODED(answer_of(self._task, self._classes, score))[1:-1] for score in scores]
        first, last = self._first, self._last
        return [
            f"{first[score >= THRESHOLD]}{text}{last}"  # type: ignore[operator] # a binary score is a number
            for score, text in zip(scores, texts, strict=True)
        ]


_ENCODED = json.JSONEncoder(allow_nan=False, check_circular=False).encode
