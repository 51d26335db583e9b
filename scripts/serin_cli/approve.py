"""`serin approve`: what people are asked, and an answer to it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from rich.text import Text

from serin.domain.errors import Invalid, NotFound
from serin_cli import story
from serin_cli.client import Client
from serin_cli.commands import connected

Record = Mapping[str, Any]


def arguments() -> tuple[tuple[str, dict[str, Any]], ...]:
    """What follows `serin approve`."""
    return (
        ("id", {"nargs": "?", "help": "the approval (default: list those that are open)"}),
        ("--reject", {"action": "store_true", "help": "say no"}),
        ("--why", {"metavar": "TEXT", "default": "", "help": "in your words; it is remembered"}),
        ("--all", {"action": "store_true", "dest": "every", "help": "list those that are answered or over too"}),
    )


def approve(arguments: Namespace) -> Any:
    """The questions with what they show, newest first, or the one that is answered."""
    if arguments.id is None and (arguments.reject or arguments.why):
        raise Invalid("An answer is to one question.", "Name the approval: `approve ID --reject --why TEXT`.")
    with connected() as client:
        known = _approvals(client)
        if arguments.id is not None:
            approval = _one(known, arguments.id)
            body = {"answer": "reject" if arguments.reject else "approve", "why": arguments.why}
            return client.post(f"/models/{approval['model']}/approvals/{approval['id']}", body)
    shown = [approval for approval in known if arguments.every or approval["status"] == "open"]
    if arguments.print_json or not shown:
        return shown
    for approval in shown:
        story.show_table([_line(approval)], list(_line(approval)))
        for text in (approval["question"], _figures(approval), approval.get("because", "")):
            if text:
                story.out.print(Text(text), soft_wrap=True)
    return None


def _approvals(client: Client) -> list[Record]:
    models = [model["model"] for model in client.get("/models")["items"]]
    known = [approval for model in models for approval in client.all("/approvals", model=model)]
    return sorted(known, key=lambda approval: str(approval["at"]), reverse=True)


def _one(known: list[Record], start: str) -> Record:
    matching = [approval for approval in known if approval["id"].startswith(start)]
    if len(matching) != 1:
        message = f"{len(matching) or 'No'} approvals have an id that begins with {start!r}."
        raise NotFound(message, "Take the id from `./scripts/serin approve`, whole.", "id")
    return matching[0]


def _line(approval: Record) -> dict[str, Any]:
    answer = approval.get("answer", {})
    return {
        "approval": approval["id"],
        "model": approval["model"],
        "version": approval.get("version"),
        "release": approval.get("release"),
        "run": approval.get("run"),
        "status": approval["status"],
        "until": story.minute(approval["expires"]),
        "by": answer.get("by"),
        "why": answer.get("why"),
    }


def _figures(approval: Record) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in approval["figures"].items())
