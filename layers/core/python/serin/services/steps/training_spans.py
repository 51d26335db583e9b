"""Which rows a training's window and its views' reach need, told before they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from serin.domain.buckets import definition
from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead
from serin.domain.segments import Segment
from serin.domain.time_spans import EVER, Span
from serin.domain.view_statistics import DerivedTimes
from serin.ports import Catalog
from serin.services.steps.derived_spans import before_derivation, common_times

MICROSECOND = timedelta(microseconds=1)
_SLACK = 16
"""Where the newest label is not known before: of the window, the share that is read besides."""
Times = Mapping[str, DerivedTimes]
"""By dataset, where the times lie that are derived of it, as far as that is known."""


def derived_times(charter: Charter, heads: Mapping[str, DatasetHead], *, catalog: Catalog) -> Times:
    """What the records of the views say of derived times, of each dataset the one that reaches furthest."""
    known: dict[str, DerivedTimes] = {}
    for view in charter.features.views:
        fill = catalog.fill(charter.model, definition(charter, view)) if charter.dataset(view.source).derive else None
        read = {name: heads[name] for name in charter.reads(view)}
        times = common_times([fill.statistics if fill else None], view.source, read)
        if times and (view.source not in known or known[view.source].upto < times.upto):
            known[view.source] = times
    return known


def span_of(charter: Charter, contract: Contract, least: int, times: Times) -> Span | None:
    """The truth's rows whose moment is `least` or later; None where that is not told before all is read."""
    (span,) = _known([Span(charter.features.moment.column, least)], contract, times) or (None,)
    return span


def newest_asked(charter: Charter, contract: Contract, segments: Sequence[Segment], times: Times) -> int | None:
    """No moment that is asked is newer, by the manifests of the truth's dataset, in microseconds since 1970.

    None where they do not say, and where rows that are not read may be versions of those that are.
    """
    span = span_of(charter, contract, 0, times)
    if span is None or not contract.primary_key:
        return None
    ranges = [one.ranges.get(span.column) for one in segments]
    known = [each for each in ranges if each is not None]
    if len(known) < len(ranges) or not known:
        return None
    return max(each[1] for each in known) - span.least


def window_begins(charter: Charter, newest: int) -> int:
    """Where the window of the newest label begins, rather too early: which rows have one is not looked at."""
    window = charter.training.window // MICROSECOND
    return newest - window - window // _SLACK


def spans_of(
    charter: Charter, contracts: Mapping[str, Contract], least: int, times: Times
) -> dict[str, tuple[Span, ...]] | None:
    """The times of each dataset's rows that are needed; a dataset that is needed whole has none.

    None where the truth's dataset is needed whole.
    """
    truth, moment = charter.truth.dataset, charter.features.moment
    looked_up = {name for use in charter.datasets if use.derive for name in use.derive.uses}
    asked = least - moment.before // MICROSECOND
    spans: dict[str, tuple[Span, ...]] = {}
    for use in charter.datasets:
        reach = [_reach(view, asked) for view in charter.features.views if view.source == use.name]
        own = [Span(moment.column, least)] if use.name == truth else []
        needed = [*own, *(span for span in reach if span)]
        known = _known(needed, contracts[use.name], times)
        if known is not None and needed and None not in reach and use.name not in looked_up:
            spans[use.name] = tuple(known)
    return spans if truth in spans else None


def _reach(view: View, asked: int) -> Span | None:
    """The events that the view may need of a moment `asked` or later; None where any may be."""
    if view.static or view.ttl is None or view.event_time is None:
        return None
    longest = max([view.ttl, *(window.over for window in view.windows)])
    return Span(view.event_time, max(-EVER, asked - longest // MICROSECOND))


def _known(spans: Sequence[Span], contract: Contract, times: Times) -> Sequence[Span] | None:
    """The spans by columns of the contract; None where one is of something else than a time."""
    columns = {column.name: column.type for column in contract.columns}
    there = [span for span in spans if columns.get(span.column) == "timestamp"]
    others = [span for span in spans if span.column not in columns]
    known = times.get(contract.dataset)
    if len(there) + len(others) < len(spans) or (others and known is None):
        return None
    derived = before_derivation(others, known) if known else []
    return None if derived is None else [*there, *derived]
