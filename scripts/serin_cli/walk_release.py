"""The demo's second release: a version is judged beside the one that is live, and taken back by a person on the way."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from serin.domain.errors import Unavailable
from serin.domain.records import from_record
from serin.domain.release_record import Judged
from serin.domain.release_seen import bets, stake
from serin_cli import story
from serin_cli.client import Client, wait
from serin_cli.connection import Connection
from serin_cli.traffic import Driven, Instance, Tally, Traffic, drive

_WATCHED_MINUTES = 240


@dataclass(frozen=True)
class Compared:
    """What the callers had meanwhile, whether all went as it should, and how long taking back took."""

    tally: Tally
    ok: bool
    seconds: float
    judgements: int


def release_by_evidence(
    client: Client, connection: Connection, model: str, version: int, instances: Iterator[Instance]
) -> Compared:
    """Take its first release back while it has a share of the callers; let the second one go its whole way."""
    path = f"/models/{model}/releases"
    first = wait(lambda: _begun(client, path, version), f"the release of version {version}")
    with Traffic(connection, model, instances) as traffic:
        shown = _Shown()
        driven = drive(traffic, client, connection, model, first, until=shown.until_traffic_is_judged)
        began = time.monotonic()
        client.post(f"{path}/{first}/abort")
        back = client.release_ended(model, release=first)
        seconds = round(time.monotonic() - began, 1)
        story.say(f"   {back['reason']} Version {back['previous']} has all callers again after {seconds} s")
        again: str = client.post(path, {"action": "start", "version": version})["release"]
        story.say("   … and once more, to the end")
        wait(lambda: _begun(client, path, version, again), f"the release {again}")
        shown = _Shown()
        tally = driven.tally
        driven = drive(traffic, client, connection, model, again, minutes=_WATCHED_MINUTES, until=shown.until_it_ends)
        tally += driven.tally
    _check(driven)
    ok = back["status"] == "rolled_back" and driven.status == "live"
    return Compared(tally, ok, seconds, len(driven.judged))


class _Shown:
    """Says each judgement once, as it comes."""

    def __init__(self) -> None:
        self._said = 0

    def until_it_ends(self, shown: Mapping[str, Any]) -> bool:
        """Say what is new; the release's end is all that is waited for."""
        for judged in shown["judged"][self._said :]:
            story.say(f"   {line_of(from_record(Judged, judged))}")
        self._said = len(shown["judged"])
        return False

    def until_traffic_is_judged(self, shown: Mapping[str, Any]) -> bool:
        """Whether calls of the candidate have been looked at."""
        self.until_it_ends(shown)
        return any(judged["phase"] == "canary" and judged["candidate"]["calls"] for judged in shown["judged"])


def line_of(judged: Judged) -> str:
    """One judgement: the candidate's share, its calls, what each guardrail's bet has become, and the sentence."""
    share = "shadow" if judged.phase == "shadow" else f"{judged.weight:>4} %"
    calls = f"{judged.candidate.calls:>4} calls, {judged.candidate.failures} failed"
    stakes = ", ".join(f"{check.name} {stake(check.estimate)}" for check in bets(judged))
    return f"{judged.at:%H:%M} {share:6} {calls}; bets against it: {stakes}. {judged.sentence}"


def _begun(client: Client, path: str, version: int, release: str | None = None) -> str | None:
    for item in client.get(path)["items"]:
        if item["version"] == version and release in (None, item["id"]):
            return str(item["id"])
    return None


def _check(driven: Driven) -> None:
    record = driven.release["release"]
    if driven.status != "live":
        raise Unavailable(f"The release ended as {driven.status}: {record.get('reason')}.", "Read its judgements.")
