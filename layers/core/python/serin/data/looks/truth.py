"""The table of a day's predictions with what turned out to be right: what quality is measured on."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.domain.charter import Charter, Conflict, Scalar
from serin.domain.truth import label_text, microseconds

FACTS: Mapping[str, pl.DataType] = {
    "prediction_id": pl.String(),
    "source": pl.String(),
    "by": pl.String(),
    "order": pl.Int64(),
    "known": pl.Int64(),
    "label": pl.String(),
    "rating": pl.Int64(),
}
"""`serin.domain.truth.Fact`, a column a field."""
FACT_COLUMNS = list(FACTS)
_ID, _BY = "prediction_id", ["prediction_id", "by"]
_POSITIVE = ["true", "1"]
_OF_THEMSELVES = [*_POSITIVE, "false", "0"]
"""Labels of two classes that say themselves which is the positive one."""
_NOTHING_SAID = pl.DataFrame(
    schema={
        **{name: FACTS[name] for name in (_ID, "source", "by", "known", "label")},
        "conflict": pl.Boolean(),
        "uncounted": pl.Int64(),
        "rating": pl.Float64(),
    }
)


@dataclass(frozen=True)
class DayOfTruth:
    """The table, and the share of the day's truth that each token has sent whose labels do not count for it.

    `rows` has a row for each prediction, in order of its moment: the columns of `serin.data.looks.asked`, where
    `answer` is true for the positive class of a binary task, text (`label_text`) of a multiclass one, and null of a
    regression, and

    - `label`: what was right: as `answer` is, of a regression a number; null while nobody has said it;
    - `said`: the same as text (`label_text`), whatever it is: not every one is a class that a version knows;
    - `created`: when that came to be known;
    - `source`: `dataset` or `feedback`: who has said it; and `token`, the id of the token, of feedback;
    - `conflict`: whether labels that count differ;
    - `uncounted`: how many labels of this prediction do not count, because their token has sent too many;
    - `rating`: the mean of what callers think of the answer, 1 to 5, of tokens that count.
    """

    rows: pl.DataFrame
    over_share: Mapping[str, float]


def no_facts() -> pl.DataFrame:
    """Nothing was said."""
    return pl.DataFrame(schema=FACTS)


def read_facts(lines: bytes) -> pl.DataFrame:
    """Facts as they lie in the lake: a JSON object a line."""
    return pl.read_ndjson(io.BytesIO(lines), schema=FACTS) if lines else no_facts()


def written_facts(facts: pl.DataFrame) -> bytes:
    """Facts as `read_facts` reads them, by their prediction; equal facts give equal bytes."""
    return facts.select(FACT_COLUMNS).sort(FACT_COLUMNS).write_ndjson().encode()


def day_of_truth(asked: pl.DataFrame, facts: pl.DataFrame, charter: Charter, as_of: datetime) -> DayOfTruth:
    """What was known by then of one day's predictions; in whatever order and however often the facts came.

    Of the dataset's rows about a prediction's entity each has the label it was accepted with last, of what had been
    created by then, and the first to be known after the question counts. It counts before feedback. A token that has
    sent labels for more than the charter's share of the predictions that have any does not count at all that day: a
    part of what a liar says is no better. Of the others the charter's `conflict` says which counts. Of predictions
    that were never logged nothing follows.
    """
    asked_at = asked.select(_ID, pl.col("at").dt.epoch("us"))
    facts = facts.join(asked_at, on=_ID, how="inner").filter(pl.col("known") <= microseconds(as_of))
    # Of most days of a young window nobody has said anything yet.
    said, over = (_NOTHING_SAID, dict[str, float]()) if facts.is_empty() else _said(facts, charter)
    rows = (
        asked.join(said, on=_ID, how="left")
        .with_columns(
            *_labels(charter),
            pl.col("label").alias("said"),
            pl.from_epoch("known", "us").cast(TIMESTAMP).alias("created"),
            pl.when(pl.col("source") == "feedback").then(pl.col("by")).alias("token"),
            pl.col("conflict").fill_null(value=False),
            pl.col("uncounted").fill_null(0),
        )
        .sort("at", _ID)
    )
    added = ("label", "said", "created", "source", "token", "conflict", "uncounted", "rating")
    return DayOfTruth(rows.select(*asked.columns, *added), over)


def _said(facts: pl.DataFrame, charter: Charter) -> tuple[pl.DataFrame, Mapping[str, float]]:
    """What a day's facts come to, a row a prediction, and the tokens that have sent too many of them."""
    dataset = _of_dataset(facts.filter(pl.col("source") == "dataset"))
    feedback = _of_callers(facts.filter(pl.col("source") == "feedback"))
    over = _over_share(dataset, feedback, charter.truth.token_share)
    counted = feedback.filter(~pl.col("by").is_in(list(over)))
    picked = _picked(counted.drop_nulls("label"), charter.truth.conflict)
    labels = pl.concat([dataset, picked]).unique(_ID, keep="first", maintain_order=True).drop("rating")
    told = pl.concat([dataset.select(_ID, "label"), counted.select(_ID, "label")]).drop_nulls()
    said = (
        facts.select(_ID)
        .unique()
        .join(labels, on=_ID, how="left")
        .join(told.group_by(_ID).agg((pl.col("label").n_unique() > 1).alias("conflict")), on=_ID, how="left")
        .join(_uncounted(feedback, over), on=_ID, how="left")
        .join(_ratings(counted, charter.truth.conflict), on=_ID, how="left")
    )
    return said.select(_NOTHING_SAID.columns), over


def of_known_classes(rows: pl.DataFrame, charter: Charter, classes: Sequence[Scalar]) -> pl.DataFrame:
    """The rows of `DayOfTruth` in which no label counts but one of these classes; any does where nobody knows them.

    What is none of two classes is not the negative one.
    """
    if not classes:
        return rows
    itself = charter.task == "binary" and charter.positive is None
    counts = pl.col("said").is_in([*map(label_text, classes), *(_OF_THEMSELVES if itself else ())])
    return rows.with_columns(pl.when(counts).then(pl.col(name)).alias(name) for name in ("label", "source"))


def news(candidates: pl.DataFrame, facts: pl.DataFrame) -> pl.DataFrame:
    """Of facts about a day, those that say something which `facts` do not say yet; each once."""
    once = candidates.sort(FACT_COLUMNS).unique([*_BY, "label", "rating", "order"], keep="first", maintain_order=True)
    rows, callers = (once.filter(pl.col("source") == source) for source in ("dataset", "feedback"))
    rows = _changes(rows, facts.filter(pl.col("source") == "dataset"))
    said = facts.select(*_BY, "label", "rating", pl.col("known").alias("since"))
    said = said.group_by(*_BY, "label", "rating").agg(pl.col("since").min())
    callers = callers.sort("known").unique([*_BY, "label", "rating"], keep="first", maintain_order=True)
    callers = callers.join(said, on=[*_BY, "label", "rating"], how="left", nulls_equal=True)
    callers = callers.filter(pl.col("since").is_null() | (pl.col("since") > pl.col("known")))
    return pl.concat([rows.select(FACT_COLUMNS), callers.select(FACT_COLUMNS)])


def _changes(rows: pl.DataFrame, said: pl.DataFrame) -> pl.DataFrame:
    """Versions of the dataset's rows that say something else than the version before them, said already or not."""
    old = pl.lit(value=True).alias("old")
    each = pl.concat([said.select(*FACT_COLUMNS, old), rows.select(*FACT_COLUMNS, ~old)])
    each = each.unique([*_BY, "order"], keep="first", maintain_order=True).sort("order")
    before = [pl.col(name).shift(1).over(_BY) for name in ("label", "known")]
    differs = pl.col("label").ne_missing(before[0]) | pl.col("known").ne_missing(before[1])
    return each.filter(~pl.col("old") & differs)


def _of_dataset(facts: pl.DataFrame) -> pl.DataFrame:
    versions = facts.sort("order", "known", "label").unique(_BY, keep="last", maintain_order=True)
    known = versions.drop_nulls("label").filter(pl.col("known") > pl.col("at"))
    return known.sort("known", "by").unique(_ID, keep="first", maintain_order=True).drop("at")


def _of_callers(facts: pl.DataFrame) -> pl.DataFrame:
    """What each token has said, however often it has said it, by when it did so first."""
    said = facts.filter(pl.col("known") >= pl.col("at")).drop("at").sort("known", "order")
    return said.unique([*_BY, "label", "rating"], keep="first", maintain_order=True).sort("known", "by", "label")


def _over_share(dataset: pl.DataFrame, feedback: pl.DataFrame, share: float) -> dict[str, float]:
    labelled = feedback.drop_nulls("label")
    known = pl.concat([dataset.select(_ID), labelled.select(_ID)]).n_unique()
    sent = labelled.group_by("by").agg(pl.col(_ID).n_unique().alias("sent")).sort("by")
    return {by: count / known for by, count in sent.iter_rows() if count / known > share}


def _picked(said: pl.DataFrame, conflict: Conflict) -> pl.DataFrame:
    """Of each prediction the label that counts."""
    if conflict == "leave_out":
        said = said.filter(pl.col("label").n_unique().over(_ID) == 1)
    return said.unique(_ID, keep="last" if conflict == "keep_last" else "first", maintain_order=True)


def _uncounted(feedback: pl.DataFrame, over: Mapping[str, float]) -> pl.DataFrame:
    left_out = feedback.filter(pl.col("by").is_in(list(over))).drop_nulls("label")
    return left_out.group_by(_ID).agg(pl.len().cast(pl.Int64).alias("uncounted"))


def _ratings(counted: pl.DataFrame, conflict: Conflict) -> pl.DataFrame:
    """Each token's own rating, the one it sent first or last, and the mean of those."""
    rated = counted.drop_nulls("rating")
    own = rated.unique(_BY, keep="last" if conflict == "keep_last" else "first", maintain_order=True)
    return own.group_by(_ID).agg(pl.col("rating").mean())


def _labels(charter: Charter) -> Sequence[pl.Expr]:
    label, answer = pl.col("label"), pl.col("answer")
    if charter.task == "regression":
        return [label.cast(pl.Float64, strict=False)]
    if charter.task == "multiclass":
        return []
    positive = _POSITIVE if charter.positive is None else [label_text(charter.positive)]
    return [label.is_in(positive), answer.is_in(positive)]
