"""The plan of a training set by the catalog alone: for who asks what it takes, and for who is about to begin it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.cut_plan import CutPlan, plan_training_set
from serin.domain.cut_sizes import TableSize
from serin.domain.datasets import DatasetHead
from serin.domain.plan_costs import LastFits
from serin.domain.segments import Segment
from serin.domain.time_spans import Span
from serin.ports import Catalog, ObjectStore
from serin.services.steps.table_sizes import Segments, listed, sized, table_sizes
from serin.services.steps.training_spans import derived_times, newest_asked, spans_of, window_begins


def planned_set(
    charter: Charter,
    contracts: Mapping[str, Contract],
    heads: Mapping[str, DatasetHead],
    views: Sequence[View],
    last: LastFits | None,
    *,
    catalog: Catalog,
    lake: ObjectStore,
) -> tuple[CutPlan, Mapping[str, TableSize]]:
    """The plan for the datasets up to these heads, and their sizes."""
    segments = listed(heads, catalog=catalog)
    sizes = table_sizes(charter, segments, catalog=catalog, lake=lake)
    recent = recent_sizes(charter, contracts, heads, segments, catalog=catalog)
    return plan_training_set(charter, sizes, views, recent=recent, last=last), sizes


def recent_sizes(
    charter: Charter,
    contracts: Mapping[str, Contract],
    heads: Mapping[str, DatasetHead],
    segments: Segments,
    *,
    catalog: Catalog,
) -> Mapping[str, TableSize] | None:
    """What is read of each dataset where only the rows are that the window and the views reach; None where all are.

    By the manifests, as `serin.services.steps.training_tables` reads them.
    """
    truth, times = charter.truth.dataset, derived_times(charter, heads, catalog=catalog)
    newest = newest_asked(charter, contracts[truth], segments[truth], times)
    if newest is None:
        return None
    spans = spans_of(charter, contracts, window_begins(charter, newest), times)
    if spans is None:
        return None
    return {
        name: sized(charter, name, _read(files, spans[name], contracts[name]) if name in spans else files)
        for name, files in segments.items()
    }


def _read(segments: Sequence[Segment], spans: Sequence[Span], contract: Contract) -> Sequence[Segment]:
    """Those that may have a row within, and those that may have another version of one."""
    within = [one for one in segments if any(span.may_be_in(one) for span in spans)]
    if not contract.primary_key:
        return within
    return [one for one in segments if one in within or _may_have_versions(one, within, contract.primary_key)]


def _may_have_versions(segment: Segment, within: Sequence[Segment], key: Sequence[str]) -> bool:
    for name in key:
        ranges = [one.ranges.get(name) for one in within]
        known = [each for each in ranges if each is not None]
        if len(known) < len(ranges) or not known:
            continue
        least, greatest = min(each[0] for each in known), max(each[1] for each in known)
        if not segment.may_lie_within(name, least, greatest):
            return False
    return bool(within)
