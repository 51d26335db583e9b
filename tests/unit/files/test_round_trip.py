from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from serin.domain.charter import Charter
from serin.domain.records import as_record, from_record
from serin.files.charters import read_charter
from serin.files.durations import duration
from tests.unit.files.written_model import write_charter

SPANS = st.builds("{}{}".format, st.integers(1, 999), st.sampled_from("mhd"))
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=30)
VALUES = st.lists(
    st.one_of(st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6, allow_nan=False), st.booleans(), WORDS),
    min_size=1,
    max_size=4,
)


@given(before=SPANS, ttl=SPANS, holdout=st.integers(1, 29), trials=st.integers(1, 256), problem=WORDS, values=VALUES)
@settings(max_examples=settings.default.max_examples // 4)
def test_a_charter_means_what_was_written_and_survives_being_stored(
    before: str, ttl: str, holdout: int, trials: int, problem: str, values: list[object]
) -> None:
    edits = {
        "starts - 2h": f"starts - {before}",
        "ttl: 3h": f"ttl: {ttl}",
        "holdout: 7d": f"holdout: {holdout}d",
        "trials: 4": f"trials: {trials}",
        "Will this trip end late?": json.dumps(problem, ensure_ascii=False),
        "[15, 31]": json.dumps(values, ensure_ascii=False),
    }
    with tempfile.TemporaryDirectory() as folder:
        charter = read_charter(write_charter(Path(folder), edits))
    assert charter.features.moment.before == duration(before)
    assert charter.features.view("sky").ttl == duration(ttl)
    assert charter.training.search.space["max_leaf_nodes"] == tuple(values)
    assert charter.problem == problem
    assert from_record(Charter, json.loads(json.dumps(as_record(charter)))) == charter
