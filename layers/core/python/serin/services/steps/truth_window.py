"""The truth about a window of event time: the one table that quality is measured on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from serin.data.looks.truth import day_of_truth
from serin.domain.charter import Charter
from serin.domain.names import digest
from serin.domain.truth import may_be_judged
from serin.ports import ObjectStore
from serin.services.steps.truth_days import TruthDays


@dataclass(frozen=True)
class TruthWindow:
    """What was asked in a window, and what was known of it.

    `rows` are the table of `serin.data.looks.truth.DayOfTruth` of all its days. `may_be_judged`: it is closed, and its
    truth has had the watermark to arrive. `digest` names all that was read: a window that is looked at again, and has
    another one, has other predictions or other truth. `over_share` is day → token → share of that day's truth, of
    tokens whose labels do not count there.
    """

    rows: pl.DataFrame
    may_be_judged: bool
    digest: str
    over_share: Mapping[str, Mapping[str, float]]


def truth_window(
    charter: Charter, begin: datetime, end: datetime, as_of: datetime, *, lake: ObjectStore
) -> TruthWindow:
    """The predictions with `begin` <= moment < `end` and what was known of them by `as_of`.

    Everything is made from what lies in the lake, so that it can be made again; it costs what the window's own days
    hold. What has arrived in the lake after `as_of` and was known before it is in.
    """
    days, keys, over = TruthDays(charter, begin.date(), lake=lake), list[str](), dict[str, Mapping[str, float]]()
    tables, day = [], begin.date()
    while day <= (end - timedelta(microseconds=1)).date():
        (asked, asked_keys), (facts, facts_keys) = days.asked(day, as_of), days.facts(day)
        matured = day_of_truth(asked, facts, charter, as_of)
        tables.append(matured.rows)
        keys += (*asked_keys, *facts_keys)
        if matured.over_share:
            over[str(day)] = matured.over_share
        day += timedelta(days=1)
    rows = pl.concat(tables).filter(pl.col("at") >= begin, pl.col("at") < end)
    return TruthWindow(rows, may_be_judged(charter.truth, end, as_of), digest(*sorted(keys)), over)
