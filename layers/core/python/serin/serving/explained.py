"""How a row's score came to be, as the caller reads it."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

from serin.domain.errors import TooLarge, Unavailable
from serin.domain.explainability import EXACT
from serin.domain.features import Value
from serin.serving.compiled.explaining import Explanation, explained, margins_of
from serin.serving.compiled.model import CompiledModel
from serin.serving.model import ServedModel


def check_explained(rows: int, model: ServedModel) -> None:
    """Raise TooLarge for more rows than the model can explain while its caller waits."""
    if not isinstance(model.scorer, CompiledModel):
        return
    try:
        most = margins_of(model.scorer).most_rows
    except Unavailable:
        return
    if rows > most:
        found = f"{rows} instances are to be explained; of this model {most} are in one request."
        raise TooLarge(found, "Send the rows in several requests, or without explain.", "instances")


def explanation_of(row: Mapping[str, Value], model: ServedModel) -> Mapping[str, object]:
    """`base`, `margin` and `contributions` by column, of a multiclass task for each of its `classes`.

    `method` says by which they were worked out and `exact` whether they are Shapley values; `explains` is what they add
    up to. A row that is answered is answered: where it cannot be explained, `unavailable` says why.
    """
    if not isinstance(model.scorer, CompiledModel):
        return {"unavailable": f"scores of scikit-learn itself are not explained: {model.uncompiled}"}
    try:
        margins, of = margins_of(model.scorer), explained(model.scorer, row)
    except Unavailable as error:
        return {"unavailable": error.message}
    if not all(isfinite(each.margin) for each in of):
        return {"unavailable": "its margin is no finite number"}
    exact = margins.method in EXACT
    about: dict[str, object] = {"method": margins.method, "exact": exact, "explains": margins.explains}
    if not margins.classes:
        return {**about, **_as_record(of[0])}
    classes = model.facts.classes
    return {
        **about,
        "classes": {str(classes[at]): _as_record(one) for at, one in zip(margins.classes, of, strict=True)},
    }


def _as_record(explanation: Explanation) -> Mapping[str, object]:
    return {
        "base": explanation.base,
        "margin": explanation.margin,
        "contributions": dict(explanation.contributions),
    }
