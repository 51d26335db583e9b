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
    """The questions with what they show, or the one that is answered."""
    if arguments.id is None and (arguments.reject or arguments.why):
        raise Invalid("An answer is to one question.", "Name the approval: `approve ID --reject --why TEXT`.")
    with connected() as client:
        known = _approvals(client)
        if arguments.id is not None:
            found = _one(known, arguments.id)
            body = {"answer": "reject" if arguments.reject else "approve", "why": arguments.why}
            return client.post(f"/models/{found['model']}/approvals/{found['id']}", body)
    shown = [found for found in known if arguments.every or found["status"] == "open"]
    if arguments.print_json or not shown:
        return shown
    for found in shown:
        story.show_table([_line(found)], list(_line(found)))
        for text in (found["question"], _figures(found), found.get("because", "")):
            if text:
                story.out.print(Text(text), soft_wrap=True)
    return None


def _approvals(client: Client) -> list[Record]:
    models = [model["model"] for model in client.get("/models")["items"]]
    return [found for model in models for found in client.all("/approvals", model=model)]


def _one(known: list[Record], start: str) -> Record:
    found = [approval for approval in known if approval["id"].startswith(start)]
    if len(found) != 1:
        message = f"{len(found)} approvals begin with {start}."
        raise NotFound(message, "Take the id from `./scripts/serin approve`, whole.", "id")
    return found[0]


def _line(found: Record) -> dict[str, Any]:
    answer = found.get("answer", {})
    return {
        "approval": found["id"],
        "model": found["model"],
        "version": found.get("version"),
        "release": found.get("release"),
        "run": found.get("run"),
        "status": found["status"],
        "until": story.minute(found["expires"]),
        "by": answer.get("by"),
        "why": answer.get("why"),
    }


def _figures(found: Record) -> str:
    return ", ".join(f"{name} {value:.4g}" for name, value in found["figures"].items())
