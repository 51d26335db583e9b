"""Weeks of flights against a reference: `drift.py FOLDER RUNS`.

The reference is summarised once, as a service keeps it; each week is summarised from its rows and compared.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from serin.data.watching.references import WatchReference, reference_of, reference_windows
from serin.data.watching.summaries import summarise
from serin.data.watching.windows import window_against
from serin.domain.judgement.watching.evidence import Window
from serin.domain.judgement.watching.policy import WatchPolicy

MOMENT = "time_hour"
WEEK = timedelta(days=7)


def week_of(frame: pl.DataFrame, reference: WatchReference, features: list[str]) -> Window:
    """A week's rows, summarised and compared."""
    first = frame[MOMENT].min()
    assert isinstance(first, datetime)
    begin = reference.baseline.end + (first - reference.baseline.end) // WEEK * WEEK
    return window_against(reference, summarise(frame, MOMENT, features), begin, WEEK)


def main() -> None:
    """The reference, each week once to warm up, then as often as was asked."""
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    columns = json.loads((folder / "columns.json").read_text())
    features = [*columns["numbers"], *columns["categories"]]
    frames = [pl.read_parquet(folder / f"{name}.parquet") for name in columns["files"]]
    begin, end = (datetime.fromisoformat(columns[name]).astimezone(UTC) for name in ("begin", "end"))
    began = time.process_time()
    windows = reference_windows(summarise(frames[0], MOMENT, features), begin, end, WEEK)
    reference = reference_of(windows, WatchPolicy())
    of_reference = time.process_time() - began
    weeks = [week_of(frame, reference, features) for frame in frames[1:]]
    times = []
    for _ in range(runs):
        for frame in frames[1:]:
            began = time.process_time()
            week_of(frame, reference, features)
            times.append(time.process_time() - began)
    print(json.dumps({"values": [_values(of) for of in weeks], "week": times, "reference": of_reference}))


def _values(window: Window) -> dict[str, Any]:
    return {of.feature: [of.wasserstein, of.jensen_shannon, of.error] for of in window.features}


if __name__ == "__main__":
    main()
