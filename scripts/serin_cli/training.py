"""`serin train`: a model is trained now, on the stage or in this process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from serin.domain.errors import Invalid
from serin_cli import story
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model
from serin_cli.comparing import progress_of
from serin_cli.doing import Doing
from serin_cli.outcome import Outcome


def train(
    model: Model,
    /,
    *,
    here: Annotated[bool, Parameter(help="in this process and from files, with no cloud")] = False,
    data: Annotated[
        Path | None, Parameter(metavar="FOLDER", help="with --here: the files, each dataset in a folder of its name")
    ] = None,
    to: Annotated[
        Path | None, Parameter(metavar="FOLDER", help="with --here: write the run, its rows and its model there")
    ] = None,
    as_json: Json = False,
) -> Outcome:
    """Train a model now and wait for the verdict; --here: in this process.

    It ends with 0 for a version that was registered, and where there was nothing to train.
    """
    if here:
        # It loads what fits models, which no other command should pay for.
        from serin_cli.here.command import train_here

        return train_here(model, data, to, as_json=as_json)
    if data is not None or to is not None:
        raise Invalid("--data and --to belong to a training in this process.", "Add --here, or upload the files.")
    return _trained(model)


def _trained(model: str) -> Outcome:
    """Train and wait; done is a version that was registered, or that there was nothing to train."""
    with connected() as client:
        run = client.post(f"/models/{model}/train")["run"]
        with story.bar("Training") as doing:
            ended = client.run_ended(model, run, telling(doing, progress_of(client, model, run)))
    lines = told_of(ended)
    if (ended.get("verdict") or {}).get("checks"):
        lines.append(f"What the gate measured: ./scripts/serin runs {model} --run {run}")
    return Outcome(ended, ended["status"] in ("registered", "skipped"), lines)


def telling(doing: Doing, said: Callable[[], str]) -> Callable[[], None]:
    """Says how far a training is, which costs a call each time, where it would be seen."""

    def tell() -> None:
        if doing.is_due:
            doing.at(said())

    return tell


def told_of(run: Mapping[str, Any]) -> list[str]:
    """How a training has ended, and why."""
    ended = f"registered as version {run.get('version')}" if run["status"] == "registered" else run["status"]
    verdict = run.get("verdict") or {}
    lines = [f"Run {run['id']} is {ended}.", verdict.get("sentence") or run.get("reason") or ""]
    lines += [f"Warning: {warning}" for warning in run.get("warnings", [])]
    return [line for line in lines if line]
