"""The truth about what a release's shadow was asked: labels of the truth's dataset that came after the questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import datetime

import polars as pl

from serin.data.contract.trial import told_by
from serin.data.features.joins import derive, latest_rows
from serin.data.features.truth import CREATED, Asked, answers, of_entities, with_created
from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.errors import Invalid
from serin.domain.fields import read_field
from serin.domain.shadows import Matured, Pair
from serin.ports import Catalog, Clock, ObjectStore
from serin.services.steps.dataset_rows import all_rows, moments_accepted
from serin.services.steps.note_fills import DOOMED
from serin.services.steps.shadow_files import keep, kept_pairs, kept_truth
from serin.services.steps.stored_shadow import ShadowVersions
from serin.services.steps.view_writer import Functions


@dataclass(frozen=True)
class TruthJoined:
    """How many pairs were waiting for their truth, and for how many it has come; `reason`, why none could be read."""

    waiting: int
    joined: int = 0
    reason: str | None = None


def join_truth(
    model: str,
    release_id: str,
    contracts: Mapping[str, Contract],
    code_of: Callable[[bytes], Functions],
    *,
    lake: ObjectStore,
    artifacts: ObjectStore,
    catalog: Catalog,
    clock: Clock,
) -> TruthJoined:
    """Keep the truth that has come for the pairs of a release, each once; safe to repeat.

    By the candidate's charter and the code it came with: a deploy meanwhile does not change what is true. Only requests
    count that neither version can have learnt from. Truth that cannot be read stops no release: it is said.
    """
    release, now = catalog.release(model, release_id), clock.now()
    if release.previous is None:
        return TruthJoined(0)
    versions = ShadowVersions(release, artifacts=artifacts, catalog=catalog)
    known = {truth.prediction_id for truth in kept_truth(model, release_id, lake=lake)}
    pairs = kept_pairs(model, release_id, lake=lake)
    waiting = [pair for pair in pairs if pair.at > versions.learnt_until and pair.prediction_id not in known]
    if not waiting:
        return TruthJoined(0)
    truth = _Truth(
        versions.charters.candidate, contracts, code_of(versions.candidate_layer), lake=lake, catalog=catalog
    )
    try:
        matured = truth.about(waiting, now)
    except DOOMED as error:
        return TruthJoined(len(waiting), 0, told_by(error))
    keep(model, release_id, "truth", matured, now, lake=lake)
    return TruthJoined(len(waiting), len(matured))


@dataclass(frozen=True)
class _Truth:
    """The truth's dataset as a charter reads it."""

    charter: Charter
    contracts: Mapping[str, Contract]
    functions: Functions
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    def about(self, pairs: Sequence[Pair], now: datetime) -> list[Matured]:
        """What is known by `now` about these pairs."""
        asked = [question for pair in pairs if (question := self._question(pair)) is not None]
        rows = self._rows(asked) if asked else None
        if rows is None:
            return []
        joined = answers(rows, asked, self.charter.truth.label, now)
        return [Matured(answer.id, answer.label, answer.created) for answer in joined]

    def _question(self, pair: Pair) -> Asked | None:
        """The pair's entity in the types of the inputs; None where the candidate could not read it either."""
        inputs = {item.name: item for item in self.charter.inputs}
        names = self.charter.features.entities[self.charter.truth.entity]
        try:
            entity = {name: read_field(inputs[name], value) for name, value in zip(names, pair.entity, strict=True)}
        except Invalid:
            return None
        return Asked(pair.prediction_id, pair.at, entity)

    def _rows(self, asked: Sequence[Asked]) -> pl.DataFrame | None:
        """The rows about what was asked, with what is derived and when they came to be known; None without rows."""
        name = self.charter.truth.dataset
        use = self.charter.dataset(name).derive
        heads = {of: self.catalog.head(of) for of in (name, *(use.uses if use else ()))}
        if any(head.rows == 0 for head in heads.values()):
            return None
        tables = dict(all_rows(heads, self.contracts, lake=self.lake, catalog=self.catalog))
        tables[name] = tables[name].with_columns(self._accepted(heads[name]))
        tables = {of: latest_rows(table, self.contracts[of]) for of, table in tables.items()}
        # What views are built from is derived row by row, so that of the others nothing follows.
        if any(view.source == name for view in self.charter.features.views):
            tables[name] = of_entities(tables[name], asked)
        accepted = tables[name][CREATED]
        derived = derive(self.charter, name, {**tables, name: tables[name].drop(CREATED)}, self.functions)
        return with_created(derived, self.charter.truth, accepted)

    def _accepted(self, head: DatasetHead) -> pl.Series:
        return moments_accepted(head, lake=self.lake, catalog=self.catalog).alias(CREATED)
