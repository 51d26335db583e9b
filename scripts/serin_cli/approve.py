"""`serin approve`: what people are asked, and an answer to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from cyclopts import Parameter
from rich.text import Text

from serin.domain.errors import Invalid, NotFound
from serin_cli import story
from serin_cli.client import Client, connected
from serin_cli.command_line.words import Json, option

Record = Mapping[str, Any]


def approve(
    approval: Annotated[
        str | None, Parameter(name="ID", help="the approval (default: list those that are open)")
    ] = None,
    /,
    *,
    reject: Annotated[bool, Parameter(help="say no")] = False,
    why: Annotated[str, option("TEXT", "in your words; it is remembered")] = "",
    every: Annotated[bool, Parameter(name="--all", help="list those that are answered or over too")] = False,
    as_json: Json = False,
) -> Any:
    """What people are asked before a version goes live; answer one.

    An answer is a person's: put your own token, with the scopes read and approve:MODEL, into the environment variable
    SERIN_TOKEN. This folder's token, which is used without it, is of nobody that a charter names.
    """
    if approval is None and (reject or why):
        raise Invalid("An answer is to one question.", "Name the approval: `approve ID --reject --why TEXT`.")
    with connected() as client:
        known = _approvals(client)
        if approval is not None:
            asked = _one(known, approval)
            body = {"answer": "reject" if reject else "approve", "why": why}
            return client.post(f"/models/{asked['model']}/approvals/{asked['id']}", body)
    shown = [one for one in known if every or one["status"] == "open"]
    if as_json or not shown:
        return shown
    for one in shown:
        story.show_table([_line(one)], list(_line(one)))
        for text in (one["question"], _figures(one), one.get("because", "")):
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
