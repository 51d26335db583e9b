"""Rules about a whole file: what is measured, and what is said when it is not as promised."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from serin.data.rules import Surroundings, moment_of
from serin.data.table import Table
from serin.domain.contracts import Contract, DatasetRule, DatasetRuleKind, Limit
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


@dataclass(frozen=True)
class File:
    """What is measured: the table, its whole rows typed, and how many of these break each rule, by its id."""

    table: Table
    typed: pl.DataFrame
    broken: Mapping[str, int]
    contract: Contract
    around: Surroundings


def measure(file: File) -> Sequence[Measured]:
    """Every rule about the file, but those of time when the moment, or the file before, is not known."""
    rules = file.contract.dataset_rules
    return [_MEASURES[rule.kind](rule, file) for rule in rules if _suffice(file.around, rule.kind)]


def _suffice(around: Surroundings, kind: DatasetRuleKind) -> bool:
    if kind == "frequency":
        return around.now is not None and around.previous is not None
    return kind != "freshness" or around.now is not None


def _row_count(rule: DatasetRule, file: File) -> Measured:
    found = f"has {file.table.rows:,} rows; {rule.limit} are promised"
    return Measured(rule, rule.limit.holds(file.table.rows), found)


def _broken_rows(rule: DatasetRule, file: File) -> Measured:
    broken, rows = file.broken[rule.id], file.typed.height
    measured = 100 * broken / rows if rule.unit == "percent" and rows else float(broken)
    percent = " %" if rule.unit == "percent" else ""
    shown = f"{measured:.2f} % ({broken:,} of {rows:,} rows)" if percent else f"{broken:,} of {rows:,} rows"
    return Measured(rule, rule.limit.holds(measured), f"breaks it in {shown}; {rule.limit}{percent} are promised")


def _freshness(rule: DatasetRule, file: File) -> Measured:
    column = next(column for column in file.contract.columns if column.name == rule.column)
    newest = file.typed.select(moment_of(column).max()).item()
    if newest is None or file.around.now is None:
        return Measured(rule, False, f"has no {rule.column} that would say how old it is")
    age = (file.around.now - newest).total_seconds()
    found = f"has {_day(newest)} as its newest {rule.column}, {age / _DAY:.1f} days old"
    return Measured(rule, rule.limit.holds(age), f"{found}; {_days(rule)} are promised")


def _frequency(rule: DatasetRule, file: File) -> Measured:
    now, previous = file.around.now, file.around.previous
    if now is None or previous is None:
        raise ValueError(f"{rule.id} is judged by the file before")
    gap = (now - previous).total_seconds()
    found = f"came {gap / _DAY:.1f} days after the last file; {_days(rule)} are promised"
    return Measured(rule, rule.limit.holds(gap), found)


def _days(rule: DatasetRule) -> str:
    return f"{Limit(rule.limit.comparison, rule.limit.value / _DAY)} days"


def _day(moment: datetime | date) -> str:
    return moment.isoformat()[:16].replace("+00:00", "Z")


_MEASURES: Mapping[DatasetRuleKind, Callable[[DatasetRule, File], Measured]] = {
    "row_count": _row_count,
    "broken_rows": _broken_rows,
    "freshness": _freshness,
    "frequency": _frequency,
}
