"""Whether a contract runs: every rule is run over a few rows by the engine that runs it over an upload's.

What one engine judges and another runs, such as a regular expression, is accepted only when the second one takes it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache

import polars as pl

from serin.data.contract.quality import sort_rows
from serin.data.contract.read_columns import TEXT_OF, values_of
from serin.data.contract.rules import Surroundings, broken
from serin.data.contract.types import POLARS_TYPES, typed
from serin.data.files.table import Table, ragged_rows, row_numbers
from serin.domain.contract_rules import rules_of
from serin.domain.contracts import Column, ColumnType, Contract, Reference, Rule
from serin.domain.errors import Invalid
from serin.domain.printable import printable

ENGINE_FAULTS = (pl.exceptions.PolarsError, pl.exceptions.PanicException)
"""How the engine says that it cannot run what it was given; none of them passes by itself."""
_FAULTS = (*ENGINE_FAULTS, TypeError, ValueError, OverflowError, RecursionError)
"""These too, where nothing but a rule is looked at: what makes an expression of it fails."""

# One value that is none, and one of each type.
_TEXTS: Mapping[ColumnType, str] = {
    "string": "a",
    "integer": "1",
    "number": "1.5",
    "boolean": "true",
    "timestamp": "2013-01-31T07:00:00Z",
    "date": "2013-01-31",
}
_NOW = datetime(2013, 2, 1, tzinfo=UTC)
_PATTERN = (
    "Write a regular expression as Rust's `regex` reads it: it searches in time linear in the text, so there is no "
    "look-around and no back-reference; its counted repetitions must stay small."
)


def check_rule(rule: Rule, columns: Sequence[Column]) -> None:
    """Run the rule over a few rows of these columns; raises Invalid, without the rule's id, when it cannot be run.

    One that runs is run once: it is tried where it is read, and with the whole of its contract.
    """
    # Of a wide dataset's columns those that it looks at, or reading a contract would take the square of its width.
    _check_alone(repr(rule), rule, tuple(column for column in columns if column.name in rule.columns))


# By how it is written too, which tells 0 from false and 1 from 1.0 where equality does not.
@lru_cache(maxsize=1024)
def _check_alone(_: str, rule: Rule, columns: tuple[Column, ...]) -> None:
    if rule.kind == "one_of":
        _check_values(rule, next(column for column in columns if column.name == rule.columns[0]))
    if rule.kind == "unique":
        return
    texts = pl.DataFrame({TEXT_OF + column.name: [None, _TEXTS[column.type]] for column in columns})
    values = [typed(pl.col(TEXT_OF + column.name), column.type).alias(column.name) for column in columns]
    frame = texts.with_columns(values)
    try:
        marks = frame.select(broken(rule, Contract("", "", tuple(columns), (rule,), ()), _around([rule], columns)))
    except _FAULTS as error:
        raise _not_run(rule, error) from error
    if marks.dtypes != [pl.Boolean]:
        raise _not_run(rule, TypeError("it is neither true nor false"))


def check_contract(contract: Contract) -> None:
    """Run the whole contract over a few rows; raises Invalid, saying which rule, when it cannot be run.

    One that runs is run once: a function takes in many files by few contracts.
    """
    _check_whole(repr(contract), contract)


@lru_cache(maxsize=64)
def _check_whole(_: str, contract: Contract) -> None:
    counted = [rule.rows for rule in contract.dataset_rules if rule.rows]
    rules = [*rules_of(contract), *counted]
    others = [rule.id for rule in contract.dataset_rules if not rule.rows]
    twice = [name for name, count in Counter([*(rule.id for rule in rules), *others]).items() if count > 1]
    if twice:
        raise Invalid(f"two rules have the id {twice[0]}", "A column's type and being required have ids of their own.")
    for rule in rules:
        try:
            check_rule(rule, contract.columns)
        except Invalid as error:
            raise Invalid(f"{rule.id}: {error.message}", error.remedy) from error
    around = _around(rules, contract.columns)
    try:
        sort_rows(_rows(contract.columns), contract, around)
    except _FAULTS as error:
        found = f"its rules cannot be run together: {told_by(error)}"
        raise Invalid(found, "Remove the rule that is named.") from error


def told_by(error: BaseException) -> str:
    """What the engine says of its fault, on one line; of a pattern's fault the line that says what it is."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    said = next((line for line in lines if line.startswith("error: ")), lines[0])
    return printable(said.removeprefix("error: "), 200)


def _not_run(rule: Rule, error: BaseException) -> Invalid:
    if rule.kind == "pattern":
        return Invalid(f"the pattern {printable(rule.pattern or '', 80)!r} cannot be run: {told_by(error)}", _PATTERN)
    return Invalid(f"the {rule.kind} cannot be run: {told_by(error)}", "Write it in another way, or leave it out.")


def _check_values(rule: Rule, column: Column) -> None:
    """A value of no type would equal nothing, so that every row broke the rule."""
    try:
        read = values_of(pl.Series("values", rule.values, dtype=pl.String), column)
    except _FAULTS as error:
        raise _not_run(rule, error) from error
    wrong = [value for value, known in zip(rule.values, read.is_not_null(), strict=True) if not known]
    if wrong:
        raise Invalid(
            f"the value {printable(wrong[0])!r} is no {column.type}, as {column.name} is",
            "List values as the files write them.",
        )


def _around(rules: Sequence[Rule], columns: Sequence[Column]) -> Surroundings:
    types = {column.name: POLARS_TYPES[column.type] for column in columns}

    def keys(reference: Reference, names: tuple[str, ...]) -> pl.DataFrame:
        there = zip(reference.columns, names, strict=True)
        return pl.DataFrame({key: pl.Series([None], dtype=types[name]) for key, name in there})

    known = {rule.references: keys(rule.references, rule.columns) for rule in rules if rule.references}
    return Surroundings(_NOW, known, _NOW)


def _rows(columns: Sequence[Column]) -> Table:
    text = pl.DataFrame({column.name: [None, _TEXTS[column.type]] for column in columns}, strict=False)
    text = text.cast(pl.String)
    return Table("", text, row_numbers(text.height), ragged_rows([], []))
