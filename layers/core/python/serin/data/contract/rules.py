"""Rules as polars expressions: true where a row breaks the rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil, floor

import polars as pl

from serin.data.contract.claims import Held
from serin.data.contract.conditions import compiled
from serin.data.contract.moments import TIMESTAMP
from serin.data.contract.patterns import as_engine_reads
from serin.data.contract.read_columns import TEXT_OF, values_of
from serin.data.contract.types import POLARS_TYPES
from serin.domain.conditions import Expression
from serin.domain.contracts import Column, ColumnType, Contract, Reference, Rule, RuleKind

# These look at what was written; the others at what it means.
OF_TEXT: tuple[RuleKind, ...] = ("type", "required", "pattern", "length")
_SOME, _EXACT = 4_096, 2.0**53
_OF_CLOCK: tuple[RuleKind, ...] = ("latency", "future")
# A day begins so much earlier than in UTC where it begins first (UTC+14), so that it is no day of the future there.
_DAY_BEGINS = timedelta(hours=14)


@dataclass(frozen=True)
class Surroundings:
    """What a file cannot say of itself: the moment it is judged, and what the datasets hold by then.

    `keys` have the referenced columns under their names there. A rule that looks for keys of a dataset that is not
    there, or without rows, is not judged. `previous` is when the last file came of which a row was good. `held` are, by
    the id of a rule that looks at all uploads, the values that earlier ones hold. `narrower` are the types that earlier
    rows have columns in, where they were narrower: what is equal to such a value has its digest.
    """

    now: datetime
    keys: Mapping[Reference, pl.DataFrame] = field(default_factory=dict)
    previous: datetime | None = None
    narrower: Mapping[str, ColumnType] = field(default_factory=dict)
    held: Mapping[str, Held] = field(default_factory=dict)

    def suffice(self, rule: Rule) -> bool:
        """Whether the rule can be judged."""
        if rule.references is None:
            return True
        keys = self.keys.get(rule.references)
        return keys is not None and keys.height > 0


def broken(rule: Rule, contract: Contract, around: Surroundings) -> pl.Expr:
    """True where a row breaks `rule` (any kind but `unique`), null where its value is null.

    For a frame with the typed value of each column under its name, and its text under `text:<name>`.
    """
    if rule.kind == "condition":
        integers = {column.name for column in contract.columns if column.type == "integer"}
        return compiled(rule.condition or Expression("value", value=False), integers)
    if rule.kind == "foreign_key":
        return _foreign_key(rule, around)
    column = next(column for column in contract.columns if column.name == rule.columns[0])
    if rule.kind in _OF_CLOCK:
        return _of_clock(rule, column, around)
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


def _of_clock(rule: Rule, column: Column, around: Surroundings) -> pl.Expr:
    now, moment = pl.lit(around.now, dtype=TIMESTAMP), moment_of(column)
    beyond = now - moment if rule.kind == "latency" else begun(column) - now
    return beyond.dt.total_microseconds() > (rule.maximum or 0) * 1_000_000


def moment_of(column: Column) -> pl.Expr:
    """The column's values as moments; a date is its midnight in UTC."""
    value = pl.col(column.name)
    return value.cast(pl.Datetime("us")).dt.replace_time_zone("UTC") if column.type == "date" else value


def begun(column: Column) -> pl.Expr:
    """When the column's moments have come for somebody; a date comes first where the day begins first."""
    return moment_of(column) - _DAY_BEGINS if column.type == "date" else moment_of(column)


def _type(_: Rule, column: Column) -> pl.Expr:
    return _text(column).is_not_null() & pl.col(column.name).is_null()


def _required(_: Rule, column: Column) -> pl.Expr:
    return _text(column).is_null()


def _range(rule: Rule, column: Column) -> pl.Expr:
    value, least, most = pl.col(column.name), rule.minimum, rule.maximum
    if column.type == "integer":
        # A whole number is compared with a whole one as it is, and with another as a float, which costs a copy.
        least, most = _whole(least, ceil), _whole(most, floor)
    low = value < least if least is not None else pl.lit(False)
    high = value > most if most is not None else pl.lit(False)
    return low | high


def _whole(bound: float | None, rounded: Callable[[float], int]) -> float | None:
    return bound if bound is None or abs(bound) >= _EXACT else rounded(bound)


def _one_of(rule: Rule, column: Column) -> pl.Expr:
    values = values_of(pl.Series("values", rule.values, dtype=pl.String), column)
    return ~pl.col(column.name).is_in(values.cast(POLARS_TYPES[column.type]).implode())


def _pattern(rule: Rule, column: Column) -> pl.Expr:
    pattern = as_engine_reads(rule.pattern or "")
    return _looked_through(column, lambda texts: ~texts.str.contains(pattern))


def _length(rule: Rule, column: Column) -> pl.Expr:
    def breaks(texts: pl.Series) -> pl.Series:
        length = texts.str.len_chars()
        low = length < rule.minimum if rule.minimum is not None else length < 0
        return low | (length > rule.maximum) if rule.maximum is not None else low

    return _looked_through(column, breaks)


def _looked_through(column: Column, breaks: Callable[[pl.Series], pl.Series]) -> pl.Expr:
    """True for each text that breaks something; where texts come again, each is looked at once."""

    def found(texts: pl.Series) -> pl.Series:
        some = texts.head(_SOME)
        if 2 * some.n_unique() > some.len():
            return breaks(_plain(texts, column))
        known = texts.unique()
        broken = known.filter(breaks(_plain(known, column)))
        return texts.is_in(broken.implode()) if broken.len() else pl.zeros(texts.len(), pl.Boolean, eager=True)

    # Not said to be elementwise, or it would be called for each of the chunks that a file is read in.
    return _text(column).map_batches(found, return_dtype=pl.Boolean())


def _plain(texts: pl.Series, column: Column) -> pl.Series:
    """The texts as a person would write them: of a whole number without the fraction that a float gave it."""
    return texts.str.replace(r"\.0*$", "") if column.type == "integer" else texts


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
