"""A model's feature views, as a person reads them: how far each is filled, and what its rows look like."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Mapping
from typing import Any

from serin.domain.errors import NotFound, Unavailable
from serin_cli import story
from serin_cli.client import wait
from serin_cli.commands import connected

Record = Mapping[str, Any]


def status(arguments: Namespace) -> Any:
    """Every definition in use; with --view the columns of one."""
    with connected() as client:
        views = _of_view(client.get(f"/models/{arguments.model}/views")["items"], arguments.view)
    if arguments.print_json:
        return views
    lines = list(columns_of(views)) if arguments.view else [line_of(view) for view in views]
    if not lines:
        return []
    story.show_table(lines, list(lines[0]))
    return None


def backfill(arguments: Namespace) -> Any:
    """Ask for it, and wait until no view that was asked for is behind."""
    path, wanted = f"/models/{arguments.model}/views", {"view": arguments.view} if arguments.view else {}
    with connected() as client:
        before = {view["definition"]: _changes(view) for view in client.get(path)["items"]}
        client.post(path, wanted)

        def ended() -> list[Record] | None:
            answer = _of_view(client.get(path)["items"], arguments.view)
            for view in answer:
                if view["state"] == "refused":
                    raise Unavailable(f"{view['view']}: {view['fill']['refused']}", "Then ask again.")
            # By its name a view is filled again though nothing lacks: its record changes when that has ended.
            waiting = [view for view in answer if arguments.view and _changes(view) < before[view["definition"]] + 2]
            done = all(view["state"] in ("filled", "empty") for view in answer) and not waiting
            return answer if done else None

        return [line_of(view) for view in wait(ended, f"the views of {arguments.model}")]


def line_of(view: Record) -> dict[str, Any]:
    """One definition: which uploads are in, of how many, and what the newest rows looked like."""
    fill = view.get("fill") or {}
    known = fill.get("statistics") or {}
    upto = fill.get("upto", {})
    return {
        "view": view["view"],
        "definition": view["definition"][:8],
        "of": "charter" if view["deployed"] else "a version",
        "state": view["state"],
        "uploads": ", ".join(f"{name} {upto.get(name, 0)} of {head}" for name, head in view["heads"].items()),
        "rows": known.get("rows"),
        "entities": known.get("entities"),
        "newest": known.get("newest"),
        "at": fill.get("at"),
        **({"refused": fill["refused"]} if fill.get("refused") else {}),
        **({"too_busy": "; ".join(_busy(entity) for entity in fill["busy"])} if fill.get("busy") else {}),
    }


def _busy(entity: Record) -> str:
    """Who is not served, and why; everybody else is."""
    since = f" since {entity['since']}" if entity.get("since") else ""
    return f"{entity['entity']} has {entity['many']:,} {'events' if since else 'values'}{since}"


def columns_of(views: list[Record]) -> Iterator[dict[str, Any]]:
    """Each column that the definitions of one view are made of."""
    for view in views:
        known = (view.get("fill") or {}).get("statistics") or {"values": {}}
        for name, value in known["values"].items():
            numbers = {key: value.get(key) for key in ("least", "mean", "greatest")}
            yield {"definition": view["definition"][:8], "column": name, "nulls": f"{value['nulls']:.2%}", **numbers}


def _changes(view: Record) -> int:
    revision: int = (view.get("fill") or {}).get("revision", 0)
    return revision


def _of_view(views: list[Record], name: str | None) -> list[Record]:
    matching = [view for view in views if name in (None, view["view"])]
    if name and not matching:
        known = ", ".join(dict.fromkeys(view["view"] for view in views))
        raise NotFound(f"There is no view {name!r}.", f"Views: {known or 'none'}.", "view")
    return matching
