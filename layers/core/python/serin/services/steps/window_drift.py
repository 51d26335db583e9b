"""A window's inputs and answers held against what the version learnt from, whole and slice by slice."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime

from serin.data.features.joins import SLICE
from serin.data.watching.days import WINDOWS_BEFORE, onsets_of
from serin.data.watching.kept import WHOLE, Slice
from serin.data.watching.learnt import with_answers
from serin.data.watching.references import WatchReference
from serin.data.watching.summaries import Summaries
from serin.data.watching.windows import window_against
from serin.domain.charter import Charter
from serin.domain.judgement.watching.drift import judge
from serin.domain.judgement.watching.evidence import Window
from serin.domain.judgement.watching.policy import WatchPolicy, shared
from serin.domain.judgement.watching.verdicts import Promise, WindowVerdict
from serin.domain.models import ModelVersion
from serin.domain.records import from_record
from serin.domain.shown_names import hidden_names
from serin.domain.watched import Reported, SliceVerdict, WindowReport, report_file
from serin.ports import Catalog, ObjectStore
from serin.services.steps.version_reference import VersionReferences
from serin.services.steps.watched_answers import WatchedAnswers
from serin.services.steps.watched_days import WatchedDays

Before = Mapping[Slice, WindowVerdict]


@dataclass(frozen=True)
class Drifted:
    """The verdicts, what they are against, and when the changes of features in drift began."""

    verdict: WindowVerdict
    slices: tuple[SliceVerdict, ...] = ()
    reported: Reported | None = None
    why_none: str | None = None
    onsets: Mapping[str, datetime | None] = field(default_factory=dict)


@dataclass(frozen=True)
class WindowDrift:
    """The window from `begin` on, of the rows that this version answered."""

    charter: Charter
    version: ModelVersion
    begin: datetime
    now: datetime
    _: KW_ONLY
    lake: ObjectStore
    catalog: Catalog

    @property
    def end(self) -> datetime:
        """When it ends."""
        return self.begin + self._policy.window

    def judged(self) -> Drifted:
        """The verdicts; INSUFFICIENT_DATA where there is nothing to compare with."""
        known = VersionReferences(self.charter, lake=self.lake, catalog=self.catalog).of(self.version)
        if known.whole is None:
            sentence = f"There is nothing to compare with: {known.why_none}"
            return Drifted(nothing_said(self.begin, self._policy, sentence), why_none=known.why_none)
        days = WatchedDays(self.charter, self.version.version, known.kinds, lake=self.lake)
        whole, each = shared(self._policy, len(known.references) - 1)
        chance = known.whole.baseline.chance
        answers = WatchedAnswers(days, whole, chance, lake=self.lake, catalog=self.catalog)
        of_answers = answers.reference(self.begin, self.now)
        reference, before = with_answers(known.whole, of_answers), self._before()
        summaries = days.between(self.begin, self.end, self.now)
        window = window_against(reference, summaries, self.begin, whole.window)
        verdict = self._judged(window, reference, whole, before.get(WHOLE))
        slices = tuple(
            SliceVerdict(*_shown(of), self._slice(of, against, summaries, each, before))
            for of, against in sorted(known.references.items())
            if of != WHOLE
        )
        return Drifted(verdict, slices, known.reported, onsets=self._onsets(reference, days, verdict))

    def _slice(
        self, of: Slice, against: WatchReference, summaries: Summaries, policy: WatchPolicy, before: Before
    ) -> WindowVerdict:
        """In short: nobody reads what is as usual in each of thirty slices."""
        window = window_against(against, summaries, self.begin, policy.window, *of)
        verdict = self._judged(window, against, policy, before.get(of))
        unusual = tuple(one for one in verdict.features if one.status in ("DRIFT", "SUSPECTED"))
        return replace(verdict, features=unusual)

    def _judged(
        self, window: Window, against: WatchReference, policy: WatchPolicy, before: WindowVerdict | None
    ) -> WindowVerdict:
        """The verdict, in which no value stands that nobody may be shown."""
        hidden = hidden_names(self.charter)
        return judge(window.without_values(hidden), against.baseline.without_values(hidden), policy, before)

    def _onsets(
        self, reference: WatchReference, days: WatchedDays, verdict: WindowVerdict
    ) -> Mapping[str, datetime | None]:
        if verdict.status != "DRIFT":
            return {}
        since = self.begin - (WINDOWS_BEFORE + 1) * self._policy.window
        return onsets_of(reference, days.between(since, self.end, self.now), verdict)

    def _before(self) -> Before:
        """The verdicts on the window before, if it is about the same version."""
        key = report_file(self.charter.model, self.begin)
        if not self.lake.keys(key):
            return {}
        report = from_record(WindowReport, json.loads(self.lake.get(key)))
        if report.window.version != self.version.version:
            return {}
        slices = {(SLICE + of.column, of.value): of.verdict for of in report.slices}
        return {WHOLE: report.drift, **slices}

    @property
    def _policy(self) -> WatchPolicy:
        return self.charter.monitoring.policy


def nothing_said(begin: datetime, policy: WatchPolicy, sentence: str, rows: int = 0) -> WindowVerdict:
    """The verdict on a window that nothing can be said of."""
    promise = Promise(policy.false_alarms_per_year, 0.0, 0)
    return WindowVerdict(begin, begin + policy.window, rows, "INSUFFICIENT_DATA", sentence, promise)


def _shown(of: Slice) -> tuple[str, str]:
    return of[0].removeprefix(SLICE), of[1]
