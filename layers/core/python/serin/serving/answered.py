"""The rows of a request with their features, scores and answers, or with why one of them has none."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from serin.domain.errors import ModelFailed
from serin.serving.log import LoggedRows, last_marks, outcome, views_text
from serin.serving.plans import UNMARKED
from serin.serving.texts import ColumnTexts, column_texts, row_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from serin.domain.charter import Scalar, Score
    from serin.serving.model import ServedModel
    from serin.serving.plans import FeatureRows, Marks
    from serin.serving.rows import AnyRows, Instance, Rows


class Answers:
    """What is answered of each row of a request.

    `scores` are those of all rows, and `errors` say by number why a row has none; `explanations` how the others' came
    to be, where that was asked.
    """

    def __init__(
        self,
        instances: Rows,
        features: FeatureRows,
        scores: Sequence[Score | None],
        errors: Mapping[int, ModelFailed],
        model: ServedModel,
    ) -> None:
        self.instances, self.features, self.scores, self.errors = instances, features, scores, errors
        self.explanations: Mapping[int, Mapping[str, object]] = {}
        self._model = model
        self._scored = [score for score in scores if score is not None]
        self._score_texts = column_texts(self._scored)
        self._labels = model.texts.labels(self._scored)

    @property
    def labels(self) -> Sequence[Scalar | None]:
        """What each row was answered; None where it has no score or the task no classes."""
        of_scored = iter(self._labels)
        return [None if number in self.errors else next(of_scored) for number in range(self.instances.count)]

    def texts(self, names: Sequence[str]) -> list[str]:
        """Each row as the caller reads it, under its name; what makes an answer a guess is named.

        `missing` and `stale` are views without a fresh value, `too_busy` those whose entity has more events than are
        counted online, `unknown` columns with a category that was not there in training: a new shop is asked about
        before anybody can have learnt from it, so this is no fault of the request.
        """
        errors, more = self.errors, self._more()
        answers = self._model.texts.of(self._scored, self._score_texts)
        if not errors and not more:
            return [f'{{"prediction_id": "{name}", {answer}}}' for name, answer in zip(names, answers, strict=True)]
        following, texts = iter(answers), []
        for number, name in enumerate(names):
            if number in errors:
                said = {"prediction_id": name, "error": {"row": number, **errors[number].as_record()}}
                texts.append(_ENCODED(said))
            else:
                texts.append(f'{{"prediction_id": "{name}", {next(following)}{more.get(number, "")}}}')
        return texts

    def logged(self, names: Sequence[str]) -> LoggedRows:
        """The rows as the prediction log keeps them."""
        errors, marks, values = self.errors, self.features.marks, self.features.values
        known = ColumnTexts()
        inputs = row_texts(self.instances, known)
        features = inputs if values is self.instances else row_texts(values, known)
        scored = zip(self._score_texts, column_texts(self._labels), strict=True)
        if not errors and not marks:
            return LoggedRows(names, inputs, features, [outcome(score, label) for score, label in scored])
        views = {mark: views_text(mark.missing + mark.too_busy, mark.stale) for mark in {*marks.values(), UNMARKED}}
        outcomes, last, features = [], [], list(features)
        for number in range(self.instances.count):
            error, mark = errors.get(number), marks.get(number, UNMARKED)
            if error is not None and number in self.features.errors:
                # Its features are not known.
                features[number], mark = "{}", UNMARKED
            score, label = next(scored) if error is None else ("null", "null")
            outcomes.append(outcome(score, label, "ok" if error is None else "failed", views[mark]))
            last.append("" if error is None else last_marks(error=error.cause))
        return LoggedRows(names, inputs, features, outcomes, last if errors else ())

    def _more(self) -> dict[int, str]:
        """What is said of a row beside its answer, where anything is."""
        more = {number: _said(explanation=explanation) for number, explanation in self.explanations.items()}
        said: dict[Marks, str] = {}
        for number, of_row in self.features.marks.items():
            if of_row not in said:
                named = {"missing": of_row.missing, "stale": of_row.stale, "too_busy": of_row.too_busy}
                said[of_row] = _said(**{mark: views for mark, views in named.items() if views})
            more[number] = more.get(number, "") + said[of_row]
        for number, columns in self._model.unknown_of(self.features.values).items():
            more[number] = more.get(number, "") + _said(unknown=columns)
        return more


def answered(instances: Rows, features: FeatureRows, model: ServedModel, *, explain: bool = False) -> Answers:
    """Each instance answered, or with its own error: none takes another with it.

    `explain` asks how each score came to be; TooLarge for more rows than can be explained at once.
    """
    if explain:
        _check_explained(instances.count, model)
    errors = dict(features.errors)
    numbers: Sequence[int] = range(instances.count)
    asked = features.values
    if errors:
        numbers = [number for number in numbers if number not in errors]
        asked = asked.of(numbers)
    scores: list[Score | None] = [None] * instances.count
    for number, score in zip(numbers, scored(asked, model), strict=True):
        if isinstance(score, ModelFailed):
            errors[number] = score
        else:
            scores[number] = score
    answers = Answers(instances, features, scores, errors, model)
    if explain:
        rows = features.values
        answers.explanations = {n: _explained(rows[n], model) for n in numbers if n not in errors}
    return answers


def _check_explained(rows: int, model: ServedModel) -> None:
    # Not loaded by whoever is never asked: a process starts sooner.
    from serin.serving.explained import check_explained

    check_explained(rows, model)


def _explained(row: Instance, model: ServedModel) -> Mapping[str, object]:
    from serin.serving.explained import explanation_of

    return explanation_of(row, model)


def scored(rows: AnyRows, model: ServedModel) -> Sequence[Score | ModelFailed]:
    """A score for each row, or why it has none: all at once, and apart only where that fails."""
    try:
        return model.score(rows) if len(rows) else []
    except BaseException as error:  # noqa: BLE001 code of a model may raise anything, and none of it ends who asks
        from serin.serving.scored_rows import scored_apart

        return scored_apart(rows, model, error)


def _said(**fields: object) -> str:
    return f", {_ENCODED(fields)[1:-1]}"


_ENCODED = json.JSONEncoder(allow_nan=False, check_circular=False).encode
