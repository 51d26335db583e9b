"""Tables that a narrow terminal shows whole: what has no room in a row stands below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from serin_cli.terminal import cell

GAP, INDENT = 2, 4
SENTENCE = 24
"""A value that is longer, and of several words, is read as a sentence: it leaves the row before any other."""

Record = Mapping[str, Any]


def fitted(records: Sequence[Record], names: Sequence[str], width: int) -> RenderableType:
    """A row for each record with the fields of these names, nothing cut off and no word broken in a column.

    Where all of them are wider than `width` cells, empty columns go, then sentences and the last columns stand below
    each row under their names.
    """
    widths = {name: _widest(records, name) for name in names}
    rows, below = list(names), list[str]()
    if _total(rows, widths) > width:
        rows = [name for name in names if any(_is_there(record.get(name)) for record in records)]
    while len(rows) > 1 and _total(rows, widths) > width:
        sentences = [name for name in rows[1:] if any(_is_sentence(record.get(name)) for record in records)]
        below.append((sentences or rows)[-1])
        rows.remove(below[-1])
    # As they were named, not as they were moved.
    below = [name for name in names if name in below]
    shown: list[RenderableType] = [_row({name: name for name in rows}, rows, widths, "bold")]
    for record in records:
        shown += [_row(record, rows, widths), *_below(record, below)]
    return Group(*shown)


def _total(names: Sequence[str], widths: Mapping[str, int]) -> int:
    return sum(widths[name] for name in names) + GAP * (len(names) - 1)


def _widest(records: Sequence[Record], name: str) -> int:
    return max(cell(name).cell_len, *(cell(record.get(name)).cell_len for record in records))


def _is_there(value: object) -> bool:
    return value not in (None, "")


def _is_sentence(value: object) -> bool:
    return isinstance(value, str) and len(value) > SENTENCE and " " in value


def _row(record: Record, names: Sequence[str], widths: Mapping[str, int], style: str = "") -> Text:
    line = Text(overflow="fold")
    for name in names:
        value = cell(record.get(name), style)
        value.pad_right(widths[name] + GAP - value.cell_len)
        line.append_text(value)
    line.rstrip()
    return line


def _below(record: Record, names: Sequence[str]) -> list[Padding]:
    """The short fields on one line, each sentence on a line of its own."""
    there = [name for name in names if _is_there(record.get(name))]
    short = [f"{name}: {record[name]}" for name in there if not _is_sentence(record[name])]
    lines = [", ".join(short)] if short else []
    lines += [f"{name}: {record[name]}" for name in there if _is_sentence(record[name])]
    return [Padding(_folded(line), (0, 0, 0, INDENT), expand=False) for line in lines]


def _folded(line: str) -> Text:
    text = cell(line)
    text.overflow = "fold"
    return text
