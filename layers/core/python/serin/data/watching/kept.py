"""References as they are kept between looks: made once, read by each, however much history there is."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping

from serin.data.watching.counts import Counts
from serin.data.watching.references import WatchReference
from serin.data.watching.summaries import About, read_back, stored
from serin.domain.judgement.watching.evidence import Baseline
from serin.domain.records import as_record, from_record

Slice = tuple[str, str]
WHOLE: Slice = ("", "")
"""All rows; a slice is a column and one of its values."""
References = Mapping[Slice, WatchReference]


def kept(references: References) -> tuple[str, bytes]:
    """The baselines as JSON, and the counts as a Parquet file; equal references give equal files."""
    counts = {
        About(reference.baseline.begin, feature, *of): there
        for of, reference in references.items()
        for feature, there in reference.counts.items()
    }
    baselines = [[*of, as_record(references[of].baseline)] for of in sorted(references)]
    return json.dumps(baselines, sort_keys=True), stored(counts)


def read_references(baselines: str, counts: bytes) -> References:
    """What `kept` has written. Raises ValueError or Corrupt for anything else."""
    of: defaultdict[Slice, dict[str, Counts]] = defaultdict(dict)
    for about, there in read_back(counts).items():
        of[about.column, about.value][about.feature] = there
    return {
        (column, value): WatchReference(from_record(Baseline, record), of[column, value])
        for column, value, record in json.loads(baselines)
    }
