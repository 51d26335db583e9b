"""How large a model's datasets are, told by the catalog's manifests and by the newest profiles alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from serin.domain.charter import Charter
from serin.domain.cut_sizes import FileSize, TableSize
from serin.domain.datasets import DatasetHead
from serin.domain.errors import NotFound
from serin.domain.profiles import Profile
from serin.domain.records import from_record
from serin.domain.segments import Segment
from serin.ports import Catalog, ObjectStore
from serin.services.steps.listed_segments import segments_up_to

Segments = Mapping[str, Sequence[Segment]]


def listed(heads: Mapping[str, DatasetHead], *, catalog: Catalog) -> Segments:
    """The files of each dataset up to its head."""
    return {name: segments_up_to(head, catalog=catalog) for name, head in heads.items()}


def table_sizes(
    charter: Charter, segments: Segments, *, catalog: Catalog, lake: ObjectStore
) -> Mapping[str, TableSize]:
    """The size of each dataset of the model."""
    keys = {name for key in charter.features.entities.values() for name in key}
    sizes = dict[str, TableSize]()
    for name, files in segments.items():
        largest = _largest(charter.model, name, keys, catalog=catalog, lake=lake)
        sizes[name] = replace(sized(charter, name, files), largest=largest)
    return sizes


def sized(charter: Charter, dataset: str, segments: Sequence[Segment]) -> TableSize:
    """The size of one dataset of the model, by its manifests alone."""
    times = [column for column, kind in charter.dataset(dataset).types.items() if kind == "timestamp"]
    return table_size(dataset, segments, times)


def table_size(dataset: str, segments: Sequence[Segment], times: Sequence[str] = ()) -> TableSize:
    """The size of one dataset that lies in these files; `times` are its columns of timestamps."""
    spans = {name: span for name in times if (span := _span(name, segments))}
    return TableSize(dataset, tuple(FileSize(one.rows, one.memory) for one in segments), spans)


def _span(column: str, segments: Sequence[Segment]) -> tuple[int, int] | None:
    """From the least to the greatest value; None where a file does not say, or where there is none."""
    ranges = [one.ranges.get(column) for one in segments]
    known = [found for found in ranges if found is not None and found[0] <= found[1]]
    if len(known) < len(ranges) or not known:
        return None
    return min(found[0] for found in known), max(found[1] for found in known)


def _largest(model: str, dataset: str, keys: set[str], *, catalog: Catalog, lake: ObjectStore) -> Mapping[str, float]:
    """Of each column of a key the share of its most frequent value, where a profile tells it."""
    made = catalog.profile(model, dataset)
    if made is None:
        return {}
    try:
        profile = from_record(Profile, json.loads(lake.get(made.key)))
    except NotFound:
        # Profiles expire; the next upload makes another one.
        return {}
    counted = {one.name: max(item.rows for item in one.top) for one in profile.columns if one.name in keys and one.top}
    return {name: rows / profile.rows for name, rows in counted.items() if profile.rows}
