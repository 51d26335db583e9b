"""`serin upload`: files of every kind that can be one table go in, and each is told what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from botocore.exceptions import BotoCoreError, ClientError
from cyclopts import Parameter

from serin.data.contract.advice import broken_most
from serin.data.files.parquet import from_parquet
from serin.domain.errors import SerinError
from serin.domain.plain_numbers import how_many
from serin_cli import story
from serin_cli.checkout import MODELS
from serin_cli.client import Client, connected
from serin_cli.command_line.words import Dataset, Json
from serin_cli.incoming import incoming
from serin_cli.known import refuse_unknown
from serin_cli.outcome import Outcome
from serin_cli.pieces import written_pieces
from serin_cli.scorecards import TOP, contract_at_hand, copies, state

Upload = Mapping[str, Any]


def upload(
    dataset: Dataset,
    /,
    *files: Annotated[
        Path,
        Parameter(name="FILE", required=True, help="CSV, Parquet, a workbook of one sheet, a folder of year=2013/…"),
    ],
    split: Annotated[bool, Parameter(help="a CSV file in pieces of a gigabyte, each with the header")] = False,
    as_json: Json = False,
) -> Outcome:
    """Upload files to a dataset.

    They go in one after the other, and each is told what became of it; one that gave no row ends with 1.
    """
    with connected() as client, TemporaryDirectory() as folder:
        refuse_unknown(client, dataset)
        uploads = [
            _with_broken(client, client.upload(dataset, piece))
            for name in files
            for file in incoming(name, Path(folder))
            for piece in (written_pieces(file, Path(folder)) if split else [file])
        ]
    for one in () if as_json else uploads:
        for line in said(one):
            story.say(line)
    # A program reads the record's own word, and a person what became of the rows.
    shown = uploads if as_json else [{**one, "status": state(one)} for one in uploads]
    return Outcome(shown, all(_is_done(one) for one in uploads))


def _is_done(one: Upload) -> bool:
    """Whether rows were taken, or all of them are there already, or are of people who were erased."""
    came = ("again", "accepted", "repeated", "erased")
    return one["status"] == "accepted" and any(one.get(name) for name in came)


def _with_broken(client: Client, one: Upload) -> Upload:
    """The upload and, where rows were set aside, `broken`: a line for each of the rules broken most."""
    return {**one, "broken": list(_broken(client, one))} if one.get("quarantined") else one


def said(one: Upload) -> Iterator[str]:
    """What a person should know of an upload besides its counts, a line each."""
    name, dataset = one["file"], one["dataset"]
    if one["status"] == "rejected":
        yield f"{one.get('reason', name)} {one.get('remedy', '')}"
    if one.get("again"):
        yield f"{name}: {one['again']}"
    elif one.get("copies"):
        yield f"{name}: {copies(one)}"
    if one["status"] == "accepted" and (warnings := one.get("warnings")):
        most = sorted(warnings.items(), key=lambda item: (-item[1], item[0]))
        named = ", ".join(f"{rule} ({how_many(count, 'row')})" for rule, count in most[:TOP])
        more = f" and {len(most) - TOP:,} more" if len(most) > TOP else ""
        yield f"{name}: taken, though the contract warns of it: {named}{more}"
    if count := one.get("erased"):
        who = how_many(count, "row is of somebody who was", "rows are of people who were")
        yield f"{name}: {who} erased, and left out; ./scripts/serin erase says until when files are taken in so"
    if came_back := one.get("corrected", 0) + one.get("still_bad", 0):
        left = f"; {still:,} still bad, and set aside again" if (still := one.get("still_bad")) else ""
        yield f"{name}: {how_many(came_back, 'row')} came back, {one.get('corrected', 0):,} corrected{left}"
    if one.get("quarantined"):
        yield from (f"{name}: {line}" for line in one["broken"])
        yield f"{name}: ./scripts/serin quarantine list {dataset} shows the rows set aside, and export writes them"


def _broken(client: Client, one: Upload) -> Iterator[str]:
    """The rules broken most; nothing where whoever uploads may not look, or has no contract at hand."""
    try:
        contract = contract_at_hand(one["dataset"]) if MODELS.is_dir() else None
        if contract and one.get("quarantine"):
            yield from broken_most(from_parquet(client.kept(one["quarantine"])), one.get("rules", {}), contract)
    except (SerinError, ClientError, BotoCoreError):
        return
