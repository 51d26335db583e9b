"""Data contracts: what a dataset promises, as columns and rules, each rule with a dimension of quality."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from serin.domain.conditions import Expression
from serin.domain.personal import Treatment
from serin.domain.plain_numbers import counted
from serin.domain.records import record_digest

Dimension = Literal["accuracy", "completeness", "consistency", "timeliness"]
DIMENSIONS: tuple[Dimension, ...] = ("accuracy", "completeness", "consistency", "timeliness")
ColumnType = Literal["string", "integer", "number", "boolean", "timestamp", "date"]
TIMES: tuple[ColumnType, ...] = ("timestamp", "date")
RuleKind = Literal[
    "type",
    "required",
    "unique",
    "range",
    "one_of",
    "pattern",
    "length",
    "condition",
    "foreign_key",
    "latency",
    "future",
]
DatasetRuleKind = Literal["row_count", "broken_rows", "freshness", "frequency"]
Severity = Literal["error", "warning"]
RepeatedRows = Literal["counted", "ignored"]
Classification = Literal["public", "internal", "confidential", "restricted"]
NOT_SHOWN: frozenset[Classification | None] = frozenset(("confidential", "restricted"))
"""Classes of which no value is shown to anybody."""
Comparison = Literal["=", "<>", "<", "<=", ">", ">=", "between", "not between"]


@dataclass(frozen=True)
class Column:
    """A column every file of the dataset must have; its values must parse as `type`.

    `known` is about the thing a row describes: what is known only `afterwards` (an arrival's delay)
    must never help to predict it. Profiles tell the `description`; of a `classification` that is
    confidential or restricted they show no value. The words in `missing` say that there is no value. A time may lie
    after the clock by so many seconds of `future`, or by any where that is allowed; where nothing is said, it may not.
    `written` is the name it has in files, where that is another one. What is `personal` is kept as digests
    (`serin.domain.personal`), or not at all. A time may be written in a `form` of its own
    (`serin.domain.time_forms`) beside ISO 8601, and without a zone where the contract names the `zone` it is of.
    """

    name: str
    type: ColumnType
    required: bool = False
    known: Literal["beforehand", "afterwards"] = "beforehand"
    description: str | None = None
    classification: Classification | None = None
    # None, and not 0, keeps the digest of a contract that does not speak of it.
    future: Literal["allowed"] | float | None = None
    # None, and not an empty tuple, keeps the digest of a contract that lists no words.
    missing: tuple[str, ...] | None = None
    written: str | None = None
    form: str | None = None
    zone: str | None = None
    personal: Treatment | None = None

    @property
    def name_in_files(self) -> str:
        """What files call it."""
        return self.written or self.name

    @property
    def shown(self) -> bool:
        """Whether people may be shown its values."""
        return self.classification not in NOT_SHOWN


@dataclass(frozen=True)
class Reference:
    """The key of another dataset."""

    dataset: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """One check of a row. A row that breaks an `error` goes to quarantine; a `warning` is only counted.

    `unique` looks at all its columns together, within one file, or among all rows of the dataset where that is its
    `scope`: then a row yields to one of an earlier upload. `condition` is true of a row that breaks
    it; `foreign_key` is broken by a key that no accepted row of `references` has; `latency` by a row whose
    moment lies more than `maximum` seconds before its file is judged, `future` by one whose moment lies more than
    `maximum` seconds after that. The other kinds have one column. A null passes every kind but `required`. `minimum`
    and `maximum` are inclusive, and for `length` count characters. `description` is the author's reason, for people.
    """

    id: str
    kind: RuleKind
    columns: tuple[str, ...]
    dimension: Dimension
    severity: Severity = "error"
    minimum: int | float | None = None
    maximum: int | float | None = None
    values: tuple[str, ...] = ()
    pattern: str | None = None
    condition: Expression | None = None
    references: Reference | None = None
    description: str | None = None
    scope: Literal["dataset"] | None = None


@dataclass(frozen=True)
class Limit:
    """What a measured number must be: `between` (inclusive) and `not between` have two bounds, the others one."""

    comparison: Comparison
    value: float
    upper: float | None = None

    def holds(self, measured: float) -> bool:
        """Whether the number is what it must be."""
        return _HOLDS[self.comparison](measured, self.value, self.value if self.upper is None else self.upper)

    def __str__(self) -> str:
        bounds = counted(self.value) if self.upper is None else f"{counted(self.value)} and {counted(self.upper)}"
        return f"{_WORDS[self.comparison]} {bounds}"


_HOLDS: Mapping[Comparison, Callable[[float, float, float], bool]] = {
    "=": lambda found, value, _: found == value,
    "<>": lambda found, value, _: found != value,
    "<": lambda found, value, _: found < value,
    "<=": lambda found, value, _: found <= value,
    ">": lambda found, value, _: found > value,
    ">=": lambda found, value, _: found >= value,
    "between": lambda found, low, high: low <= found <= high,
    "not between": lambda found, low, high: not low <= found <= high,
}
_WORDS: Mapping[Comparison, str] = {
    "=": "exactly",
    "<>": "other than",
    "<": "less than",
    "<=": "at most",
    ">": "more than",
    ">=": "at least",
    "between": "between",
    "not between": "not between",
}


@dataclass(frozen=True)
class DatasetRule:
    """One check of a whole file. A file that breaks an `error` is rejected; a `warning` is only told.

    `row_count` measures the file's rows; `broken_rows` those that break `rows`, as a number or in
    `percent` of the file's whole rows; `freshness` the seconds from the newest moment in `column` of an accepted row,
    none of the future, until the file is judged; `frequency` the seconds since the dataset's last file was accepted.
    """

    id: str
    kind: DatasetRuleKind
    dimension: Dimension
    limit: Limit
    severity: Severity = "error"
    unit: Literal["rows", "percent", "seconds"] = "rows"
    rows: Rule | None = None
    column: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Said:
    """A promise that is only said: Serin does not check it, so nothing counts it as kept.

    `about` names the check, column or service level; `promise` is the author's wording, `reason` why it is not checked.
    """

    about: str
    promise: str
    reason: str


@dataclass(frozen=True)
class Contract:
    """The promise of one dataset. `primary_key` names a row: a later upload's row replaces an earlier one's.

    `repeated_rows`, those equal in all columns to an earlier one, are rows like others unless they are to be ignored.
    `said` are the promises that are not checked; `left_out` the columns, by their names in files, that are described
    and not kept. `dropped` are columns with personal data: files have them, and nothing of them is kept.
    """

    dataset: str
    version: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    primary_key: tuple[str, ...]
    dataset_rules: tuple[DatasetRule, ...] = ()
    repeated_rows: RepeatedRows = "counted"
    # None, and not an empty tuple, keeps the digest of a contract that says nothing else.
    said: tuple[Said, ...] | None = None
    left_out: tuple[str, ...] | None = None
    dropped: tuple[Column, ...] | None = None

    @property
    def hashed(self) -> tuple[Column, ...]:
        """The columns of which digests are kept."""
        return tuple(column for column in self.columns if column.personal == "hash")

    @property
    def personal(self) -> bool:
        """Whether its files hold personal data, which has to be taken out before anything is kept."""
        return bool(self.hashed or self.dropped)

    @property
    def keeps_back(self) -> bool:
        """Whether its files hold values that nobody may be shown, or of which nothing is kept."""
        return bool(self.dropped) or any(not column.shown for column in self.columns)

    @property
    def in_files(self) -> Contract:
        """The contract as files keep it, with the columns that are dropped once they are read."""
        return replace(self, columns=(*self.columns, *(self.dropped or ())))

    def protecting(self, personal: Mapping[str, Treatment]) -> Contract:
        """The contract of what is kept where these columns are personal data.

        Nothing is checked of what is dropped; digests are shown to nobody, for they are somebody's.
        """
        if personal.keys().isdisjoint(column.name for column in self.columns):
            return self
        columns = [self._protected(column, personal.get(column.name)) for column in self.columns]
        dropped = tuple(column for column in columns if column.personal == "drop")
        gone = {column.name for column in dropped}
        rules = tuple(rule for rule in self.rules if not gone.intersection(rule.columns))
        kept = tuple(column for column in columns if column.personal != "drop")
        return replace(self, columns=kept, rules=rules, dropped=dropped or None)

    def _protected(self, column: Column, treatment: Treatment | None) -> Column:
        if treatment is None:
            return column
        classification = column.classification if column.classification in NOT_SHOWN else "restricted"
        return replace(column, personal=treatment, classification=classification)

    @property
    def references(self) -> frozenset[Reference]:
        """The keys of other datasets that its rules look for."""
        return frozenset(rule.references for rule in self.rules if rule.references)

    def only(self, names: Collection[str]) -> Contract:
        """The contract of these columns."""
        return replace(self, columns=tuple(column for column in self.columns if column.name in names))

    def digest(self) -> str:
        """Names this contract's content."""
        return record_digest(self)
