"""What one more window costs as history grows: its rows are summarised, added to all before, compared and judged."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from serin.data.watching.references import reference_of, reference_windows
from serin.data.watching.summaries import Summaries, added_up, read_back, stored, summarise
from serin.data.watching.windows import window_against
from serin.domain.judgement.watching.drift import judge
from serin.domain.judgement.watching.policy import WatchPolicy

HISTORIES = (1, 10, 100)
BEGIN = datetime.fromisoformat("2013-01-07T00:00:00+00:00")
WEEK = timedelta(days=7)
_REFERENCE, _ROWS, _FEATURES, _REPEATED = 13, 5_000, 20, 5
_SEED = 20130603


def cost() -> Mapping[str, float]:
    """CPU seconds a window, by how many windows there were before: medians of five."""
    return {str(windows): _with_history(windows) for windows in HISTORIES}


def _with_history(windows: int) -> float:
    random = np.random.default_rng(_SEED)
    names = [f"feature_{number}" for number in range(_FEATURES)]
    weeks = [summarise(_rows(random, week), "at", names) for week in range(_REFERENCE)]
    end = BEGIN + _REFERENCE * WEEK
    days: Summaries = {about: counts for week in weeks for about, counts in week.items()}
    reference = reference_of(reference_windows(days, BEGIN, end, WEEK), WatchPolicy())
    history = stored({})
    times = []
    for week in range(windows + _REPEATED):
        rows = _rows(random, _REFERENCE + week)
        began = time.process_time()
        begin = end + week * WEEK
        own = summarise(rows, "at", names)
        pairs = [*read_back(history).items(), *own.items()]
        history = stored(added_up(pairs, lambda _: BEGIN))
        judge(window_against(reference, own, begin, WEEK), reference.baseline, WatchPolicy())
        times.append(time.process_time() - began)
    return round(statistics.median(times[windows:]), 5)


def _rows(random: np.random.Generator, week: int) -> pl.DataFrame:
    seconds = random.integers(0, 7 * 86_400, _ROWS)
    at = pl.Series("at", seconds) * 1_000_000
    moments = at.cast(pl.Duration("us")) + pl.Series([BEGIN + week * WEEK], dtype=pl.Datetime("us", "UTC"))
    drawn = random.standard_normal((_FEATURES, _ROWS))
    return pl.DataFrame({"at": moments, **{f"feature_{number}": drawn[number] for number in range(_FEATURES)}})
