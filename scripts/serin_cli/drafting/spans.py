"""How much of a file's history teaches and how much judges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from serin.data.looks.inference import ColumnSeen, FileSeen
from serin.domain.experiments import learnable_without_time
from serin.domain.judgement.champion import MINIMUM_BLOCKS
from serin.domain.judgement.policy import Block
from serin_cli.drafting.times import TimeSource

FIRST_MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
"""Where no column is a time, the place of a row is: hours since this moment."""

SHARE_THAT_JUDGES = 5
ROWS_THAT_JUDGE = 200
FEWEST_ROWS = 100
LONGEST_WINDOW_DAYS = 36_500
A_YEAR_DAYS = 365


@dataclass(frozen=True)
class Spans:
    """`window` and `holdout` as a charter writes them; `judges` and `learns` count this file's rows of each.

    `block` is what counts as one observation of the gate.
    """

    window: str
    holdout: str
    judges: int
    learns: int
    block: Block
    notes: tuple[str, ...]

    @property
    def minimum_rows(self) -> int:
        """A training starts by itself when this file has arrived, and not with much less."""
        return max(1, self.learns // 2)


def moments_of(seen: FileSeen, label: ColumnSeen, time: TimeSource | None) -> list[datetime]:
    """When each labelled row was asked, in order."""
    if time is None:
        moments = pl.Series([FIRST_MOMENT + timedelta(hours=place) for place in range(seen.typed.height)])
    else:
        moments = time.moments(seen.typed)
    return moments.filter(seen.typed[label.name].is_not_null()).sort().to_list()


def spans_of(moments: Sequence[datetime], *, ordered_by_place: bool) -> Spans:
    """For labelled rows in order of their moments: the newest fifth judges, but enough rows for the gate.

    Without a time all rows judge in turn, or a fifth of a larger table.
    """
    wanted = max(ROWS_THAT_JUDGE, len(moments) // SHARE_THAT_JUDGES)
    judges = min(wanted, max(1, len(moments) // 2))
    if ordered_by_place:
        learns = learnable_without_time(len(moments))
        few = () if len(moments) >= FEWEST_ROWS else (_too_few(len(moments)),)
        return Spans(f"{LONGEST_WINDOW_DAYS}d", "random", len(moments) - learns, learns, "row", few)
    last, first = moments[-1], moments[0]
    holdout = _written(last - moments[-judges])
    learnt = [moment for moment in moments if moment < last - _span(holdout)]
    window = min(LONGEST_WINDOW_DAYS, max(A_YEAR_DAYS, 2 * math.ceil((last - first) / timedelta(days=1))))
    by_day = _span(holdout) >= timedelta(days=MINIMUM_BLOCKS)
    judging, notes = len(moments) - len(learnt), tuple(_notes(moments, learnt))
    return Spans(f"{window}d", holdout, judging, len(learnt), "day" if by_day else "row", notes)


def _too_few(rows: int) -> str:
    return f"{rows:,} labelled rows; some hundred are needed before a model can be shown to be any good"


def _notes(moments: Sequence[datetime], learnt: Sequence[datetime]) -> list[str]:
    notes = []
    judges = len(moments) - len(learnt)
    if judges < ROWS_THAT_JUDGE:
        found = f"{len(moments):,} labelled rows; {ROWS_THAT_JUDGE} must judge besides those that teach"
        notes.append(f"{found}: until more are uploaded, no model can pass the gate")
    if len({moment.astimezone(UTC).date() for moment in learnt}) < 2:
        notes.append("the rows that teach are of one day, and trials are judged on whole days: upload more history")
    return notes


def _written(span: timedelta) -> str:
    hours = max(1, math.ceil(span / timedelta(hours=1)))
    return f"{hours}h" if hours < 72 else f"{math.ceil(hours / 24)}d"


def _span(text: str) -> timedelta:
    return timedelta(hours=int(text[:-1])) if text.endswith("h") else timedelta(days=int(text[:-1]))
