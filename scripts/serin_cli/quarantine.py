"""`serin quarantine`: which rows were set aside and why, and the way to correct them and send them in again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import polars as pl

from serin.data.contract.advice import unread
from serin.data.contract.shown_rows import shown_rows
from serin.data.files.corrections import in_files, still_set_aside, to_csv
from serin.data.files.parquet import from_parquet
from serin.data.files.table import RESERVED, ROW, RULES, TEXT, UPLOAD
from serin.domain.contracts import Column
from serin.domain.datasets import ONCE
from serin.domain.errors import Invalid, NotFound
from serin.domain.plain_numbers import how_many
from serin.files.replaced import export_file
from serin_cli import story
from serin_cli.checkout import MODELS
from serin_cli.client import Client, connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Dataset, Json, option
from serin_cli.known import refuse_unknown
from serin_cli.outcome import Outcome
from serin_cli.scorecards import contract_at_hand

SHOWN = 50
_ONCE = f"{ONCE} So this file is taken once: export anew for what is left."
Upload = Mapping[str, Any]


OfUpload = Annotated[str | None, option("ID", "only the rows of this upload", completer=known.uploads)]


def export(
    dataset: Dataset,
    /,
    *,
    to: Annotated[Path | None, option("FILE", "the CSV file to write")] = None,
    upload: OfUpload = None,
    _json: Json = False,
) -> Outcome:
    """Write the rows set aside as CSV, to correct them and upload them again.

    Each row comes back once, good or not: the same export is not taken twice. What is still bad is set aside again, in
    the upload that brought it: export anew for what is left.
    """
    if to is None:
        raise Invalid("No file is named to export to.", "Add --to FILE.", "to")
    with connected() as client:
        rejected = set_aside(client, dataset, upload)
    columns = columns_of(dataset)
    content = to_csv(
        [in_files(rows, columns) for _, rows in rejected], {one.name_in_files: one.type for one in columns}
    )
    export_file(to, content)
    rows = sum(rows.height for _, rows in rejected)
    then = _next(dataset, to)
    return Outcome(
        {"file": str(to), "rows": rows, "next": then},
        said=[f"{how_many(rows, 'row set aside is', 'rows set aside are')} in {to}.", f"{then}.", _ONCE],
    )


def list_rows(dataset: Dataset, /, *, upload: OfUpload = None, as_json: Json = False) -> Any:
    """The rows set aside and not corrected yet, each with its number and every rule it broke."""
    with connected() as client:
        rejected = set_aside(client, dataset, upload)
    # Whoever looks may have no contracts at hand; then nobody can say which values may be shown.
    columns = columns_of(dataset) if MODELS.is_dir() else ()
    listed = [row for upload, rows in reversed(rejected) for row in _rows(upload, shown_rows(rows, columns))]
    if as_json:
        return listed
    story.show_table([_shown(row) for row in listed[:SHOWN]], ["file", "row", "rules", "values"])
    for line in unread(pl.concat([rows for _, rows in rejected], how="diagonal"), columns):
        story.say(line)
    if len(listed) > SHOWN:
        story.say(f"… and {len(listed) - SHOWN:,} more; --json or export has them all")
    return None


def set_aside(client: Client, dataset: str, upload_id: str | None) -> list[tuple[Upload, pl.DataFrame]]:
    """Each upload of the dataset that set rows aside, oldest first, with those that nobody has corrected yet.

    Raises NotFound when there are none.
    """
    uploads = client.all("/uploads", dataset=dataset)
    wanted = [one for one in uploads if one.get("quarantine") and upload_id in (None, one["id"])]
    corrected = [from_parquet(client.kept(one["corrects"])) for one in uploads if one.get("corrects")]
    listed = []
    for one in wanted:
        rows = from_parquet(client.kept(one["quarantine"])).with_columns(pl.lit(one["id"]).alias(UPLOAD))
        listed.append((one, still_set_aside(rows, corrected)))
    if not any(rows.height for _, rows in listed):
        refuse_unknown(client, dataset)
        of = f"the upload {upload_id} of {dataset}" if upload_id else dataset
        once = " any more: all were corrected" if listed else ""
        raise NotFound(f"No rows of {of} are in quarantine{once}.", f"Look at ./scripts/serin quality {dataset}.")
    return [(one, rows) for one, rows in listed if rows.height]


def _rows(upload: Upload, rows: pl.DataFrame) -> Sequence[dict[str, Any]]:
    return [
        {
            "upload": upload["id"],
            "file": upload["file"],
            "row": row[ROW],
            "rules": row[RULES],
            "values": {name: value for name, value in row.items() if name not in RESERVED},
            **({"text": row[TEXT]} if row[TEXT] is not None else {}),
        }
        for row in rows.iter_rows(named=True)
    ]


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    values = row.get("text") or ",".join(value or "" for value in row["values"].values())
    return {**row, "rules": ", ".join(row["rules"]), "values": values}


def columns_of(dataset: str) -> Sequence[Column]:
    """The dataset's columns, by the contract in this checkout."""
    contract = contract_at_hand(dataset)
    return contract.columns if contract else ()


def _next(dataset: str, file: Path) -> str:
    return f"Correct the rows and ./scripts/serin upload {dataset} {file}"
