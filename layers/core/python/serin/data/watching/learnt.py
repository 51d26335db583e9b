"""What a version learnt from, as windows are held against it: its training rows, whole and by slices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import polars as pl

from serin.data.features.as_of import MOMENT
from serin.data.features.joins import SLICE
from serin.data.watching.kept import WHOLE, References, Slice
from serin.data.watching.references import ReferenceWindows, WatchReference, reference_of, reference_windows, with_power
from serin.data.watching.summaries import Summaries, summarise
from serin.domain.fields import MAXIMUM_CHARACTERS, is_printable
from serin.domain.judgement.watching.drift import FEWEST_WINDOWS
from serin.domain.judgement.watching.policy import WatchPolicy, shared
from serin.domain.watched import ANSWER, window_end

MOST_SLICES = 30
"""Of each column so many values are watched, the most frequent ones."""
TESTS_OF_ANSWER = 3
"""So many statistics of the model's answer are tested; their reference comes later, their share is kept for them."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Learnt:
    """The references, the columns that cannot be watched, and how many values of slices have too few rows."""

    references: References
    left_out: tuple[str, ...]
    slices_left_out: int


def learnt(
    rows: pl.DataFrame, features: Sequence[str], slices: Sequence[str], policy: WatchPolicy, *, in_time: bool
) -> Learnt:
    """The references of training rows (`serin.data.features.joins.training_rows`).

    A table without a time is dealt into windows in turn, for its rows have no order that means anything. Raises Invalid
    where the rows do not fill a window.
    """
    length = policy.window
    rows = rows if in_time else _dealt(rows, policy)
    slices = [name for name in slices if name in rows.columns or SLICE + name in rows.columns]
    watched = [name for name in features if not isinstance(rows.schema[name], (pl.Datetime, pl.Null))]
    rows = rows.with_columns(_sliced(rows, name) for name in slices)
    names = [SLICE + name for name in slices]
    summaries = summarise(rows, MOMENT, watched, names, length)
    first, end = rows[MOMENT][0], window_end(rows[MOMENT][-1] + _DAY, length)
    begin = first if in_time else window_end(first, length)
    chosen, left_out = _chosen(summaries, watched[0] if watched else "", policy, end)
    whole, each = shared(policy, len(chosen))
    windows = reference_windows(summaries, begin, end, length)
    references = {WHOLE: with_power(_for_answers_too(reference_of(windows, whole), whole), windows)}
    for column, value in chosen:
        of_slice = reference_windows(summaries, begin, end, length, column, value)
        references[column, value] = reference_of(_of_columns(of_slice, watched), each)
    unwatched = tuple(name for name in features if name not in watched)
    return Learnt(references, unwatched, left_out)


def with_answers(reference: WatchReference, answers: WatchReference | None) -> WatchReference:
    """The reference, with the model's answer among its features where it is known how much that varies."""
    if answers is None:
        return reference
    baseline = reference.baseline
    merged = replace(baseline, features=(*baseline.features, *answers.baseline.features))
    return WatchReference(merged, {**reference.counts, **answers.counts})


def _for_answers_too(reference: WatchReference, policy: WatchPolicy) -> WatchReference:
    tests = sum(len(of.statistics) for of in reference.baseline.features)
    return replace(reference, baseline=replace(reference.baseline, chance=policy.chance(tests + TESTS_OF_ANSWER)))


def _dealt(rows: pl.DataFrame, policy: WatchPolicy) -> pl.DataFrame:
    windows = max(min(rows.height // max(policy.minimum_rows, 1), 52), 1)
    place = pl.int_range(pl.len()) % windows
    at = pl.lit(_EPOCH) + (place + 1) * pl.lit(policy.window) - pl.lit(_DAY)
    return rows.with_columns(at.cast(rows.schema[MOMENT]).alias(MOMENT)).sort(MOMENT, maintain_order=True)


def _sliced(rows: pl.DataFrame, name: str) -> pl.Expr:
    column = name if name in rows.columns else SLICE + name
    return pl.col(column).cast(pl.String).alias(SLICE + name)


def _of_columns(windows: ReferenceWindows, watched: Sequence[str]) -> ReferenceWindows:
    return replace(windows, features={name: windows.features[name] for name in watched if name in windows.features})


def _chosen(summaries: Summaries, feature: str, policy: WatchPolicy, end: datetime) -> tuple[list[Slice], int]:
    """The values that are watched, by their rows, and how many are not.

    Those are rare ones, such as have too few windows, and those that no request can have: an episode, and a command
    that a notice tells, is named by the value.
    """
    rows: Counter[Slice] = Counter()
    windows: Counter[Slice] = Counter()
    for about, counts in summaries.items():
        if about.feature == feature and about.column and about.at < end:
            rows[about.column, about.value] += counts.rows
            windows[about.column, about.value] += 1
    by_column: dict[str, list[Slice]] = {}
    for of, count in rows.most_common():
        if windows[of] >= FEWEST_WINDOWS and count >= policy.minimum_rows and _may_be_asked(of[1]):
            by_column.setdefault(of[0], []).append(of)
    chosen = [of for slices in by_column.values() for of in slices[:MOST_SLICES]]
    return sorted(chosen), len(rows) - len(chosen)


def _may_be_asked(value: str) -> bool:
    return len(value) <= MAXIMUM_CHARACTERS and is_printable(value)


def answers_learnt(
    days: Summaries, begin: datetime, end: datetime, policy: WatchPolicy, chance: float
) -> WatchReference:
    """What a version answered in its first windows, for later ones to be held against."""
    own = {about: counts for about, counts in days.items() if about.feature == ANSWER and not about.column}
    reference = reference_of(reference_windows(own, begin, end, policy.window), policy)
    return replace(reference, baseline=replace(reference.baseline, chance=chance))
