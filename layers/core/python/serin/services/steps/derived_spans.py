"""Spans of times that a model's code derives, as spans of a column that is there before anything is derived."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from serin.domain.datasets import DatasetHead
from serin.domain.time_spans import EVER, Span
from serin.domain.view_statistics import DerivedTimes, ViewStatistics


def common_times(
    counted: Iterable[ViewStatistics | None], dataset: str, heads: Mapping[str, DatasetHead]
) -> DerivedTimes | None:
    """What the statistics of some views of a dataset say of its derived times together.

    None where one says nothing, or speaks of times that were derived by other rows than those that are looked up now.
    """
    known = [statistics.times if statistics else None for statistics in counted]
    looked_up = {name: head.sequence for name, head in heads.items() if name != dataset}
    times = [one for one in known if one is not None and one.looked_up == looked_up]
    if not times or len(times) < len(known) or len({one.column for one in times}) > 1:
        return None
    # Each is right up to its own end, so together they are up to the first.
    return reduce(DerivedTimes.followed_by, sorted(times, key=lambda one: one.upto, reverse=True))


def before_derivation(spans: Iterable[Span], times: DerivedTimes) -> Sequence[Span] | None:
    """Spans of the contract's column that hold every row which lies in one of these; None where any row may.

    That is right of rows up to `times.upto`.
    """
    listed = list[Span]()
    for span in spans:
        if span.column not in times.offsets:
            return None
        least, greatest = times.offsets[span.column]
        listed.append(Span(times.column, max(-EVER, span.least - greatest), min(EVER, span.greatest - least)))
    return listed
