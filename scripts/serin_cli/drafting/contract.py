"""The contract of a draft, as a person reads it: what is promised, and what was only seen."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator

from serin.data.looks.inference import ROWS_READ, ColumnSeen, FileSeen
from serin.domain.printable import printable
from serin_cli.drafting.columns import required
from serin_cli.drafting.words import word


def contract_text(seen: FileSeen, dataset: str, key: Collection[str], afterwards: Collection[str] = ()) -> str:
    """The contract as YAML (ODCS v3). `key` are the columns that name a row, `afterwards` those known only later."""
    told = f"all {seen.rows:,}" if seen.rows <= ROWS_READ else f"the first {ROWS_READ:,} of {seen.rows:,}"
    return "\n".join([*_head(seen, dataset, told), *_schema(seen, dataset, key, afterwards)]) + "\n"


def _head(seen: FileSeen, dataset: str, told: str) -> Iterator[str]:
    yield f"# What a file of {dataset} promises (Open Data Contract Standard)."
    yield f"# Inferred from {told} rows of {printable(seen.name)}: confirm what was seen, nobody promised it."
    yield "# Rules of severity warning are counted and set nothing aside. Ranges are only told: the next file may go"
    yield "# beyond them. Write those that must hold, such as `logicalTypeOptions: {minimum: 0, maximum: 100}`."
    yield "# An empty value and NA are no value, but in quotes they are texts. List other words that mean none at their"
    yield "# column: `customProperties: [{property: missingValues, value: ['?', '-999']}]`."
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


def _schema(seen: FileSeen, dataset: str, key: Collection[str], afterwards: Collection[str]) -> Iterator[str]:
    if not key:
        yield "    # Each row counts for itself: one that arrives in two files counts twice. Where columns name a row,"
        yield "    # write `primaryKey: true` there instead of this; a row that comes again replaces the one before."
        yield "    customProperties: [{property: identity, value: none}]"
    yield "    properties:"
    positions = {name: place for place, name in enumerate(key, start=1)}
    for column in seen.columns:
        yield f"      # {_seen(column)}"
        yield from _column(column, dataset, positions.get(column.name), column.name in afterwards)


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


def _column(column: ColumnSeen, dataset: str, position: int | None, afterwards: bool) -> Iterator[str]:
    yield f"      - name: {word(column.name)}"
    yield f"        logicalType: {column.type}"
    if position:
        yield f"        primaryKey: true\n        primaryKeyPosition: {position}"
    elif required(column) and not afterwards:
        yield "        required: true"
    rule = _rule(column, dataset)
    if rule:
        yield f"        quality:\n          - {rule}"
    if afterwards:
        yield "        customProperties: [{property: known, value: afterwards}]   # it must never help to predict"


def _rule(column: ColumnSeen, dataset: str) -> str:
    name = f"name: {dataset}.{column.name}.inferred, metric: invalidValues, mustBe: 0, severity: warning"
    if column.values and column.type != "boolean":
        values = ", ".join(text if column.type != "string" else word(text) for text in column.values)
        return f"{{{name}, arguments: {{validValues: [{values}]}}}}"
    if column.pattern:
        return f"{{{name}, arguments: {{pattern: {json.dumps(column.pattern)}}}}}"
    return ""
