"""One part of a batch: its rows are checked, joined with what was known, and scored, each once."""

from __future__ import annotations

import json
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from serin.data.features.columns import as_floats
from serin.data.files.parquet import from_parquet, to_parquet
from serin.data.scoring.answers import Record, Scored, answers, marks, unknown_categories
from serin.data.scoring.feature_files import doubtful_rows, read_scores, scores_in, write_features
from serin.domain.batches import (
    BatchPart,
    BatchPlan,
    PartCounts,
    answers_at,
    counts_at,
    features_at,
    rows_at,
    scores_beside,
)
from serin.domain.charter import Score
from serin.domain.compilation import Runtime
from serin.domain.contracts import Contract
from serin.domain.errors import ModelFailed
from serin.domain.features import Value
from serin.domain.records import as_record, from_record
from serin.ports import Catalog, ObjectStore
from serin.services.steps.batch_features import PartFeatures, part_features
from serin.services.steps.batch_version import BatchVersion
from serin.services.steps.known_objects import known_record
from serin.serving.answered import scored as scored_rows
from serin.serving.answers import THRESHOLD
from serin.serving.compiled.model import CompiledModel
from serin.serving.manifest import Manifest

MARKS = ".marks.parquet"


@dataclass(frozen=True)
class ToEstimate:
    """Features of a part that scikit-learn has to score, which is in another function."""

    features: str


def score_part(
    plan: BatchPlan,
    name: str,
    version: BatchVersion,
    contracts: Mapping[str, Contract],
    *,
    lake: ObjectStore,
    catalog: Catalog,
) -> PartCounts | ToEstimate:
    """The counts of a part once its answers are written; of one that is scored already, those there are.

    Where there is no compiled model the features are written instead, for `estimate_part` and then `write_part`.
    """
    part = plan.part(name)
    if known := _known(plan, part, lake):
        return known
    piece = from_parquet(lake.get(rows_at(plan, name)))
    features = part_features(piece, plan, version, contracts, lake=lake, catalog=catalog)
    table = _marks(features, version.manifest)
    if version.compiled is not None:
        scored = _compiled(features, version.compiled, version)
        return _written(plan, part, table, scored, version.manifest, "compiled", lake)
    place = features_at(plan, name)
    texts = [column.name for column in version.manifest.columns if column.kind == "categorical"]
    lake.put(place, write_features(features.table, texts))
    lake.put(place + MARKS, to_parquet(table))
    return ToEstimate(place)


def write_part(plan: BatchPlan, name: str, manifest: Manifest, *, lake: ObjectStore) -> PartCounts:
    """The counts of a part whose features scikit-learn has scored, once its answers are written."""
    part = plan.part(name)
    if known := _known(plan, part, lake):
        return known
    place = features_at(plan, name)
    table = from_parquet(lake.get(place + MARKS))
    scored = Scored(*read_scores(lake.get(scores_beside(place))))
    return _written(plan, part, table, scored, manifest, "scikit-learn", lake)


def _known(plan: BatchPlan, part: BatchPart, lake: ObjectStore) -> PartCounts | None:
    return known_record(PartCounts, counts_at(plan.set, plan.batch.model, part.name), store=lake)


def _marks(features: PartFeatures, manifest: Manifest) -> pl.DataFrame:
    seen = {column.name: frozenset(column.categories) for column in manifest.columns if column.categories}
    guesses = features.guesses.with_columns(unknown_categories(features.table, seen).alias("unknown"))
    nothing = pl.Series([None] * features.numbers.len(), dtype=pl.String)
    said = guesses.select(nothing.scatter(features.places, column).alias(column.name) for column in guesses)
    return marks(features.numbers, {place: error.as_record() for place, error in features.errors.items()}, said)


def _compiled(features: PartFeatures, model: CompiledModel, version: BatchVersion) -> Scored:
    """The kernel's scores, and by number the errors of rows that it refuses, in the words of a request's."""
    table, rows = features.table, features.table.height
    columns = [
        as_floats(table[column.name]) if column.kind == "numeric" else table[column.name].to_list()
        for column in model.about.columns
    ]
    given = array("d", bytes(8 * rows * model.outputs))
    refused = model.refusals(model.columns(columns), given) if rows else array("B")
    scores = scores_in(given, rows, model.outputs)
    numbers = doubtful_rows(scores, refused)
    again = scored_again([features.row(number) for number in numbers], version)
    failures: dict[int, Record] = {}
    for number, score in zip(numbers, again, strict=True):
        if isinstance(score, ModelFailed):
            failures[number] = score.as_record()
        else:
            scores[number] = score
    return Scored(scores, failures)


def scored_again(rows: list[Mapping[str, Value]], version: BatchVersion) -> Sequence[Score | ModelFailed]:
    """Rows that the kernel refused, one by one as a request's are: so their errors have the same words."""
    served = version.served
    return scored_rows(rows, served) if rows and served is not None else []


def _written(
    plan: BatchPlan,
    part: BatchPart,
    table: pl.DataFrame,
    scored: Scored,
    manifest: Manifest,
    runtime: Runtime,
    lake: ObjectStore,
) -> PartCounts:
    """Write the answers, then the marker: only then is the part scored."""
    model, said = plan.batch.model, answers(table, scored, manifest.task, manifest.classes, THRESHOLD)
    errors = int(said["error"].is_not_null().sum())
    counts = PartCounts(part.name, said.height, said.height - errors, errors, runtime)
    lake.put(answers_at(plan.set, model, part.name), to_parquet(said))
    place = counts_at(plan.set, model, part.name)
    if lake.put_new(place, json.dumps(as_record(counts)).encode()):
        return counts
    return from_record(PartCounts, json.loads(lake.get(place)))
