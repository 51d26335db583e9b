"""One prediction of the log, as a person reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from cyclopts import Parameter

from serin_cli.client import connected
from serin_cli.command_line.words import Json


def prediction(
    prediction_id: Annotated[str, Parameter(name="ID", help="prediction_id of an answer")],
    /,
    *,
    as_json: Json = False,
) -> Any:
    """A prediction: inputs, features, lineage, truth, and its score made again."""
    with connected() as client:
        record = client.get(f"/predictions/{prediction_id}")
    if as_json:
        return record
    return list(rows_of(record))


def rows_of(record: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What was asked and answered, what it was made of, and whether the answer is the same again: one fact a row."""
    line, lineage, replay = record["prediction"], record["lineage"], record["replay"]
    for name in ("prediction_id", "at", "model", "version", "function_version", "runtime", "instead", "score", "label"):
        yield _row("answer", name, line.get(name))
    for part in ("inputs", "features"):
        yield from (_row(part, name, value) for name, value in line[part].items())
    for name in ("missing", "stale"):
        yield from (_row(name, view, "default used") for view in line[name])
    yield from _lineage(lineage)
    yield _row("replay", "same to the bit", replay["same"])
    yield _row("replay", "score", replay.get("score") if replay.get("reason") is None else replay["reason"])
    for said in record.get("truth", ()):
        yield from _said(said)


def _lineage(lineage: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    release, version, run = (lineage.get(name) or {} for name in ("release", "version", "run"))
    yield _row("lineage", "release", release.get("id"))
    yield _row("lineage", "run", version.get("run"))
    yield _row("lineage", "began with", run.get("correlation"))
    for name in ("training_set", "code", "charter", "lock"):
        yield _row("lineage", name, version.get(name))
    for view, name in (lineage.get("training_set") or {}).get("definitions", {}).items():
        yield _row("lineage", f"view {view}", name)
    for source in lineage["datasets"]:
        yield _row("lineage", source["dataset"], f"{source['rows']:,} rows of {len(source['uploads'])} uploads")


def _said(said: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Who has said what of it, and when."""
    by = said["source"] if said.get("token") is None else f"token {said['token']}"
    told = f"{by}, known {said['known']}" + ("" if said["joined"] else ", not joined yet")
    if said["source"] == "dataset" or "label" in said:
        yield _row("truth", told, said.get("label", "none any more"))
    if "rating" in said:
        yield _row("rating", told, f"{said['rating']} of 5")


def _row(part: str, name: str, value: object) -> dict[str, Any]:
    return {"part": part, "name": name, "value": "-" if value is None else value}
