"""One window of a model: what was asked and answered, held against what its version learnt, and how right it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, replace
from datetime import datetime
from functools import cached_property

import polars as pl

from serin.data.looks.truth import of_known_classes
from serin.domain.charter import Charter
from serin.domain.judgement.watching.performance import in_words
from serin.domain.judgement.watching.skew import YOUNG, skew_of
from serin.domain.models import ModelVersion
from serin.domain.watched import TruthSeen, WatchedWindow, WindowReport, report_file
from serin.ports import Catalog, ObjectStore
from serin.services.steps.live_history import LiveHistory
from serin.services.steps.truth_window import TruthWindow, truth_window
from serin.services.steps.window_drift import Drifted, WindowDrift, nothing_said
from serin.services.steps.window_estimate import window_estimate
from serin.services.steps.window_quality import Quality, window_quality, with_quality


@dataclass(frozen=True)
class WindowSeen:
    """A window's report, and when the changes of features in drift began."""

    report: WindowReport
    onsets: Mapping[str, datetime | None]


@dataclass(frozen=True)
class WindowLook:
    """The window of a model that ends at `end`, looked at now; its predictions are all logged."""

    charter: Charter
    end: datetime
    now: datetime
    live: LiveHistory
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    def first(self) -> WindowSeen:
        """All there is to say of it by now."""
        version, policy = self.version, self.charter.monitoring.policy
        begin = self.end - policy.window
        drifted = Drifted(nothing_said(begin, policy, "Nobody asked: no prediction was logged."))
        if version is not None:
            drifted = WindowDrift(self.charter, version, begin, self.now, lake=self.lake, catalog=self.catalog).judged()
        verdict, own = drifted.verdict, self._own(version)
        window = WatchedWindow(
            *(self.charter.model, begin, self.end, self.now, verdict.status, verdict.sentence, verdict.sentence),
            version=None if version is None else version.version,
            rows=own.height,
            others=self._truth.rows.height - own.height,
            report=report_file(self.charter.model, self.end),
        )
        skew = skew_of(verdict, version.version) if version and self._is_young(version.version, begin) else ()
        report = WindowReport(
            *(window, verdict, drifted.slices, skew, drifted.reported, drifted.why_none),
            estimated=None
            if version is None
            else window_estimate(own.drop_nulls("score"), begin, version, self.charter, self.now, lake=self.lake),
        )
        return WindowSeen(self.again(report), drifted.onsets)

    def again(self, report: WindowReport) -> WindowReport:
        """The same report, with what is known by now of how right the answers were."""
        number = report.window.version
        if number is None:
            return report
        if not self._truth.may_be_judged:
            return replace(report, window=replace(report.window, words=_words(report, Quality())))
        version = self.catalog.version(self.charter.model, number)
        rows = self._own(version)
        quality = window_quality(rows, version, self.charter, catalog=self.catalog)
        window = replace(
            report.window,
            at=self.now,
            truth=self._seen(rows),
            performance=quality.performance,
            of_dataset=quality.of_dataset,
            days=quality.days,
            dataset_days=quality.dataset_days,
            words=_words(report, quality),
        )
        slices = with_quality(report.slices, rows, version, self.charter)
        unit = self.charter.value.unit if self.charter.value else None
        return replace(report, window=window, slices=slices, value=quality.value, unit=unit)

    @cached_property
    def version(self) -> ModelVersion | None:
        """The version that answered most rows; of two with as many the later one."""
        counts = self._truth.rows.group_by("version").len().sort("len", "version")
        return None if counts.is_empty() else self.catalog.version(self.charter.model, counts["version"][-1])

    @cached_property
    def _truth(self) -> TruthWindow:
        begin = self.end - self.charter.monitoring.policy.window
        return truth_window(self.charter, begin, self.end, self.now, lake=self.lake)

    def _own(self, version: ModelVersion | None) -> pl.DataFrame:
        rows = self._truth.rows
        if version is None:
            return rows.clear()
        return of_known_classes(rows.filter(pl.col("version") == version.version), self.charter, version.classes)

    def _seen(self, rows: pl.DataFrame) -> TruthSeen:
        labelled = rows.drop_nulls("label")
        of_dataset = labelled.filter(pl.col("source") == "dataset").height
        return TruthSeen(
            *(self._truth.digest, self.now, rows.height, labelled.height, of_dataset, int(rows["uncounted"].sum()))
        )

    def _is_young(self, version: int, begin: datetime) -> bool:
        since = self.live.since(version)
        return since is not None and begin < since + YOUNG * self.charter.monitoring.policy.window


def _words(report: WindowReport, quality: Quality) -> str:
    return in_words(report.drift.status, {of.metric: of for of in quality.performance[:1]})
