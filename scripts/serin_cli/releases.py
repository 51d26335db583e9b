"""`serin release`: begin one, look at its evidence, hold it, go on with it, or take it back."""

from __future__ import annotations

import time
from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from rich.live import Live

from serin.domain.errors import Invalid, NotFound
from serin.domain.release_seen import ReleaseSeen, release_seen
from serin_cli import story
from serin_cli.client import ApiError, Client, wait
from serin_cli.commands import connected
from serin_cli.evidence import flat
from serin_cli.outcome import Outcome
from serin_cli.release_list import lines_of
from serin_cli.release_view import drawn, line_of
from serin_cli.scorecards import page_file

PAUSE_S = 1.0
RECENT = 50
WISHES = ("hold", "resume", "abort")
Record = Mapping[str, Any]


def arguments() -> tuple[tuple[str, dict[str, Any]], ...]:
    """What follows `serin release`."""
    actions = ("start", "list", "show", "watch", *WISHES, "rollback")
    version = {"type": int, "metavar": "N", "help": "with start: the registered version (default: the newest)"}
    which = {"metavar": "ID", "help": "which one (default: the one under way; with show, the newest)"}
    page = {"metavar": "FILE", "nargs": "?", "const": "", "help": "with show: write a page with its evidence"}
    return (
        ("action", {"choices": actions}),
        ("model", {"help": "the model's name"}),
        ("--version", version),
        ("--release", which),
        ("--page", page),
    )


def release(arguments: Namespace) -> Any:
    """One of the actions."""
    action, path = arguments.action, f"/models/{arguments.model}/releases"
    _refuse_unread(arguments)
    with connected() as client:
        if action == "list":
            return _listed(client, arguments)
        if action in ("start", "rollback"):
            wanted = {} if arguments.version is None else {"version": arguments.version}
            begun = client.post(path, {"action": action, **wanted})["release"]
            return _under_way(client, arguments.model, begun)
        name = arguments.release or _meant(client, path, action)
        if action in WISHES:
            directive = client.post(f"{path}/{name}/{action}")
            return Outcome(directive, said=[_said_of(directive, action)])
        if action == "watch":
            return watch(client, f"{path}/{name}", arguments.print_json)
        record = client.get(f"{path}/{name}")
        if arguments.page is not None:
            return _page(release_seen(record), arguments.page)
        return _shown(record, arguments.print_json)


def _listed(client: Client, arguments: Namespace) -> Any:
    """All of them, newest first."""
    listed = client.all(f"/models/{arguments.model}/releases")[::-1]
    if arguments.print_json or not listed:
        return listed
    model: Record = next((one for one in client.get("/models")["items"] if one["model"] == arguments.model), {})
    lines = lines_of(listed, model)
    story.show_table(lines, list(lines[0]))
    return None


def watch(client: Client, path: str, as_json: bool) -> Record | None:
    """Draw the release until it has ended, again whenever something is new; a line each where nothing can be drawn."""
    if as_json or not story.out.is_terminal or story.out.is_dumb_terminal:
        return _watch_lines(client, path, as_json)
    seen = release_seen(client.get(path))
    with Live(drawn(seen), console=story.out, auto_refresh=False) as live:
        while seen.release.is_open:
            time.sleep(PAUSE_S)
            seen = release_seen(client.get(path))
            live.update(drawn(seen), refresh=True)
    return None


def _watch_lines(client: Client, path: str, silent: bool) -> Record | None:
    said = ""
    while True:
        record = client.get(path)
        seen = release_seen(record)
        line = line_of(seen)
        if line != said and not silent:
            story.say(line)
        said = line
        if not seen.release.is_open:
            return flat(record) if silent else None
        time.sleep(PAUSE_S)


def _said_of(directive: Record, action: str) -> str:
    """What a person's wish leads to."""
    about = f"The release {directive['release']} of {directive['model']}"
    then = {
        "hold": "is on hold from its next look on: it keeps its share of the calls until somebody decides",
        "resume": "goes on from its next look on, with a new deadline",
        "abort": "is taken back now: all calls go to the version before",
    }[action]
    return f"{about} {then}."


def _under_way(client: Client, model: str, name: str) -> Outcome:
    """The release once it has ended, waits, or goes on by evidence, which may take a day."""

    def look() -> Outcome | None:
        try:
            record = client.get(f"/models/{model}/releases/{name}")
        except ApiError as error:
            if error.kind != "not_found":
                raise
            return None
        seen = release_seen(record)
        goes_on = seen.release.status in ("waiting", "held") or seen.is_compared
        if not goes_on and seen.release.is_open:
            return None
        follow = f"./scripts/serin release {'watch' if seen.release.is_open else 'show'} {model} --release {name}"
        return Outcome(flat(record), said=[line_of(seen), f"All of it: {follow}"])

    return wait(look, f"the release of {model}")


def _shown(record: Record, as_json: bool) -> Record | None:
    if as_json:
        return flat(record)
    seen = release_seen(record)
    lines = [{"step": step.name, "at": f"{step.at:%Y-%m-%d %H:%M}Z", "found": step.found} for step in seen.steps]
    if lines:
        story.show_table(lines, list(lines[0]))
    story.show_whole(drawn(seen))
    return None


def _page(seen: ReleaseSeen, file: str) -> Mapping[str, str]:
    # Whoever asks for no page waits for no templates.
    from serin.pages.release import release_page
    from serin_cli.page_files import written

    about = f"{seen.release.model}-{seen.release.version}"
    return written(release_page(seen, seen.at), page_file(file, "release", about))


def _meant(client: Client, path: str, action: str) -> str:
    """The release that whoever names none means: the one under way, since newer ones may wait behind it."""
    recent = client.get(path, limit=str(RECENT))["items"]
    if not recent:
        raise NotFound("Nothing was released yet.", "Train the model; its first release begins by itself.")
    under_way = [item["id"] for item in recent if item["status"] in ("running", "held") and action != "show"]
    return str([*under_way, recent[0]["id"]][0])


def _refuse_unread(arguments: Namespace) -> None:
    """Nobody believes that an option has changed something which is not read."""
    readers = {"page": ("show",), "version": ("start", "rollback"), "release": ("show", "watch", *WISHES)}
    for option, actions in readers.items():
        if getattr(arguments, option) is not None and arguments.action not in actions:
            message = f"`release {arguments.action}` reads no --{option}."
            written = " or ".join(f"`release {action}`" for action in actions)
            raise Invalid(message, f"Leave it out, or write {written}.", f"--{option}")
