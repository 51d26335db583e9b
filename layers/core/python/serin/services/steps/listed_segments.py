"""Which files hold a dataset's rows up to a head, as the catalog lists them; nothing of them is read."""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.datasets import DatasetHead
from serin.domain.segments import Segment, segment_of
from serin.ports import Catalog


def segments_up_to(head: DatasetHead, *, catalog: Catalog) -> Sequence[Segment]:
    """The segments that have rows up to `head`, in sequence; the last one may have later rows as well."""
    layout = catalog.layout(head.dataset)
    joined = [segment for segment in layout.segments if segment.first <= head.sequence]
    # Parts are immutable and joined once they are there, so between two readings nothing falls into a gap.
    parts = catalog.parts(head.dataset, layout.upto) if layout.upto < head.sequence else ()
    after = [segment_of(part) for part in parts if part.sequence <= head.sequence]
    return [segment for segment in (*joined, *after) if segment.rows]
