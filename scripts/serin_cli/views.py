"""A model's feature views, as a person reads them: how far each is filled, and what its rows look like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from serin.domain.errors import NotFound, Unavailable
from serin_cli import story
from serin_cli.client import connected, wait
from serin_cli.command_line.words import Json, Model, option

Record = Mapping[str, Any]


def status(
    model: Model,
    /,
    *,
    view: Annotated[str | None, option("NAME", "of this view its columns: nulls, least, mean, greatest")] = None,
    as_json: Json = False,
) -> Any:
    """How far each view is filled: its definition, the uploads that are in, rows, newest event."""
    with connected() as client:
        views = _of_view(client.get(f"/models/{model}/views")["items"], view)
    if as_json:
        return views
    lines = list(columns_of(views)) if view else [line_of(one) for one in views]
    if not lines:
        return []
    story.show_table(lines, list(lines[0]))
    return None


def backfill(
    model: Model,
    /,
    *,
    view: Annotated[str | None, option("NAME", "this one, filled or not (default: all that lack something)")] = None,
    _json: Json = False,
) -> Any:
    """Fill views again from all uploads, and wait until none is behind."""
    path, wanted = f"/models/{model}/views", {"view": view} if view else {}
    with connected() as client:
        before = {one["definition"]: _changes(one) for one in client.get(path)["items"]}
        client.post(path, wanted)

        def ended() -> list[Record] | None:
            answer = _of_view(client.get(path)["items"], view)
            for one in answer:
                if one["state"] == "refused":
                    raise Unavailable(f"{one['view']}: {one['fill']['refused']}", "Then ask again.")
            # By its name a view is filled again though nothing lacks: its record changes when that has ended.
            waiting = [one for one in answer if view and _changes(one) < before[one["definition"]] + 2]
            done = all(one["state"] in ("filled", "empty") for one in answer) and not waiting
            return answer if done else None

        return [line_of(one) for one in wait(ended, f"the views of {model}")]


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
