"""Rules about a whole file: what is measured, and what is said when it is not as promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from serin.data.contract.moments import TIMESTAMP
from serin.data.contract.rules import Surroundings, begun, moment_of
from serin.data.contract.tally import Moments, Tally
from serin.domain.contracts import Contract, DatasetRule, DatasetRuleKind, Limit
from serin.domain.plain_numbers import how_many
from serin.domain.scorecard import Judged

_DAY = 86_400.0


@dataclass(frozen=True)
class Measured:
    """A rule about the file and what was found; `found` is a sentence without its subject, the file."""

    rule: DatasetRule
    holds: bool
    found: str

    @property
    def judged(self) -> Judged:
        """As the scorecard counts it."""
        return Judged(self.rule.id, self.rule.dimension, 1, 0 if self.holds else 1)


def measure(tally: Tally, contract: Contract, around: Surroundings) -> Sequence[Measured]:
    """Every rule about the file, but that of frequency when there was no file before."""
    rules = [rule for rule in contract.dataset_rules if rule.kind != "frequency" or around.previous]
    return [_MEASURES[rule.kind](rule, tally, around) for rule in rules]


def newest(accepted: pl.DataFrame, contract: Contract, around: Surroundings) -> Moments:
    """The latest moment that has come in each column that a rule wants to be fresh, unless accepted rows hold none."""
    wanted = {rule.column for rule in contract.dataset_rules if rule.kind == "freshness"}
    now = pl.lit(around.now, dtype=TIMESTAMP)
    columns = [
        moment_of(column).filter(begun(column) <= now).max() for column in contract.columns if column.name in wanted
    ]
    row = accepted.select(columns).row(0, named=True) if columns else {}
    return {name: moment for name, moment in row.items() if moment is not None}


def _row_count(rule: DatasetRule, tally: Tally, _: Surroundings) -> Measured:
    found = f"has {how_many(tally.rows, 'row')}; {rule.limit} are promised"
    return Measured(rule, rule.limit.holds(tally.rows), found)


def _broken_rows(rule: DatasetRule, tally: Tally, _: Surroundings) -> Measured:
    broken, rows = tally.of_file[rule.id], tally.whole
    measured = 100 * broken / rows if rule.unit == "percent" and rows else float(broken)
    percent = " %" if rule.unit == "percent" else ""
    shown = f"{measured:.2f} % ({broken:,} of {rows:,} rows)" if percent else f"{broken:,} of {how_many(rows, 'row')}"
    return Measured(rule, rule.limit.holds(measured), f"breaks it in {shown}; {rule.limit}{percent} are promised")


def _freshness(rule: DatasetRule, tally: Tally, around: Surroundings) -> Measured:
    latest = tally.newest.get(rule.column or "")
    if latest is None:
        return Measured(rule, False, f"has no good row with a {rule.column} that would say how old it is")
    # A day that has begun elsewhere is of today.
    age = max(0.0, (around.now - latest).total_seconds())
    found = f"has {_day(latest)} as its newest {rule.column}, {age / _DAY:.1f} days old"
    return Measured(rule, rule.limit.holds(age), f"{found}; {_days(rule)} are promised")


def _frequency(rule: DatasetRule, _: Tally, around: Surroundings) -> Measured:
    if around.previous is None:
        raise ValueError(f"{rule.id} is judged by the file before")
    gap = (around.now - around.previous).total_seconds()
    found = f"came {gap / _DAY:.1f} days after the last file; {_days(rule)} are promised"
    return Measured(rule, rule.limit.holds(gap), found)


def _days(rule: DatasetRule) -> str:
    return f"{Limit(rule.limit.comparison, rule.limit.value / _DAY)} days"


def _day(moment: datetime) -> str:
    return moment.isoformat()[:16].replace("+00:00", "Z")


_MEASURES: Mapping[DatasetRuleKind, Callable[[DatasetRule, Tally, Surroundings], Measured]] = {
    "row_count": _row_count,
    "broken_rows": _broken_rows,
    "freshness": _freshness,
    "frequency": _frequency,
}
