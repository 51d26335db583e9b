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
from serin_cli.terminal import Terminal, as_json, cell

out = Terminal(highlight=False)
err = Terminal(stderr=True, highlight=False)
WIDEST = 6
MOST_COLUMNS = 1000
# What a person looks for; where a record has none of these, its first fields do.
FIRST_OF_WORK = (
    "model",
    "version",
    "live",
    "withdrawn",
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
    """A list of records as a table of its plain fields, anything else as JSON."""
    if isinstance(result, list) and result and all(isinstance(item, Mapping) for item in result):
        out.print(table(result))
    elif isinstance(result, list):
        out.print(Text("\n").join(map(cell, result)) or "nothing")
    else:
        out.print(as_json(result))


def table(records: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Table:
    """The records' fields of these names, or their first plain ones, one row each; nested ones are for --json."""
    plain = [name for name, value in records[0].items() if not isinstance(value, (Mapping, list))]
    names = names or [name for name in FIRST if name in plain] or plain[:WIDEST]
    made = Table(*(Column(cell(name)) for name in names), header_style="bold", box=None)
    for record in records:
        made.add_row(*(cell(record.get(name)) for name in names))
    return made


def show_whole(what: RenderableType) -> None:
    """Print with nothing cut off: a terminal that is too narrow breaks the lines itself."""
    needed = out.measure(what, options=out.options.update(max_width=MOST_COLUMNS)).maximum
    Terminal(file=out.file, highlight=False, width=max(out.width, needed)).print(what)


def say(text: str) -> None:
    """One line of the story."""
    out.print(text, markup=False, soft_wrap=True)


def chapter(title: str) -> None:
    """A new part of the story."""
    out.print(Text(f"\n{title}", "bold"), soft_wrap=True)


@contextmanager
def bar(text: str, total: int | None = None) -> Iterator[Progress]:
    """A bar that moves while something is done; `advance(task_ids[0])` moves it, without `total` it only turns."""
    columns = [SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(bar_width=30)]
    tail = [MofNCompleteColumn(), TimeElapsedColumn()] if total else [TimeElapsedColumn()]
    with Progress(*columns, *tail, console=out, transient=True, disable=not out.is_terminal) as progress:
        progress.add_task(text, total=total)
        yield progress
