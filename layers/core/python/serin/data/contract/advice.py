"""What was written where a value of a type was asked for, and how to write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import polars as pl

from serin.data.files.table import RULES, TEXT
from serin.domain.contract_rules import rules_of
from serin.domain.contracts import Column, ColumnType, Contract, Rule
from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable
from serin.domain.shown_names import NOT_SHOWN_TEXT

_MOST = 3
_Advice = tuple[tuple[str, str], ...]
_MOMENT = "write 2013-04-01T09:00:00Z"
_ALONE = "write the number alone, with a point"
_EMPTY = "if it means no value, leave it empty or list it under missingValues in the contract"
_FORM = "name the column's form in the contract, `logicalTypeOptions: {format: dd/MM/yyyy}`"
_ON_A_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2})?"
_ZONE = r" ?([Zz]|UTC|GMT|[-+][0-9]{2}(:?[0-9]{2})?)"
_NUMBERS: _Advice = (
    (r"[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", f"it has separators of thousands; {_ALONE}"),
    (r"[-+]?[0-9.]*,[0-9]+", f"it has a decimal comma; {_ALONE}"),
    (r"[^0-9]*[$€£¥%].*|.*[$€£¥%]", f"it has a sign that is no part of a number; {_ALONE}"),
    (r"\s.*|.*\s", "it has spaces around it; write it without"),
    (r"(?i)[-+]?(nan|inf|infinity)", "it is not finite; leave it empty"),
    (r"[^0-9]*", _EMPTY),
)
_BY_TYPE: Mapping[ColumnType, _Advice] = {
    "integer": (
        *_NUMBERS,
        (r"[-+]?[0-9.]+[eE][-+]?[0-9]+", "an exponent may have cost it digits; write all of them"),
        (r"[-+]?[0-9]+\.0*", "a number with a fraction may have been rounded; write it without one"),
        (r"[-+]?[0-9]*\.[0-9]+", "it has a fraction; make the column a number in the contract, or write it without"),
        (r"[-+]?[0-9]+", "it has more than 64 bits; make the column a string in the contract"),
    ),
    "number": (
        *_NUMBERS,
        (r"[-+]?[0-9]+(\.0*)?", "a 64-bit float does not hold it; make the column a string or an integer"),
    ),
    "boolean": ((r"", "write true or false; t and f, 1 and 0 are read too"),),
    "timestamp": (
        (
            r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+",
            f"it does not say its time zone; {_MOMENT}, or an offset like +02:00, or name the column's zone in the "
            "contract, `logicalTypeOptions: {defaultTimezone: Europe/Paris}`",
        ),
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}", f"it is a day without a time; {_MOMENT}, or make the column a date"),
        (r"[0-9]{1,2}[/.][0-9]{1,2}[/.][0-9]{2,4}.*", f"which part is the day it does not say; {_MOMENT}, or {_FORM}"),
        (r"[0-9.]+", f"a count of seconds or days says no zone; {_MOMENT}"),
        (_ON_A_DAY + r"[.,][0-9]{7,}" + _ZONE, "it is finer than a microsecond; write six digits of a second at most"),
        (_ON_A_DAY + r"([.,][0-9]+)?" + _ZONE, f"there is no such day or time of day in UTC; {_MOMENT}"),
        (_ON_A_DAY + r"([.,][0-9]+)?\W*[A-Za-z].*", "it names its zone; write the offset from UTC, like +02:00"),
    ),
    "date": (
        (r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*", "it is a moment, or no day of the calendar; write 2013-04-01"),
        (r"", f"write 2013-04-01, or {_FORM}"),
    ),
}
_OTHERWISE: Mapping[ColumnType, str] = {"timestamp": _MOMENT}


def how_to_write(text: str, type: ColumnType) -> str:
    """Why the text is no value of the type, in one sentence with what to write instead."""
    sayings = (saying for shape, saying in _BY_TYPE[type] if not shape or re.fullmatch(shape, text))
    return next(sayings, _OTHERWISE.get(type, _EMPTY))


def unread(quarantined: pl.DataFrame, columns: Sequence[Column]) -> Iterator[str]:
    """One line for each column that has values of another type in these rows: the first of them, and what to write."""
    for column in columns:
        if column.name in quarantined.columns and column.type in _BY_TYPE:
            rows = quarantined.filter(
                pl.col(RULES).list.eval(pl.element().str.ends_with(f".{column.name}.type")).list.any()
            )
            if texts := rows[column.name].drop_nulls().head(1).to_list():
                yield _no_value_of(column, texts[0])


def broken_most(quarantined: pl.DataFrame, counts: Mapping[str, int], contract: Contract) -> Iterator[str]:
    """One line for each of the rules that are broken most: how many rows do, one value, and what to write.

    `quarantined` are rows that were set aside, the first of them or all.
    """
    columns = {column.name: column for column in contract.columns}
    rules = {rule.id: rule for rule in rules_of(contract)}
    for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:_MOST]:
        row = quarantined.filter(pl.col(RULES).list.contains(name)).head(1)
        if row.is_empty():
            continue
        rule = rules.get(name)
        said = (
            _shape_of(row, contract) if rule is None else _broken_by(rule, [columns[one] for one in rule.columns], row)
        )
        yield f"{how_many(count, 'row')}: {said} ({name})"


def _broken_by(rule: Rule, columns: Sequence[Column], row: pl.DataFrame) -> str:
    texts = [None if one.name not in row.columns else row[one.name][0] for one in columns]
    if rule.kind == "type" and texts[0] is not None:
        return _no_value_of(columns[0], texts[0])
    if rule.kind == "required":
        return f"{columns[0].name_in_files} has no value"
    pairs = (
        f"{one.name_in_files} {printable(str(text), 60)!r}" if one.shown else f"{one.name_in_files} ({NOT_SHOWN_TEXT})"
        for one, text in zip(columns, texts, strict=True)
    )
    return ", ".join(pairs)


def _shape_of(row: pl.DataFrame, contract: Contract) -> str:
    # A row of a wrong width may say any column's value anywhere.
    text = row[TEXT][0] if TEXT in row.columns and not contract.keeps_back else None
    return "not as many values as the header" + ("" if text is None else f": {printable(text, 60)!r}")


def _no_value_of(column: Column, text: str) -> str:
    if not column.shown:
        return f"{column.name_in_files} ({NOT_SHOWN_TEXT}): a value is no {column.type}"
    shown = f"{column.name_in_files}: {printable(text, 60)!r} is no {column.type}"
    return f"{shown}: {how_to_write(text, column.type)}"
