"""`serin rerun`: an earlier training made again, and how far it lies from what it was."""

from __future__ import annotations

from argparse import Namespace

from serin.domain.errors import NotFound
from serin_cli import story
from serin_cli.client import Client
from serin_cli.commands import connected
from serin_cli.comparing import progress_of
from serin_cli.outcome import Outcome


def rerun(arguments: Namespace) -> Outcome:
    """Repeat a run and wait; done where not one bit differs."""
    with connected() as client:
        model = _model_of(client, arguments.run)
        run = client.post(f"/models/{model}/train", {"repeat": arguments.run})["run"]
        with story.bar("Repeating") as progress:
            said = progress_of(client, model, run)
            ended = client.run_ended(model, run, lambda: progress.update(progress.task_ids[0], description=said()))
    repeat = ended.get("repeat") or {}
    exact = repeat.get("predictions") == 0 and all(repeat.get("artifacts", {}).values())
    lines = [f"The run {ended['id']}, which repeats {arguments.run}, is {ended['status']}.", ended.get("reason") or ""]
    return Outcome(ended, ended["status"] == "repeated" and exact, [line for line in lines if line])


def _model_of(client: Client, run: str) -> str:
    for model in client.get("/models")["items"]:
        if any(known["id"] == run for known in client.all("/runs", model=model["model"])):
            return str(model["model"])
    raise NotFound(f"There is no run {run}.", "`./scripts/serin runs MODEL` lists those of a model.", "run")
