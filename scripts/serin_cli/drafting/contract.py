"""The contract of a draft, as a person reads it: what is promised, and what was only seen."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import datetime

from serin.data.looks.inference import ROWS_READ, ColumnSeen, FileSeen
from serin.domain.contracts import TIMES
from serin.domain.printable import printable
from serin_cli.drafting.columns import required
from serin_cli.drafting.personal import personal
from serin_cli.drafting.words import word

# What plans, terms and forecasts are called.
_AHEAD = frozenset(("deadline", "due", "eta", "etd", "expected", "expiration", "expires", "expiry", "forecast"))
_AHEAD |= {"maturity", "next", "planned", "renewal", "sched", "scheduled", "until"}


def contract_text(
    seen: FileSeen, dataset: str, key: Collection[str], afterwards: Collection[str] = (), *, now: datetime
) -> str:
    """The contract as YAML (ODCS v3). `key` are the columns that name a row, `afterwards` those known only later.

    Times that lie after `now`, or are called as if they might, are allowed to.
    """
    told = f"all {seen.rows:,}" if seen.rows <= ROWS_READ else f"the first {ROWS_READ:,} of {seen.rows:,}"
    ahead = {column.name for column in seen.columns if _speaks_of_the_future(column, seen, now)}
    return "\n".join([*_head(seen, dataset, told), *_schema(seen, dataset, key, afterwards, ahead)]) + "\n"


def _head(seen: FileSeen, dataset: str, told: str) -> Iterator[str]:
    yield f"# What a file of {dataset} promises (Open Data Contract Standard)."
    yield f"# Inferred from {told} rows of {printable(seen.name)}: confirm what was seen, nobody promised it."
    yield "# Rules of severity warning are counted and set nothing aside. Ranges are only told: the next file may go"
    yield "# beyond them. Write those that must hold, such as `logicalTypeOptions: {minimum: 0, maximum: 100}`."
    yield "# An empty value and NA are no value, but in quotes they are texts. List other words that mean none at their"
    yield "# column: `customProperties: [{property: missingValues, value: ['?', '-999']}]`."
    yield "# A time after the clock sets its row aside, but where plans and terms may lie there:"
    yield "# `customProperties: [{property: future, value: allowed}]`, or not too far: `value: 90d`."
    if seen.unread:
        yield f"# Columns that hold no plain values are left out: {', '.join(map(printable, seen.unread))}."
    yield "apiVersion: v3.1.0"
    yield "kind: DataContract"
    yield f"id: {dataset}"
    yield "version: 1.0.0"
    yield "status: draft"
    yield "description:"
    yield "  purpose: <what does one row stand for - and who writes these files?>"
    yield "  limitations: <what is missing or wrong in this data that a reader must know?>"
    yield "schema:"
    yield f"  - name: {dataset}"


def _schema(
    seen: FileSeen, dataset: str, key: Collection[str], afterwards: Collection[str], ahead: Collection[str]
) -> Iterator[str]:
    if not key:
        yield "    # Each row counts for itself: one that arrives in two files counts twice. Where columns name a row,"
        yield "    # write `primaryKey: true` there instead of this; a row that comes again replaces the one before."
        yield "    customProperties: [{property: identity, value: none}]"
    yield "    properties:"
    positions = {name: place for place, name in enumerate(key, start=1)}
    for column in seen.columns:
        yield f"      # {_seen(column)}"
        is_personal = bool(personal(column, seen.typed[column.name]))
        yield from _column(column, dataset, positions.get(column.name), column.name in afterwards, is_personal)
        yield from _own_properties(column.name in afterwards, column.name in ahead)


def _seen(column: ColumnSeen) -> str:
    """What was seen of a column, on one line."""
    facts = [f"inferred: {column.nulls:,} of {column.rows:,} without a value"]
    facts.append("another in every row" if column.names_rows else f"{column.distinct:,} different")
    if column.low is not None and column.high is not None:
        facts.append(f"from {column.low:g} to {column.high:g}")
    if column.odd:
        facts.append(f"a number but for {', '.join(json.dumps(text) for text in column.odd)}")
    if column.time == "local":
        facts.append("a time that does not say its zone")
    return ", ".join(facts)


def _column(
    column: ColumnSeen, dataset: str, position: int | None, afterwards: bool, is_personal: bool
) -> Iterator[str]:
    yield f"      - name: {word(column.name)}"
    if column.written:
        yield f"        physicalName: {word(column.written)}"
    yield f"        logicalType: {column.type}"
    if is_personal:
        yield "        classification: confidential   # profiles show no value of it"
    if options := _written(column):
        yield f"        logicalTypeOptions: {{{options}}}"
    if position:
        yield f"        primaryKey: true\n        primaryKeyPosition: {position}"
    elif required(column) and not afterwards:
        yield "        required: true"
    rule = "" if is_personal else _rule(column, dataset)
    if rule:
        yield f"        quality:\n          - {rule}"


def _written(column: ColumnSeen) -> str:
    """How the times of a column are written, where it is not as everywhere."""
    form = [f"format: {word(column.form)}"] if column.form and column.type != "string" else []
    return ", ".join([*form, *([f"defaultTimezone: {column.zone}"] if column.zone else [])])


def _own_properties(afterwards: bool, ahead: bool) -> Iterator[str]:
    properties = [
        *(["{property: known, value: afterwards}   # it must never help to predict"] if afterwards else []),
        *(["{property: future, value: allowed}   # a plan or a term may lie after the clock"] if ahead else []),
    ]
    if properties:
        yield "        customProperties:"
    yield from (f"          - {own}" for own in properties)


def _speaks_of_the_future(column: ColumnSeen, seen: FileSeen, now: datetime) -> bool:
    if column.type not in TIMES:
        return False
    clock = now.date() if column.type == "date" else now
    return (seen.typed[column.name] > clock).any() or not _AHEAD.isdisjoint(column.name.lower().split("_"))


def _rule(column: ColumnSeen, dataset: str) -> str:
    name = f"name: {dataset}.{column.name}.inferred, metric: invalidValues, mustBe: 0, severity: warning"
    if column.values and column.type != "boolean":
        values = ", ".join(text if column.type != "string" else word(text) for text in column.values)
        return f"{{{name}, arguments: {{validValues: [{values}]}}}}"
    if column.pattern:
        return f"{{{name}, arguments: {{pattern: {json.dumps(column.pattern)}}}}}"
    return ""
