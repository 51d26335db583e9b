"""The demo's two weeks: the live version is watched while it answers, and rows that come in begin a training."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from serin.domain.plain_numbers import how_many
from serin_cli import story
from serin_cli.client import Client, wait
from serin_cli.local import Running

_NAMED = 4


def pass_time(platform: Running, until: datetime) -> None:
    """Let the cloud's clock walk to a moment, and what falls due on the way happen."""
    with story.bar(f"   until {until:%d %B, %H:%M}"):
        platform.cloud.advance(until)
        platform.cloud.settle()


def tell_drift(client: Client, model: str) -> list[str]:
    """Say what watching has come to; the columns whose inputs have moved."""
    seen = client.get(f"/models/{model}/watch")
    windows, drifted = seen["windows"], [of for of in seen["state"]["episodes"] if of["status"] == "open"]
    for window in reversed(windows):
        asked = how_many(window["rows"], "prediction")
        story.say(f"   {window['begin'][:10]} to {window['end'][:10]}, {asked}: {window['words']}")
    for line in _episodes(drifted):
        story.say(f"   {line}")
    return [of["feature"] for of in drifted]


def begun_by_rows(client: Client, model: str) -> str:
    """Say why a training has begun by itself; its run."""

    def look() -> Mapping[str, Any] | None:
        decision = client.get(f"/models/{model}/watch")["state"].get("decision") or {}
        runs = [run for run in client.all("/runs", model=model) if run.get("cause") == "volume"]
        return {"sentence": decision["sentence"], **runs[-1]} if runs and decision else None

    run = wait(look, f"a look at {model} to begin a training")
    story.say(f"   {run['sentence']}")
    return str(run["id"])


def _episodes(drifted: list[Mapping[str, Any]]) -> Iterator[str]:
    for of in drifted[:_NAMED]:
        yield f"drift since {str(of.get('onset') or of['opened'])[:10]}: {of['sentence']}"
    if len(drifted) > _NAMED:
        yield f"… and {len(drifted) - _NAMED} more: {', '.join(of['feature'] for of in drifted[_NAMED:])}"
