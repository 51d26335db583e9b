"""What a person sees: errors with their remedies, tables, and the demo's story with its progress bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from traceback import format_exception
from typing import Any

from rich.console import RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Column, Table
from rich.text import Text

from serin.domain.errors import SerinError
from serin_cli.doing import Doing
from serin_cli.fitting_tables import fitted
from serin_cli.terminal import Terminal, cell

out = Terminal(highlight=False)
err = Terminal(stderr=True, highlight=False)
WIDEST = 6
MOST_COLUMNS = 1000
NOTHING = "nothing"
# What a person looks for; where a record has none of these, its first fields do.
FIRST_OF_WORK = (
    "model",
    "version",
    "role",
    "live",
    "withdrawn",
    "served",
    "now",
    "file",
    "id",
    "cause",
    "status",
    "rows",
    "accepted",
    "quarantined",
    "reason",
)
FIRST = (*FIRST_OF_WORK, "owner", "scopes", "created", "expires", "revoked")


def show_error(error: SerinError) -> None:
    """What was found and what to do."""
    err.print(Text.assemble(cell(error.kind, "red"), ": "), end="")
    err.print(error.message, markup=False, soft_wrap=True)
    err.print(f"remedy: {error.remedy}", markup=False, soft_wrap=True)


def show_fault(error: Exception) -> None:
    """A fault of the program itself, whose message may repeat anything."""
    err.print("".join(format_exception(error)), markup=False, soft_wrap=True, end="")


def show_result(result: Any) -> None:
    """A list of records as a table, a record as a line for each field, anything else as it is; JSON is for --json."""
    if isinstance(result, list) and result and all(isinstance(item, Mapping) for item in result):
        show_table(result)
    elif isinstance(result, list):
        out.print(Text("\n").join(map(cell, result)) or NOTHING)
    elif isinstance(result, Mapping):
        _show_record(result)
    else:
        out.print(cell(result), soft_wrap=True)


def _show_record(record: Mapping[str, Any]) -> None:
    """A line for each field; a record in it by its fields' names behind its own, lists of records as tables below."""
    lines, tables = dict[str, str](), dict[str, Sequence[Mapping[str, Any]]]()
    for name, value in _fields(record):
        if isinstance(value, (list, tuple)) and value and all(isinstance(item, Mapping) for item in value):
            tables[name] = value
        elif isinstance(value, (list, tuple)):
            lines[name] = ", ".join(map(str, value))
        else:
            lines[name] = "" if value is None else str(value)
    widest = max(map(len, lines), default=0)
    for name, text in lines.items():
        # No line is broken: a secret is copied from it.
        out.print(cell(f"{name:<{widest}}  {text}"), soft_wrap=True)
    for name, records in tables.items():
        out.print(Text.assemble("\n", cell(name, "bold")))
        show_table(records)


def _fields(record: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from _fields(value, f"{before}{name}.")
        else:
            yield f"{before}{name}", value


def show_table(records: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> None:
    """The records' fields of these names, or their first plain ones; what has no room in a row stands below it."""
    out.print(fitted(records, names or _first(records[0]), out.width) if records else NOTHING)


def table(records: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Table:
    """The records' fields of these names, or their first plain ones, one row each; nested ones are for --json."""
    names = names or _first(records[0])
    made = Table(*(Column(cell(name)) for name in names), header_style="bold", box=None)
    for record in records:
        made.add_row(*(cell(record.get(name)) for name in names))
    return made


def _first(record: Mapping[str, Any]) -> Sequence[str]:
    plain = [name for name, value in record.items() if not isinstance(value, (Mapping, list))]
    first = [name for name in FIRST if name in plain]
    # A table of names alone would say nothing of them.
    return first if len(first) > 1 else plain[:WIDEST]


def show_whole(what: RenderableType) -> None:
    """Print with nothing cut off: a terminal that is too narrow breaks the lines itself."""
    needed = out.measure(what, options=out.options.update(max_width=MOST_COLUMNS)).maximum
    Terminal(file=out.file, highlight=False, width=max(out.width, needed)).print(what)


def minute(moment: object) -> str:
    """A moment of the platform's, which are all in UTC, to the minute."""
    return f"{str(moment)[:16].replace('T', ' ')}Z"


def say(text: str) -> None:
    """One line of the story."""
    out.print(text, markup=False, soft_wrap=True)


def chapter(title: str) -> None:
    """A new part of the story."""
    out.print(Text(f"\n{title}", "bold"), soft_wrap=True)


@contextmanager
def bar(text: str, total: int | None = None, silent: bool = False) -> Iterator[Doing]:
    """Shows that something is done, and how far it is (`Doing.at`); without `total` a bar only turns.

    On standard error, for results go to the other; `silent` is for a caller who is told in another way.
    """
    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=30)]
    tail = [MofNCompleteColumn(), TimeElapsedColumn()] if total else [TimeElapsedColumn()]
    shown = err.is_terminal and not silent
    with Progress(*columns, *tail, console=err, transient=True, disable=not shown) as progress:
        progress.add_task(text, total=total)
        yield Doing(text, progress, None if silent else _say_aside)


def _say_aside(text: str) -> None:
    err.print(text.strip(), markup=False, soft_wrap=True)
