"""`serin rerun`: an earlier training made again, and how far it lies from what it was."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

from serin.domain.errors import NotFound
from serin_cli import story
from serin_cli.client import Client, connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json
from serin_cli.comparing import progress_of
from serin_cli.outcome import Outcome
from serin_cli.training import telling


def rerun(
    run: Annotated[str, Parameter(completer=known.runs, help="the id of a run that was judged")],
    /,
    *,
    _json: Json = False,
) -> Outcome:
    """Make an earlier training again as it was, and say how far it differs.

    It ends with 0 where not one bit does.
    """
    with connected() as client:
        model = _model_of(client, run)
        again = client.post(f"/models/{model}/train", {"repeat": run})["run"]
        with story.bar("Repeating") as doing:
            ended = client.run_ended(model, again, telling(doing, progress_of(client, model, again)))
    repeat = ended.get("repeat") or {}
    exact = repeat.get("predictions") == 0 and all(repeat.get("artifacts", {}).values())
    lines = [f"Run {ended['id']}, which repeats {run}, is {ended['status']}.", ended.get("reason") or ""]
    return Outcome(ended, ended["status"] == "repeated" and exact, [line for line in lines if line])


def _model_of(client: Client, run: str) -> str:
    for model in client.get("/models")["items"]:
        if any(known["id"] == run for known in client.all("/runs", model=model["model"])):
            return str(model["model"])
    raise NotFound(f"There is no run {run}.", "`./scripts/serin runs MODEL` lists those of a model.", "run")
