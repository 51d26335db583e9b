"""`serin release`: begin one, look at its evidence, hold it, go on with it, or take it back."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from rich.live import Live

from serin.domain.errors import NotFound
from serin.domain.release_seen import ReleaseSeen, release_seen
from serin_cli import story
from serin_cli.client import ApiError, Client, connected, wait
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, Model, option
from serin_cli.evidence import flat
from serin_cli.outcome import Outcome
from serin_cli.release_list import lines_of
from serin_cli.release_view import drawn, line_of
from serin_cli.scorecards import page_file

PAUSE_S = 1.0
RECENT = 50
Record = Mapping[str, Any]


Release = Annotated[
    str | None, option("ID", "which one (default: the one under way)", name="--release", completer=known.releases)
]


def start(
    model: Model,
    /,
    *,
    version: Annotated[
        int | None, option("N", "the registered version (default: the newest)", completer=known.versions)
    ] = None,
    _json: Json = False,
) -> Outcome:
    """Make a version live; without a number the newest, unless it is live already."""
    return _begun(model, "start", version)


def rollback(
    model: Model,
    /,
    *,
    version: Annotated[
        int | None, option("N", "a version that was live (default: the one before)", completer=known.versions)
    ] = None,
    _json: Json = False,
) -> Outcome:
    """Put back the version before; while another is being released, `release abort` does."""
    return _begun(model, "rollback", version)


def list_releases(model: Model, /, *, as_json: Json = False) -> Any:
    """The releases, newest first: which one answers callers (LIVE NOW), and which are on hold, aborted or were live."""
    with connected() as client:
        listed = client.all(_path(model))[::-1]
        if as_json or not listed:
            return listed
        shown: Record = next((one for one in client.get("/models")["items"] if one["model"] == model), {})
    lines = lines_of(listed, shown)
    story.show_table(lines, list(lines[0]))
    return None


def show(
    model: Model,
    /,
    *,
    release: Annotated[str | None, option("ID", "which one (default: the newest)", completer=known.releases)] = None,
    page: Annotated[str | None, option("[FILE]", "write a page with its evidence")] = None,
    as_json: Json = False,
) -> Any:
    """One release with its steps and its evidence."""
    with connected() as client:
        record = client.get(f"{_path(model)}/{release or _recent(client, model)[0]['id']}")
    if page is not None:
        return _page(release_seen(record), page)
    return _shown(record, as_json)


def watch(model: Model, /, *, name: Release = None, as_json: Json = False) -> Any:
    """Draw a release until it has ended; a line for each change where nothing can be drawn."""
    with connected() as client:
        return _watched(client, f"{_path(model)}/{name or _meant(client, model)}", as_json)


def hold(model: Model, /, *, name: Release = None, _json: Json = False) -> Outcome:
    """Let a release keep its share of the calls until somebody decides."""
    return _wished(model, name, "hold")


def resume(model: Model, /, *, name: Release = None, _json: Json = False) -> Outcome:
    """Let a release that is on hold go on, with a new deadline."""
    return _wished(model, name, "resume")


def abort(model: Model, /, *, name: Release = None, _json: Json = False) -> Outcome:
    """Take a release back: all calls go to the version before."""
    return _wished(model, name, "abort")


def _path(model: str) -> str:
    return f"/models/{model}/releases"


def _begun(model: str, action: str, version: int | None) -> Outcome:
    wanted = {} if version is None else {"version": version}
    with connected() as client:
        return _under_way(client, model, client.post(_path(model), {"action": action, **wanted})["release"])


def _wished(model: str, name: str | None, wish: str) -> Outcome:
    with connected() as client:
        directive = client.post(f"{_path(model)}/{name or _meant(client, model)}/{wish}")
    return Outcome(directive, said=[_said_of(directive, wish)])


def _watched(client: Client, path: str, as_json: bool) -> Record | None:
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


def _meant(client: Client, model: str) -> str:
    """The release that whoever names none means: the one under way, since newer ones may wait behind it."""
    recent = _recent(client, model)
    under_way = [item["id"] for item in recent if item["status"] in ("running", "held")]
    return str([*under_way, recent[0]["id"]][0])


def _recent(client: Client, model: str) -> Sequence[Record]:
    recent: Sequence[Record] = client.get(_path(model), limit=str(RECENT))["items"]
    if not recent:
        raise NotFound("Nothing was released yet.", "Train the model; its first release begins by itself.")
    return recent
