"""Estimators that cannot be trained or kept as they are, told before anything is fitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from serin.domain.errors import Invalid
from serin.domain.model_code import RAISED, raised
from serin.learning.label_checks import rare_class
from serin.learning.package import estimator_bytes
from serin.measures.arrays import Labels
from serin.serving.estimators import Estimator, open_estimator, sha256_of

AUTO_STOPS_ABOVE = 10_000
"""Rows above which scikit-learn's HistGradientBoosting stops early by itself."""


def check_kept(estimator: Estimator) -> None:
    """Raise Invalid for an estimator that cannot be written to a file and read back."""
    content = estimator_bytes(estimator)
    try:
        open_estimator(content, sha256_of(content))
    except RAISED as error:
        raise Invalid(
            f"The estimator can be written but not read back: {raised(error)}.",
            "Write its parts as classes and functions at the top of pipeline.py.",
            "training.pipeline",
        ) from error


def stops_early(estimator: Estimator, fits: Sequence[Labels], *, classes: bool) -> tuple[str, ...]:
    """A warning for each part that stops early by rows it picks at random: of days it learns from too.

    `fits` are the labels of each fit there will be. Raises Invalid where one has a class of one row, which no random
    pick can have on both sides.
    """
    return tuple(dict.fromkeys(_warnings(estimator, fits, classes=classes)))


def _warnings(estimator: Estimator, fits: Sequence[Labels], *, classes: bool) -> Iterator[str]:
    for part in _parts(estimator):
        stopped = [label for label in fits if _picks_rows(part, len(label))]
        if not stopped:
            continue
        name, off = type(part).__name__, _off(part)
        rare = next((value for label in stopped if classes and (value := rare_class(label)) is not None), None)
        if rare is not None:
            raise Invalid(
                f"{name} stops early by rows of every class that it picks at random, and 1 row of those it learns from "
                f"has the label {rare!r}.",
                f"Write {off} in pipeline.py, or upload more rows of that class.",
                "training.pipeline",
            )
        yield (
            f"{name} stops early by rows that it picks at random among those it learns from: rows of one day are "
            f"alike, so it stops too late. Write {off}."
        )


def _parts(estimator: Any) -> Iterator[Any]:
    """The estimator and all it is made of, by scikit-learn's own parameters: pipelines, stacks, searches."""
    yield estimator
    yield from _params(estimator, deep=True).values()


def _picks_rows(part: Any, rows: int) -> bool:
    params = _params(part)
    if "early_stopping" in params:
        return params["early_stopping"] is True or (params["early_stopping"] == "auto" and rows > AUTO_STOPS_ABOVE)
    return "validation_fraction" in params and params.get("n_iter_no_change") is not None


def _off(part: Any) -> str:
    return "early_stopping=False" if "early_stopping" in _params(part) else "n_iter_no_change=None"


def _params(part: Any, *, deep: bool = False) -> Mapping[str, Any]:
    """A part's parameters; of what says nothing of them none: it may be fitted all the same."""
    if isinstance(part, type) or not hasattr(part, "get_params"):
        return {}
    try:
        return dict(part.get_params(deep=deep))
    except RAISED:
        # Of somebody's own: scikit-learn's fails where `__init__` takes `*args`, or keeps a parameter by another name.
        return {}
