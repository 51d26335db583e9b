"""What callers think of a model's answers: their ratings of the newest days."""

from __future__ import annotations

from datetime import timedelta

from serin.data.looks.truth import day_of_truth
from serin.domain.charter import Charter
from serin.domain.key_figures import KeyFigure
from serin.domain.measurements import ratio_of
from serin.ports import Clock, ObjectStore
from serin.services.steps.truth_days import TruthDays

DAYS = 14


def show_satisfaction(charter: Charter, *, lake: ObjectStore, clock: Clock) -> KeyFigure:
    """The mean rating of the answers of the newest days, of tokens that count, with its interval over days."""
    now = clock.now()
    days = [now.date() - timedelta(days=back) for back in reversed(range(DAYS))]
    truth, rated = TruthDays(charter, days[0], lake=lake), list[tuple[float, int]]()
    for day in days:
        facts, _ = truth.facts(day)
        if facts["rating"].drop_nulls().is_empty():
            continue
        asked, _ = truth.asked(day, now)
        ratings = day_of_truth(asked, facts, charter, now).rows["rating"].drop_nulls()
        rated.append((float(ratings.sum()), ratings.len()))
    mean = ratio_of(rated)
    if mean is None:
        return KeyFigure("satisfaction", None, f"nobody has rated an answer of the last {DAYS} days")
    return KeyFigure("satisfaction", mean.value, f"{mean.rows:,} ratings in {DAYS} days", mean.low, mean.high)
