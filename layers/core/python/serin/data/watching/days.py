"""A statistic day by day, to see when a change began."""

from __future__ import annotations

from datetime import datetime

from serin.data.watching.references import WatchReference
from serin.data.watching.summaries import DAY, Summaries, added_up, window_of
from serin.data.watching.windows import compared
from serin.domain.judgement.watching.evidence import Statistic
from serin.domain.judgement.watching.onset import Day, onset
from serin.domain.judgement.watching.verdicts import WindowVerdict

WINDOWS_BEFORE = 2
"""How many windows before the two that alarmed are looked at: what was before must be seen as well."""


def days_of(
    reference: WatchReference, summaries: Summaries, feature: str, statistic: Statistic, begin: datetime, end: datetime
) -> list[Day]:
    """One statistic of a feature for each day from `begin` to `end` that has rows, over all slices together."""
    own = [
        (about, counts)
        for about, counts in summaries.items()
        if about.feature == feature and not about.column and begin <= about.at < end
    ]
    days = sorted(added_up(own, window_of(DAY, begin)).items(), key=lambda pair: pair[0])
    listed = []
    for about, counts in days:
        (of,) = (one for one in compared(reference, {feature: counts}) if one.feature == feature)
        if statistic in of.statistics:
            listed.append(Day(about.at, of.statistics[statistic]))
    return listed


def onsets_of(reference: WatchReference, summaries: Summaries, verdict: WindowVerdict) -> dict[str, datetime | None]:
    """When the change of each feature in drift began, by the statistic that shows it; of several the first.

    The summaries must hold the days of the window, of the one before it and of `WINDOWS_BEFORE` more.
    """
    begin = verdict.end - (WINDOWS_BEFORE + 2) * (verdict.end - verdict.begin)
    onsets: dict[str, datetime | None] = {}
    for of in verdict.features:
        twice = next((test.statistic for test in of.tests if test.twice), None)
        if twice is not None:
            onsets[of.feature] = onset(days_of(reference, summaries, of.feature, twice, begin, verdict.end))
    return onsets
