"""Traffic for an endpoint on the local cloud: some requests, a minute of its clock, some more, until a release ends."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Self

import httpx

from serin.domain.errors import Unavailable
from serin.domain.release_course import ALL
from serin.domain.releases import OPEN
from serin.services.steps.release_evidence import SETTLING
from serin_cli.client import Client
from serin_cli.clock import advance
from serin_cli.connection import Connection

MINUTE_S = 60.0
AT_ONCE = 2
"""Callers at the same time; each keeps a connection of its own, and may need a process of each version."""
BURST = 80
"""Requests of a minute: fewer than the stage lets in at once, and the minute fills that up again."""
AFTERWARDS, FEW, SPARE = 5, 10, 1.2
SETTLED_S = SETTLING.total_seconds() + 1
"""Calls nearer to a change of the alias count for nobody: on a quick machine those are all of a minute."""
OK, THROTTLED, NO_ANSWER, ROW_FAILED = 200, 429, 0, 500
"""An answer of which the only row is an error counts as a failure, as it does for the release, though HTTP says 200."""
Instance = Mapping[str, object]
Watch = Callable[[Mapping[str, Any]], object]


@dataclass
class Tally:
    """What became of requests: how often each status was answered, 0 for none, and by which version of the model."""

    statuses: Counter[int] = field(default_factory=Counter)
    versions: Counter[int] = field(default_factory=Counter)

    @property
    def requests(self) -> int:
        """How many were asked; one that the stage had no room for, and nobody saw, is none."""
        return sum(self.statuses.values()) - self.statuses[THROTTLED]

    @property
    def failed(self) -> int:
        """How many were not answered as asked."""
        return self.requests - self.statuses[OK]

    def __iadd__(self, other: Tally) -> Self:
        """Both together."""
        self.statuses += other.statuses
        self.versions += other.versions
        return self


class Traffic:
    """Callers of one model, each of whom takes the next of the `instances`; one instance a request."""

    def __init__(
        self, connection: Connection, model: str, instances: Iterator[Instance], at_once: int = AT_ONCE
    ) -> None:
        self._path, self._instances = f"/models/{model}/predict", instances
        headers = {"Authorization": f"Bearer {connection.token}", "Content-Type": "application/json"}
        self._http = httpx.Client(base_url=connection.api_url, headers=headers, timeout=35)
        self._callers = ThreadPoolExecutor(at_once)

    def ask(self, count: int) -> Tally:
        """So many requests, and what became of them."""
        tally = Tally()
        for status, version in self._callers.map(self._one, list(islice(self._instances, count))):
            tally.statuses[status] += 1
            if version is not None:
                tally.versions[version] += 1
        return tally

    def _one(self, instance: Instance) -> tuple[int, int | None]:
        try:
            answer = self._http.post(self._path, content=json.dumps({"instances": [instance]}))
        except httpx.TransportError:
            return NO_ANSWER, None
        if answer.status_code != OK:
            return answer.status_code, None
        body = answer.json()
        return ROW_FAILED if "failed" in body else OK, body["version"]

    def close(self) -> None:
        """Let the callers go."""
        self._callers.shutdown()
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True)
class Driven:
    """A release and the traffic that it had: `release` is what the API shows of it, evidence and all."""

    release: Mapping[str, Any]
    tally: Tally

    @property
    def status(self) -> str:
        """How it ended; `running` or `held` where the limit came first."""
        return str(self.release["release"]["status"])

    @property
    def judged(self) -> Sequence[Mapping[str, Any]]:
        """Its judgements, the first one first."""
        judged: Sequence[Mapping[str, Any]] = self.release["judged"]
        return judged


def drive(
    traffic: Traffic,
    client: Client,
    connection: Connection,
    model: str,
    release: str,
    *,
    requests: int = BURST,
    minutes: int = 120,
    least: int = 0,
    until: Watch | None = None,
) -> Driven:
    """Let callers ask at most so many requests a minute while the release is under way, for so many minutes at most.

    They ask no more than the judge says it still needs, and a few in any case; of a model that others call too, `least`
    in all. The clock walks from minute to minute, so that everything a minute brings has happened before the next
    request. Only these others ask before the candidate has a share. `until` sees what the API shows of the release at
    each minute, and ends the drive by what is true.
    """
    tally, asked = Tally(), Counter[int]()
    for _ in range(minutes):
        shown = client.get(f"/models/{model}/releases/{release}")
        if shown["release"]["status"] not in OPEN or (until is not None and until(shown)):
            break
        share = shown["shifts"][-1]["weight"] if shown["shifts"] else 0
        others = max(0, min(requests, least - tally.requests))
        if share == ALL:
            # Nothing is compared any more: a few callers do, and longer steps.
            tally += traffic.ask(max(others, requests // AFTERWARDS))
            advance(connection, AFTERWARDS * MINUTE_S)
            continue
        if share and share not in asked:
            advance(connection, SETTLED_S)
        count = min(requests, _needed(shown["judged"], share, asked[share])) if share else 0
        asked[share] += max(count, others)
        tally += traffic.ask(max(count, others))
        advance(connection, MINUTE_S)
    return Driven(client.get(f"/models/{model}/releases/{release}"), tally)


def _needed(judged: Sequence[Mapping[str, Any]], weight: int, asked: int) -> int:
    """How many more requests at this weight bring the judge to its next decision, whatever chance makes of it."""
    looks = [one for one in judged if one["phase"] == "canary" and one["weight"] == weight]
    if not looks or looks[-1].get("missing_calls") is None:
        return BURST
    calls: int = looks[-1]["candidate"]["calls"] + looks[-1]["missing_calls"]
    return max(FEW, math.ceil(calls * SPARE * 100 / weight) - asked)


def newest_release(client: Client, model: str, version: int) -> str:
    """The id of the release that was begun last for a version; Unavailable where there is none."""
    for item in client.get(f"/models/{model}/releases")["items"]:
        if item["version"] == version:
            return str(item["id"])
    raise Unavailable(f"No release of version {version} has begun.", "Read ./scripts/serin release list.")


def shares(judged: Sequence[Mapping[str, Any]]) -> dict[int, tuple[int, int]]:
    """Of each weight in percent: the candidate's calls, and those of both versions, as the judge counted them last."""
    counts: dict[int, tuple[int, int]] = {}
    for one in judged:
        if one["phase"] == "canary":
            candidate, live = one["candidate"]["calls"], one["live"]["calls"]
            counts[one["weight"]] = candidate, candidate + live
    return counts
