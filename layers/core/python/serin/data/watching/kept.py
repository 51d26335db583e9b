"""A reference as it is kept between looks: made once, read by each, however much history there is."""

from __future__ import annotations

import json

from serin.data.watching.references import WatchReference
from serin.data.watching.summaries import About, read_back, stored
from serin.domain.judgement.watching.evidence import Baseline
from serin.domain.records import as_record, from_record


def kept(reference: WatchReference) -> tuple[str, bytes]:
    """The baseline as JSON, and the counts as a Parquet file; equal references give equal files."""
    begin = reference.baseline.begin
    counts = {About(begin, feature): of for feature, of in reference.counts.items()}
    return json.dumps(as_record(reference.baseline), sort_keys=True), stored(counts)


def read_reference(baseline: str, counts: bytes) -> WatchReference:
    """What `kept` has written. Raises ValueError or Corrupt for anything else."""
    of = {about.feature: found for about, found in read_back(counts).items()}
    return WatchReference(from_record(Baseline, json.loads(baseline)), of)
