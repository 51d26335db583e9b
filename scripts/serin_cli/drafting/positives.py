"""The positive class of a draft: a guess that says why, for a person to correct."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from serin.domain.charter import Scalar, Task
from serin.domain.classes import positive_of, says_itself, two_classes


@dataclass(frozen=True)
class Positive:
    """A class, and why it was taken to be the positive one."""

    value: Scalar
    why: str


def positive_in(labels: pl.Series, task: Task) -> Positive | None:
    """What false and true, or 0 and 1, say themselves; else the rarer class, for what is rare is asked about."""
    if task != "binary":
        return None
    counts = labels.drop_nulls().value_counts().sort("count", labels.name)
    classes: list[Scalar] = counts[labels.name].to_list()
    if says_itself(classes):
        return Positive(positive_of(two_classes(classes[0], classes[1], None)), "the class whose probability is given")
    first, rows = counts["count"][0], labels.drop_nulls().len()
    return Positive(
        classes[0], f"the class whose probability is given; guessed: the rarer one, {first:,} of {rows:,} rows"
    )
