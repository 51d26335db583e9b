"""`serin batch`: a whole file is scored, and its answers are fetched."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import polars as pl
from cyclopts import Parameter

from serin.domain.errors import Invalid
from serin.domain.plain_numbers import how_many
from serin_cli import story
from serin_cli.client import Client, connected, wait
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, Model, option
from serin_cli.outcome import Outcome

Shown = Mapping[str, Any]
_WRITTEN = (".csv", ".parquet")


def batch(
    model: Model,
    file: Annotated[
        Path | None, Parameter(help="CSV, gzipped CSV or Parquet with a column for each input of the model")
    ] = None,
    /,
    *,
    version: Annotated[
        int | None, option("N", "a registered version; without it the one that is live", completer=known.versions)
    ] = None,
    begun: Annotated[
        str | None, option("ID", "the id of a batch that was begun before, in place of a file", name="--batch")
    ] = None,
    no_wait: Annotated[bool, Parameter(help="begin, and do not wait for its end")] = False,
    to: Annotated[Path | None, option("FILE", "write the answers of all rows into this .csv or .parquet file")] = None,
    _json: Json = False,
) -> Outcome:
    """Score a whole file, and say where the answers are.

    It waits for the end; a batch that has failed ends with 1.
    """
    if (file is None) == (begun is None):
        raise Invalid("A batch is a file, or the id of one that was begun.", "Write `batch MODEL FILE`, or --batch ID.")
    if to is not None and to.suffix not in _WRITTEN:
        raise Invalid(f"{to} is neither .csv nor .parquet.", "End the name with one of them.", "to")
    with connected() as client:
        name = begun or begin(client, model, str(file), version)
        look = now if no_wait else ended
        shown = look(client, model, name)
        if to is not None and shown["status"] == "done":
            fetch(client, shown, to)
        place = client.lake
    done = shown["status"] != "failed"
    return Outcome(shown, done, list(_said(shown, place, to)))


def begin(client: Client, model: str, file: str, version: int | None = None) -> str:
    """Send a file and have it scored; the id of its batch."""
    named = {} if version is None else {"version": version}
    sent = client.send_batch(model, Path(file))
    return str(client.post(f"/models/{model}/batch", {"file": sent, **named})["batch"])


def now(client: Client, model: str, name: str) -> Shown:
    """How far the batch is."""
    shown: Shown = client.get(f"/models/{model}/batch/{name}")
    return shown


def ended(client: Client, model: str, name: str) -> Shown:
    """The batch once it has ended; meanwhile a bar says how many of its parts are scored."""
    seen: list[int] = []
    with story.bar("Scoring") as doing:

        def look() -> Shown | None:
            shown = now(client, model, name)
            if (parts := shown.get("parts")) is not None:
                doing.at(f"Scoring: {shown['done']} of {how_many(parts, 'part')}", done=shown["done"], total=parts)
            # Patience counts from the last part that was scored: a large file takes as long as it takes.
            if shown["done"] not in seen:
                seen.append(shown["done"])
            return shown if shown["status"] != "running" else None

        return wait(look, f"the batch {name} of {model}; look again: batch {model} --batch {name}", lambda: len(seen))


def fetch(client: Client, shown: Shown, to: Path) -> None:
    """Write all answers, in the order of the file's rows, into one file."""
    with TemporaryDirectory() as folder:
        files = []
        for number, key in enumerate(shown["result"]["objects"]):
            files.append(Path(folder) / f"{number:06}.parquet")
            files[-1].write_bytes(client.kept(key))
        # Parts that were scored before these were told do not say what was missing or stale.
        rows = pl.concat([pl.scan_parquet(file, glob=False) for file in files], how="diagonal")
        if to.suffix == ".csv":
            rows.sink_csv(to)
        else:
            rows.sink_parquet(to)


def _said(shown: Shown, lake: str, to: Path | None) -> Iterator[str]:
    batch = shown["batch"]
    name, model = batch["id"], batch["model"]
    if shown["status"] == "running":
        parts = f"{shown['done']} of {shown['parts']} parts are scored" if "parts" in shown else "it is not planned yet"
        yield f"The batch {name} is under way: {parts}."
        yield f"Look after it: ./scripts/serin batch {model} --batch {name}"
        return
    if shown["status"] == "failed":
        yield f"The batch {name} has failed: {shown['reason']}"
        return
    result = shown["result"]
    yield (
        f"{how_many(result['rows'], 'row')}: {result['scored']:,} scored by version {batch['version']} "
        f"({', '.join(result['runtimes'])}), {result['errors']:,} with an error of their own."
    )
    if absent := result.get("absent"):
        yield f"The file has no column for {', '.join(absent)}: every row was scored without."
    yield f"The answers are in {to}." if to else f"The answers are listed in s3://{lake}/{shown['manifest']}"
    if not to:
        yield f"Fetch them as one file: ./scripts/serin batch {model} --batch {name} --to answers.csv"
