"""Rules as polars expressions: true where a row breaks the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from serin.data.contract.conditions import compiled
from serin.data.contract.moments import TIMESTAMP
from serin.data.contract.read_columns import TEXT_OF
from serin.data.contract.types import POLARS_TYPES, typed
from serin.domain.conditions import Expression
from serin.domain.contracts import Column, ColumnType, Contract, Reference, Rule, RuleKind

# These look at what was written; the others at what it means.
OF_TEXT: tuple[RuleKind, ...] = ("type", "required", "pattern", "length")


@dataclass(frozen=True)
class Surroundings:
    """What a file cannot say of itself: the moment it is judged, and what the datasets hold by then.

    `keys` have the referenced columns under their names there. A rule whose surroundings are not known, or
    that looks for keys of a dataset without rows, is not judged. `previous` is when the
    dataset's last file was accepted. `narrower` are the types that earlier rows have columns in, where they were
    narrower: what is equal to such a value has its digest.
    """

    now: datetime | None = None
    keys: Mapping[Reference, pl.DataFrame] = field(default_factory=dict)
    previous: datetime | None = None
    narrower: Mapping[str, ColumnType] = field(default_factory=dict)

    def suffice(self, rule: Rule) -> bool:
        """Whether the rule can be judged."""
        if rule.references:
            keys = self.keys.get(rule.references)
            return keys is not None and keys.height > 0
        return rule.kind != "latency" or self.now is not None


NOWHERE = Surroundings()


def rules_of(contract: Contract) -> tuple[Rule, ...]:
    """Every rule of the contract: those its columns imply first, unless it says them itself, then its own.

    A column implies `<dataset>.<column>.type`, and `<dataset>.<column>.required` when it is
    required or part of the primary key.
    """
    said = {(rule.kind, rule.columns) for rule in contract.rules}
    implied = (rule for column in contract.columns for rule in _implied(contract, column))
    return (*(rule for rule in implied if (rule.kind, rule.columns) not in said), *contract.rules)


def _implied(contract: Contract, column: Column) -> list[Rule]:
    prefix = f"{contract.dataset}.{column.name}"
    rules = [Rule(f"{prefix}.type", "type", (column.name,), "accuracy")]
    if column.required or column.name in contract.primary_key:
        rules.append(Rule(f"{prefix}.required", "required", (column.name,), "completeness"))
    return rules


def is_error(rule: Rule) -> bool:
    """Whether a row that breaks the rule goes to quarantine; a value of no type has no place among accepted rows."""
    return rule.severity == "error" or rule.kind == "type"


def broken(rule: Rule, contract: Contract, around: Surroundings = NOWHERE) -> pl.Expr:
    """True where a row breaks `rule` (any kind but `unique`), null where its value is null.

    For a frame with the typed value of each column under its name, and its text under `text:<name>`.
    """
    if rule.kind == "condition":
        return compiled(rule.condition or Expression("value", value=False))
    if rule.kind == "foreign_key":
        return _foreign_key(rule, around)
    column = next(column for column in contract.columns if column.name == rule.columns[0])
    if rule.kind == "latency":
        return _latency(rule, column, around)
    return _COMPILERS[rule.kind](rule, column)


def _foreign_key(rule: Rule, around: Surroundings) -> pl.Expr:
    if rule.references is None:
        raise ValueError(f"{rule.id} names no key")
    keys = around.keys[rule.references].select(rule.references.columns)
    if len(rule.columns) == 1:
        return ~pl.col(rule.columns[0]).is_in(keys.to_series().implode())
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in rule.columns)
    there = dict(zip(keys.columns, rule.columns, strict=True))
    return known & ~pl.struct(rule.columns).is_in(keys.rename(there).to_struct().implode())


def _latency(rule: Rule, column: Column, around: Surroundings) -> pl.Expr:
    now = pl.lit(around.now, dtype=TIMESTAMP)
    return (now - moment_of(column)).dt.total_microseconds() > (rule.maximum or 0) * 1_000_000


def moment_of(column: Column) -> pl.Expr:
    """The column's values as moments; a date is its midnight in UTC."""
    value = pl.col(column.name)
    return value.cast(pl.Datetime("us")).dt.replace_time_zone("UTC") if column.type == "date" else value


def _type(_: Rule, column: Column) -> pl.Expr:
    return _text(column).is_not_null() & pl.col(column.name).is_null()


def _required(_: Rule, column: Column) -> pl.Expr:
    return _text(column).is_null()


def _range(rule: Rule, column: Column) -> pl.Expr:
    value = pl.col(column.name)
    low = value < rule.minimum if rule.minimum is not None else pl.lit(False)
    high = value > rule.maximum if rule.maximum is not None else pl.lit(False)
    return low | high


def _one_of(rule: Rule, column: Column) -> pl.Expr:
    values = pl.select(typed(pl.lit(pl.Series(rule.values, dtype=pl.String)), column.type)).to_series()
    return ~pl.col(column.name).is_in(values.cast(POLARS_TYPES[column.type]).implode())


def _pattern(rule: Rule, column: Column) -> pl.Expr:
    return ~_plain(column).str.contains(rule.pattern or "")


def _length(rule: Rule, column: Column) -> pl.Expr:
    length = _plain(column).str.len_chars()
    low = length < rule.minimum if rule.minimum is not None else pl.lit(False)
    high = length > rule.maximum if rule.maximum is not None else pl.lit(False)
    return low | high


def _plain(column: Column) -> pl.Expr:
    """The text as a person would write it: of a whole number without the fraction that a float gave it."""
    return _text(column).str.replace(r"\.0*$", "") if column.type == "integer" else _text(column)


def _text(column: Column) -> pl.Expr:
    return pl.col(TEXT_OF + column.name)


_COMPILERS: Mapping[RuleKind, Callable[[Rule, Column], pl.Expr]] = {
    "type": _type,
    "required": _required,
    "range": _range,
    "one_of": _one_of,
    "pattern": _pattern,
    "length": _length,
}
