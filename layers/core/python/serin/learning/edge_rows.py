"""Requests at the edges of what a charter lets in, made of a training set: a version must bear them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from serin.domain.charter import Charter, Input
from serin.domain.errors import Invalid
from serin.domain.fields import EXACT, MAXIMUM_CHARACTERS
from serin.learning.columns import TrainingColumns
from serin.serving.requests import read_row
from serin.serving.rows import Instance

Kind = Literal["as it is", "text", "null", "number", "time"]
NEW = "a text that training has not seen"


@dataclass(frozen=True)
class Edge:
    """A request row that the charter lets in; `asked` says what is unusual, `input` of which one, if it is one."""

    asked: str
    kind: Kind
    instance: Instance
    input: str | None = None


def edge_rows(charter: Charter, columns: TrainingColumns, golden: Sequence[Mapping[str, object]]) -> list[Edge]:
    """Each golden row, then the first one with one input at an edge, each in turn, then with several.

    An input's edges are null, where it may be; a text that training has not seen, an empty and the longest one; the
    least and the greatest number of the training set and as far again beyond, zero, and the charter's own bounds; its
    first and last moment. What the charter refuses is no edge: a caller is told so.
    """
    rows = [dict(row["instance"]) for row in golden if isinstance(row["instance"], Mapping)]
    edges = [_edge(charter, f"golden row {number}", "as it is", row) for number, row in enumerate(rows, start=1)]
    for item in charter.inputs:
        edges += [
            _edge(charter, f"{item.name}={_shown(value)}", kind, {**rows[0], item.name: value}, item.name)
            for value, kind in _values(item, columns)
        ]
    nullable = [item.name for item in charter.inputs if item.nullable]
    texts = [item.name for item in charter.inputs if item.type == "string"]
    if len(nullable) > 1:
        edges.append(_edge(charter, "every nullable input null", "null", rows[0] | dict.fromkeys(nullable)))
    if len(texts) > 1:
        edges.append(_edge(charter, f"every text {_shown(NEW)}", "text", rows[0] | dict.fromkeys(texts, NEW)))
    return [edge for edge in edges if edge is not None]


def _edge(charter: Charter, asked: str, kind: Kind, row: object, item: str | None = None) -> Edge | None:
    try:
        return Edge(asked, kind, read_row(row, charter.inputs), item)
    except Invalid:
        return None


def _values(item: Input, columns: TrainingColumns) -> Iterator[tuple[object, Kind]]:
    if item.nullable:
        yield None, "null"
    if item.type == "string":
        yield from ((text, "text") for text in (NEW, "", "x" * MAXIMUM_CHARACTERS))
    elif item.type == "boolean":
        yield from ((value, "number") for value in (False, True))
    elif item.type == "timestamp":
        yield from ((_text(seconds), "time") for seconds in _ends(item.name, columns) or _moments(columns))
    else:
        numbers = dict.fromkeys(_numbers(item, columns))
        yield from ((round(number) if item.type == "integer" else number, "number") for number in numbers)


def _numbers(item: Input, columns: TrainingColumns) -> Iterator[float]:
    yield from (bound for bound in (item.min, item.max) if bound is not None)
    if ends := _ends(item.name, columns):
        least, greatest = ends
        yield from (least, greatest, *(end for end in _beyond(least, greatest) if abs(end) <= EXACT))
    yield 0.0


def _beyond(least: float, greatest: float) -> tuple[float, float]:
    span = (greatest - least) or abs(greatest) or 1.0
    return least - span, greatest + span


def _ends(name: str, columns: TrainingColumns) -> tuple[float, float] | None:
    """The least and the greatest number of a column; None where the table has none."""
    if name not in columns.table or columns.table[name].dtype.kind != "f":
        return None
    least, greatest = float(columns.table[name].min()), float(columns.table[name].max())
    return (least, greatest) if math.isfinite(least) and math.isfinite(greatest) else None


def _moments(columns: TrainingColumns) -> tuple[float, float]:
    return float(columns.moment[0]), float(columns.moment[-1])


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()


def _shown(value: object) -> str:
    if value is None:
        return "null"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:12]}… ({len(text) - 2} characters)"
