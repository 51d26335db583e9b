"""What windows of a version are held against, made once of what it learnt from and kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass

import polars as pl

from serin.data.files.parquet import from_parquet
from serin.data.watching.kept import WHOLE, References, kept, read_references
from serin.data.watching.learnt import learnt
from serin.data.watching.references import WatchReference
from serin.data.watching.served import Kind
from serin.domain.charter import Charter
from serin.domain.errors import Invalid, SerinError
from serin.domain.experiments import TrainingSet
from serin.domain.models import ModelVersion
from serin.domain.names import digest
from serin.domain.records import record_digest
from serin.domain.watched import Reported, reference_file
from serin.ports import Catalog, ObjectStore

_RULE = "1"
"""Another one where references are made otherwise, so that none of the old rule is read."""


@dataclass(frozen=True)
class VersionReference:
    """The references of a version's training rows; `why_none` says why there are none."""

    version: int
    references: References
    reported: Reported | None = None
    why_none: str | None = None

    @property
    def whole(self) -> WatchReference | None:
        """That of all rows."""
        return self.references.get(WHOLE)

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """Each watched column's kind."""
        whole = self.whole
        return {} if whole is None else {of.feature: of.kind for of in whole.baseline.features}


@dataclass(frozen=True)
class VersionReferences:
    """References of one model's versions."""

    charter: Charter
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    def of(self, version: ModelVersion) -> VersionReference:
        """As they were kept, or made now; the same whoever makes them."""
        key = reference_file(version.model, version.version, "reference", self._policy)
        if not self.lake.keys(f"{key}.json"):
            self._make(version, key)
        record = json.loads(self.lake.get(f"{key}.json"))
        if record["why_none"] is not None:
            return VersionReference(version.version, {}, None, record["why_none"])
        references = read_references(record["references"], self.lake.get(f"{key}.parquet"))
        baseline = references[WHOLE].baseline
        reported = Reported(
            *(baseline.begin, baseline.end, baseline.windows, tuple(record["left_out"]), record["slices_left_out"])
        )
        return VersionReference(version.version, references, reported)

    def _make(self, version: ModelVersion, key: str) -> None:
        """The counts first: what names them is there last."""
        record: dict[str, object] = {"why_none": None}
        try:
            training_set = self.catalog.training_set(version.model, version.training_set)
            rows = from_parquet(self.lake.get(training_set.parquet))
            monitoring = self.charter.monitoring
            features, in_time = _learnt_columns(rows, training_set), training_set.holdout_from is not None
            reference = learnt(rows, features, monitoring.slices, monitoring.policy, in_time=in_time)
            baselines, counts = kept(reference.references)
            self.lake.put(f"{key}.parquet", counts)
            record |= {
                "references": baselines,
                "left_out": reference.left_out,
                "slices_left_out": reference.slices_left_out,
            }
        except Invalid as error:
            record["why_none"] = _sentence(error)
        self.lake.put(f"{key}.json", json.dumps(record).encode())

    @property
    def _policy(self) -> str:
        return digest(_RULE, record_digest(self.charter.monitoring.policy), *self.charter.monitoring.slices)


def _learnt_columns(rows: pl.DataFrame, training_set: TrainingSet) -> list[str]:
    """The columns that the version learnt from; those that only the version before it used are there too."""
    own = [name for name in rows.columns if not name.startswith("__")]
    if not training_set.uses:
        return own
    return [name for name in own if name in training_set.uses or name.partition(".")[0] in training_set.uses]


def _sentence(error: SerinError) -> str:
    return f"{error.message} {error.remedy}"
