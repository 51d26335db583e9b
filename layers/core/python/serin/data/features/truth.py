"""The right answers to questions that were asked: each with the label of its entity that came to be known first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.domain.charter import Scalar, Truth

CREATED = "__created"
_ID, _AT, _LABEL = "__id", "__at", "__label"


@dataclass(frozen=True)
class Asked:
    """A question: its id, its moment, and the values that name its entity, by column."""

    id: str
    at: datetime
    entity: Mapping[str, Any]


@dataclass(frozen=True)
class Answered:
    """The right answer to a question, and when it came to be known."""

    id: str
    label: Scalar
    created: datetime


def of_entities(rows: pl.DataFrame, asked: Sequence[Asked]) -> pl.DataFrame:
    """The rows of entities that were asked about, in their order; all where rows do not have an entity's columns."""
    key = _key(asked)
    if not set(key) <= set(rows.columns):
        return rows
    return rows.join(_frame(rows, asked), on=list(key), how="semi", maintain_order="left")


def with_created(rows: pl.DataFrame, truth: Truth, accepted: pl.Series) -> pl.DataFrame:
    """The rows with `__created`: when their label came to be known, by the charter's column, else when `accepted`."""
    return rows.with_columns((accepted if truth.created_time is None else pl.col(truth.created_time)).alias(CREATED))


def answers(rows: pl.DataFrame, asked: Sequence[Asked], label: str, now: datetime) -> list[Answered]:
    """Each question's answer, if it is known by `now`; in the order of the questions.

    `rows` have `__created`: when their label came to be known. What was known when the question was asked is no truth
    about a forecast, so of an entity's later labels the first one counts; rows without a label or that moment say
    nothing.
    """
    known = rows.select(*_key(asked), pl.col(label).alias(_LABEL), CREATED).drop_nulls([_LABEL, CREATED])
    if known.schema[_LABEL].is_float():
        known = known.filter(pl.col(_LABEL).is_finite())
    joined = (
        _frame(rows, asked)
        .join(known, on=list(_key(asked)), how="inner", maintain_order="left_right")
        .filter(pl.col(CREATED) > pl.col(_AT), pl.col(CREATED) <= now)
        .sort(CREATED, maintain_order=True)
        .unique(_ID, keep="first", maintain_order=True)
    )
    labels = {row[0]: Answered(*row) for row in joined.select(_ID, _LABEL, CREATED).iter_rows()}
    return [labels[question.id] for question in asked if question.id in labels]


def _key(asked: Sequence[Asked]) -> tuple[str, ...]:
    return tuple(asked[0].entity)


def _frame(rows: pl.DataFrame, asked: Sequence[Asked]) -> pl.DataFrame:
    """The questions with their entities in the types that the rows have them in."""
    columns = {name: [question.entity[name] for question in asked] for name in _key(asked)}
    return pl.DataFrame(
        {_ID: [question.id for question in asked], _AT: [question.at for question in asked], **columns},
        schema={_ID: pl.String, _AT: TIMESTAMP, **{name: rows.schema[name] for name in columns}},
        strict=False,
    )
