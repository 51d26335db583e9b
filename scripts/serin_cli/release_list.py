"""A model's releases in a list: which one answers callers now, and how each of the others stands or has ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from serin.domain.releases import ABORTED_BY
from serin_cli import story

Record = Mapping[str, Any]
STATES = {"waiting": "waits its turn", "held": "on hold", "rolled_back": "rolled back", "failed": "not released"}


def lines_of(releases: Sequence[Record], model: Record) -> list[dict[str, Any]]:
    """A line each, in their order; `model` is what is live of it, and what a person asked for last."""
    return [_line(release, state_of(release, model)) for release in releases]


def state_of(release: Record, model: Record) -> str:
    """Where it stands. Of all that ever went live one answers callers, which the live pointer names."""
    status = release["status"]
    if status == "live":
        answers = (model.get("live") or {}).get("release") == release["id"]
        return "LIVE NOW" if answers else "was live"
    asked = model.get("asked") or {}
    if status == "running" and (asked.get("release"), asked.get("wish")) == (release["id"], "hold"):
        return "on hold from its next look on"
    if (release.get("reason") or "").startswith(ABORTED_BY):
        return "aborted"
    return STATES.get(status, str(status))


def _line(release: Record, state: str) -> dict[str, Any]:
    return {
        "version": release["version"],
        "state": state,
        "began": story.minute(release["at"]),
        "cause": release["cause"],
        "release": release["id"],
        "reason": release.get("reason"),
    }
