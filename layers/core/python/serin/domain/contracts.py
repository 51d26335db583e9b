"""Data contracts: what a dataset promises, as columns and rules, each rule with a dimension of quality."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from serin.domain.records import record_digest

Dimension = Literal["accuracy", "completeness", "consistency", "timeliness"]
ColumnType = Literal["string", "integer", "number", "boolean", "timestamp", "date"]
RuleKind = Literal["type", "required", "unique", "range", "one_of", "pattern", "length"]
Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Column:
    """A column every file of the dataset must have; its values must parse as `type`.

    `known` is about the thing a row describes: what is known only `afterwards` (an arrival's delay)
    must never help to predict it.
    """

    name: str
    type: ColumnType
    required: bool = False
    known: Literal["beforehand", "afterwards"] = "beforehand"


@dataclass(frozen=True)
class Rule:
    """One check of a row. A row that breaks an `error` goes to quarantine; a `warning` is only counted.

    `unique` looks at all its columns together, within one file; the other kinds have one column.
    A null passes every kind but `required`. `minimum` and `maximum` are inclusive, and for
    `length` count characters.
    """

    id: str
    kind: RuleKind
    columns: tuple[str, ...]
    dimension: Dimension
    severity: Severity = "error"
    minimum: float | None = None
    maximum: float | None = None
    values: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True)
class Contract:
    """The promise of one dataset. `primary_key` names a row: a later upload's row replaces an earlier one's."""

    dataset: str
    version: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    primary_key: tuple[str, ...]

    def digest(self) -> str:
        """Names this contract's content."""
        return record_digest(self)
