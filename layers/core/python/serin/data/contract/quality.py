"""Checking a table against its contract: which rows are good, and every reason why the others are not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from serin.data.contract.dataset_rules import Measured, measure, newest
from serin.data.contract.read_columns import read_column
from serin.data.contract.rules import OF_TEXT, Surroundings, broken
from serin.data.contract.tally import Tally
from serin.data.files.literal_names import as_written
from serin.data.files.table import RESERVED, ROW, RULES, TEXT, Table
from serin.domain.contract_rules import is_error, rules_of
from serin.domain.contracts import Contract, Rule
from serin.domain.scorecard import Judged, Score, scorecard

# An upload's record names so many columns that nobody expected and counts the others: it has to stay small.
NAMED = 50
_MARK = "rule:"
_CLEAN = "clean:"
_TAKEN = "taken:"


@dataclass(frozen=True)
class Verdict:
    """A file after its contract, but for its rows.

    `rules` counts the rows that break each rule, `warnings` the accepted rows that break each warning, and every row
    for a rule that could not be judged. `measured` are the rules about the whole file.
    """

    rules: Mapping[str, int]
    warnings: Mapping[str, int]
    measured: Sequence[Measured]
    scorecard: Mapping[str, Score]


@dataclass(frozen=True)
class Sorted:
    """The rows of a table that are looked at together, each of which is accepted or in quarantine, as it was.

    `accepted` has the contract's columns, typed, in the contract's order, behind the row's number in the file (`__row`,
    1 is the first below the header). `quarantine` has, for each other row, its number, the ids of all rules it breaks
    (`__rules`) and its values as they were written, nulls where there were none; of a row with too many or too few
    values, or that is the header again, the whole text (`__text`) instead. `typed` has what is typed of each whole row,
    accepted or not.
    """

    accepted: pl.DataFrame
    quarantine: pl.DataFrame
    tally: Tally
    typed: pl.DataFrame


def sort_rows(table: Table, contract: Contract, around: Surroundings) -> Sorted:
    """Sort the rows of a table; what a rule says of several rows it says of rows of this table."""
    errors, warnings, counted = judged_rules(contract, around)
    marked = _marked(_values(table, contract, [*errors, *warnings, *counted], around), errors, contract, around)
    bad = marked.select(pl.any_horizontal(pl.col(_MARK + rule.id) for rule in errors)).to_series()
    names = [column.name for column in contract.columns]
    written = [_MARK + rule.id for rule in warnings if rule.kind in OF_TEXT]
    accepted = _marked(marked.select(*names, *written).filter(~bad), warnings, contract, around)
    broken = _counts(marked, errors)
    tally = Tally(
        table.rows,
        table.ragged.height,
        accepted.height,
        broken,
        _counts(accepted, warnings),
        # Of all whole rows, bad ones too.
        _counts(_marked(marked, counted, contract, around), counted),
        newest(accepted, contract, around),
    )
    numbers = table.numbers.filter(~bad).alias(ROW)
    quarantine = _quarantine(table, contract, marked.filter(bad).select(_ids(broken)), bad)
    return Sorted(accepted.select(numbers, *names), quarantine, tally, marked.select(names))


def judged_rules(contract: Contract, around: Surroundings) -> tuple[list[Rule], list[Rule], list[Rule]]:
    """The errors and the warnings that can be judged, and what the rules about the file count."""
    rules = [rule for rule in rules_of(contract) if around.suffice(rule)]
    counted = [rule.rows for rule in contract.dataset_rules if rule.rows]
    return [rule for rule in rules if is_error(rule)], [rule for rule in rules if not is_error(rule)], counted


def judge(tally: Tally, columns: Sequence[str], contract: Contract, around: Surroundings) -> Verdict:
    """What the counts say of a file that has these columns."""
    errors, warnings, _ = judged_rules(contract, around)
    unjudged = {f"{rule.id}.not_judged": tally.rows for rule in rules_of(contract) if not around.suffice(rule)}
    measured = measure(tally, contract, around)
    shape = f"{contract.dataset}.row.shape"
    judged = [
        Judged(shape, "accuracy", tally.rows, tally.ragged),
        *(Judged(rule.id, rule.dimension, tally.whole, tally.broken[rule.id]) for rule in errors),
        *(Judged(rule.id, rule.dimension, tally.accepted, tally.warned[rule.id]) for rule in warnings),
        *(one.judged for one in measured),
    ]
    return Verdict(
        _found({shape: tally.ragged, **tally.broken}),
        _found({**tally.warned, **unjudged, **_unexpected(tally, columns, contract)}),
        measured,
        scorecard(judged),
    )


def typed_values(table: Table, contract: Contract, around: Surroundings) -> pl.DataFrame:
    """The contract's columns, typed."""
    return _values(table, contract, (), around)


def _values(table: Table, contract: Contract, rules: Sequence[Rule], around: Surroundings) -> pl.DataFrame:
    """The contract's columns, typed, and a mark for each of the rules that look at a text.

    One column after the other, for the texts of all at once would be the largest thing in memory.
    """
    values: list[pl.Series] = []
    for column in contract.columns:
        frame = read_column(table.text[column.name], column)
        own = [rule for rule in rules if rule.kind in OF_TEXT and rule.columns == (column.name,)]
        values += frame.select(column.name, *_marks(own, contract, around)).get_columns()
    return pl.DataFrame(values)


def _marks(rules: Sequence[Rule], contract: Contract, around: Surroundings) -> list[pl.Expr]:
    return [broken(rule, contract, around).fill_null(value=False).alias(_MARK + rule.id) for rule in rules]


def _marked(frame: pl.DataFrame, rules: Sequence[Rule], contract: Contract, around: Surroundings) -> pl.DataFrame:
    """The frame with a column for each rule, true where the row breaks it; those of texts have it already."""
    by_row = [rule for rule in rules if rule.kind != "unique"]
    frame = frame.with_columns(_marks([rule for rule in by_row if rule.kind not in OF_TEXT], contract, around))
    taken = [held.taken(frame).alias(_TAKEN + rule.id) for rule in rules if (held := around.held.get(rule.id))]
    marks = [*(pl.col(_MARK + rule.id) for rule in by_row), *(pl.col(one.name) for one in taken)]
    clean = ~pl.any_horizontal(pl.lit(value=False), *marks)
    frame = frame.with_columns(taken).with_columns(clean.alias(_CLEAN))
    return frame.with_columns(_repeated(frame, rule) for rule in rules if rule.kind == "unique")


def _repeated(frame: pl.DataFrame, rule: Rule) -> pl.Expr:
    """True for every row of one key but the first that breaks nothing else (or the first, if all do).

    And for a row whose value an earlier upload holds, where the rule looks at these.
    """
    mark, taken = _MARK + rule.id, pl.lit(value=False)
    if _TAKEN + rule.id in frame.columns:
        taken = pl.col(_TAKEN + rule.id)
    keys = pl.struct(rule.columns)
    # Rows that are alike have one hash, so as many hashes as rows are as many keys; looking closer is slow.
    if frame.select(rule.columns).hash_rows().n_unique() == frame.height:
        return taken.alias(mark)
    if not frame.select(keys.is_duplicated().any()).item():
        return taken.alias(mark)
    known = pl.all_horizontal(pl.col(name).is_not_null() for name in rule.columns)
    # Within `over`, places count from 0 in each key's own rows.
    place = pl.int_range(pl.len())
    first_clean = pl.when(pl.col(_CLEAN)).then(place).min().fill_null(0)
    return (taken | (known & (place != first_clean).over(list(rule.columns)))).alias(mark)


def _ids(broken: Mapping[str, int]) -> pl.Expr:
    """The rules each row breaks; those that no row breaks are not asked, for asking is the dearest part."""
    asked = list(_found(broken)) or list(broken)[:1]
    names = [pl.when(pl.col(_MARK + name)).then(pl.lit(name)) for name in asked]
    return pl.concat_list(names).list.drop_nulls().alias(RULES)


def _quarantine(table: Table, contract: Contract, rules: pl.DataFrame, bad: pl.Series) -> pl.DataFrame:
    kept = [name for name in table.text.columns if name not in RESERVED]
    numbers = table.numbers.filter(bad).alias(ROW)
    values = table.text.filter(bad).select(kept)
    whole = pl.concat([numbers.to_frame(), rules.cast(pl.List(pl.String)), values], how="horizontal")
    shape = pl.concat_list(pl.lit(f"{contract.dataset}.row.shape"))
    ragged = table.ragged.select(ROW, shape.alias(RULES), TEXT)
    together = pl.concat([whole.with_columns(pl.lit(None, pl.String).alias(TEXT)), ragged], how="diagonal")
    return together.sort(ROW)


def _counts(frame: pl.DataFrame, rules: Sequence[Rule]) -> Mapping[str, int]:
    if not rules:
        return {}
    return frame.select(pl.col(_MARK + rule.id).sum().alias(rule.id) for rule in rules).row(0, named=True)


def _found(counts: Mapping[str, int]) -> Mapping[str, int]:
    return {name: count for name, count in counts.items() if count}


def _unexpected(tally: Tally, columns: Sequence[str], contract: Contract) -> Mapping[str, int]:
    """A supplier may add a column: it does not stop the flow, and is not passed on unchecked either."""
    known = {*(column.name for column in contract.columns), *(contract.left_out or ())}
    extra = [re.sub(r"[^a-z0-9_]", "_", as_written(name).lower())[:63] for name in columns if name not in known]
    more = [f"{len(extra) - NAMED} more"] if len(extra) > NAMED else []
    return {f"{contract.dataset}.{name}.unexpected": tally.rows for name in [*extra[:NAMED], *more]}
