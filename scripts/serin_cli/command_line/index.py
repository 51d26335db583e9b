"""Every command: who uses it, and where the function is that does it. None of them is imported before it is typed.

What a command does is the first sentence of its function, and the help of its arguments stands with their types.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Place = str
"""`module:function` of this package."""


@dataclass(frozen=True)
class Actions:
    """A command that does one of several things; `usual` is meant where none is named."""

    text: str
    places: Mapping[str, Place]
    usual: str | None = None


GROUPS: Mapping[str, Mapping[str, Place | Actions]] = {
    "To begin": {
        "demo": "walk:demo",
        "sample": "sample:sample",
        "up": "local:up",
        "clock": Actions(
            "Show the local cloud's clock, advance it through all that is due, or stop that.",
            {"show": "clock:show", "advance": "clock:advance_clock", "stop": "clock:stop"},
            usual="show",
        ),
        "init": "init:init",
        "completion": "command_line.completion:completion",
    },
    "What a model is (data scientist, subject-matter expert)": {
        "charter": "charter:charter",
        "contract": Actions(
            "The contract that a file's rows suggest; check: what of contracts is checked.",
            {"infer": "init:infer", "check": "contract_check:check"},
        ),
        "input": Actions("Take an input out of a charter and of all that names it.", {"remove": "inputs:remove"}),
        "validate": "earlier_rows:validate",
        "viability": "viability:show_viability",
        "plan": "plan:show_plan",
    },
    "Data and features (data engineer)": {
        "upload": "uploading:upload",
        "quality": "quality:quality",
        "quarantine": Actions(
            "The rows set aside: list them, or export them to correct them.",
            {"list": "quarantine:list_rows", "export": "quarantine:export"},
        ),
        "profile": "profile:profile",
        "sources": "sources:sources",
        "features": Actions(
            "What is known of an entity now; status, backfill: how far views are filled, and filling them.",
            {"get": "features:get", "status": "views:status", "backfill": "views:backfill"},
        ),
        "erase": "erase:erase",
    },
    "Trainings and versions (data scientist)": {
        "train": "training:train",
        "runs": "runs:runs",
        "rerun": "rerun:rerun",
        "models": Actions(
            "The models and what is live; withdraw: take a version out of use.",
            {"list": "models:list_models", "withdraw": "models:withdraw"},
            usual="list",
        ),
        "versions": "models:versions",
        "card": "card:card",
        "lineage": "lineage:lineage",
    },
    "Releases and what follows (ML engineer)": {
        "release": Actions(
            "Make a version live or put back the one before; watch, hold, resume, abort it.",
            {
                "start": "releases:start",
                "list": "releases:list_releases",
                "show": "releases:show",
                "watch": "releases:watch",
                "hold": "releases:hold",
                "resume": "releases:resume",
                "abort": "releases:abort",
                "rollback": "releases:rollback",
            },
        ),
        "watch": "watching:watch",
        "health": "health:health",
        "trace": "trace:trace",
        "image": "image:image",
    },
    "What to decide, and what it comes to (business stakeholder)": {
        "approve": "approve:approve",
        "cost": "cost:cost",
        "maturity": "maturity:maturity",
        "audit": "audit:audit",
    },
    "Questions to a model (whoever calls it)": {
        "predict": "predicting:predict",
        "prediction": "prediction:prediction",
        "batch": "batch:batch",
        "feedback": "feedback:feedback",
    },
    "A stage on AWS (ML engineer)": {
        "connect": "aws:connect",
        "token": Actions(
            "Make, list and revoke tokens, with your own AWS credentials.",
            {
                "create": "tokens:create",
                "list": "tokens:list_tokens",
                "revoke": "tokens:revoke",
                "roles": "tokens:roles",
            },
        ),
        "pipeline": "pipeline:pipeline",
    },
}
"""Who has the role in a charter's `people`; one person may hold several."""


def commands() -> Mapping[str, Place | Actions]:
    """All of them by name, in the order of the manual."""
    return {name: command for group in GROUPS.values() for name, command in group.items()}


def typed() -> Iterator[tuple[tuple[str, ...], Place]]:
    """What is typed for each thing that can be done, the command and its action, and where it is done."""
    for name, command in commands().items():
        if isinstance(command, Actions):
            yield from (((name, action), place) for action, place in command.places.items())
        else:
            yield (name,), command
