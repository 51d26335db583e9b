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


def answer_texts(task: Task, classes: Sequence[Scalar], scores: Sequence[Score], texts: Sequence[str]) -> list[str]:
    """The same of many predictions as text, such as `"label": true, "probability": 0.75, "positive": true`.

    `texts` are the scores', as JSON.
    """
    if task != "binary":
        return [_ENCODED(answer_of(task, classes, score))[1:-1] for score in scores]
    last = f', "positive": {_ENCODED(positive_of(classes))}'
    labels: dict[Scalar | None, str] = {label: f'"label": {_ENCODED(label)}, "probability": ' for label in classes}
    return [f"{labels[label_of(task, classes, score)]}{text}{last}" for score, text in zip(scores, texts, strict=True)]


_ENCODED = json.JSONEncoder(allow_nan=False, check_circular=False).encode
