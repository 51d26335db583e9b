"""What a person sees: errors with their remedies, tables, and the demo's story with its progress bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from rich.console import Console, RenderableType
from rich.json import JSON
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from serin.domain.errors import SerinError

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)
WIDEST = 6
MOST_COLUMNS = 1000
# What a person looks for; where a record has none of these, its first fields do.
FIRST_OF_WORK = (
    "model",
    "version",
    "live",
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
    err.print(f"[red]{error.kind}[/red]: ", end="")
    err.print(error.message, markup=False, soft_wrap=True)
    err.print(f"remedy: {error.remedy}", markup=False, soft_wrap=True)


def show_result(result: Any) -> None:
    """A list of records as a table of its plain fields, anything else as JSON."""
    if isinstance(result, list) and result and all(isinstance(item, Mapping) for item in result):
        out.print(table(result))
    elif isinstance(result, list):
        out.print("\n".join(str(item) for item in result) or "nothing", markup=False)
    else:
        out.print(JSON.from_data(result, default=str))


def table(records: Sequence[Mapping[str, Any]], names: Sequence[str] = ()) -> Table:
    """The records' fields of these names, or their first plain ones, one row each; nested ones are for --json."""
    plain = [name for name, value in records[0].items() if not isinstance(value, (Mapping, list))]
    names = names or [name for name in FIRST if name in plain] or plain[:WIDEST]
    made = Table(*names, header_style="bold", box=None)
    for record in records:
        # As text: what stands in a log or a file must not be read as rich's markup.
        made.add_row(*(Text("" if record.get(name) is None else str(record[name])) for name in names))
    return made


def show_whole(what: RenderableType) -> None:
    """Print with nothing cut off: a terminal that is too narrow breaks the lines itself."""
    needed = out.measure(what, options=out.options.update(max_width=MOST_COLUMNS)).maximum
    Console(file=out.file, highlight=False, width=max(out.width, needed)).print(what)


def say(text: str) -> None:
    """One line of the story."""
    out.print(text, soft_wrap=True)


def chapter(title: str) -> None:
    """A new part of the story."""
    out.print(f"\n[bold]{title}[/bold]", soft_wrap=True)


@contextmanager
def bar(text: str, total: int | None = None) -> Iterator[Progress]:
    """A bar that moves while something is done; `advance(task_ids[0])` moves it, without `total` it only turns."""
    columns = [SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=30)]
    tail = [MofNCompleteColumn(), TimeElapsedColumn()] if total else [TimeElapsedColumn()]
    with Progress(*columns, *tail, console=out, transient=True, disable=not out.is_terminal) as progress:
        progress.add_task(text, total=total)
        yield progress
