"""Cases: one candidate each, released while callers ask, and what that cost them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from scipy.stats import binomtest

from benches.own_cloud import Place
from benches.releasing.live.candidates import Candidate, register_candidate
from benches.releasing.live.place import MODEL, parcels
from serin_cli.clock import advance
from serin_cli.traffic import BURST, MINUTE_S, Driven, Traffic, Watch, drive, newest_release, shares

LOGGED = 60
"""Requests that the live version answers before any release, for the shadows."""
_HEAVY = 1000


@dataclass(frozen=True)
class Case:
    """A candidate that behaves so. It is asked by its shadow about parcels it trips over, or `in_traffic` alone.

    What callers of one case ask about, the shadow of the next one asks about: so each case has a weight of its own.
    """

    behaviour: str
    in_traffic: bool = False

    @property
    def name(self) -> str:
        """As figures name it."""
        return f"{self.behaviour}_in_traffic" if self.in_traffic else self.behaviour


CASES = (
    Case("good"),
    *(Case(name) for name in ("raises", "times_out", "killed", "slow", "nonsense", "not_a_number", "wrong_labels")),
    *(Case(name, True) for name in ("raises", "times_out", "killed", "slow", "nonsense", "not_a_number")),
)


def ask_first(place: Place, seed: int, requests: int = LOGGED) -> None:
    """What is logged of the live version."""
    with Traffic(place.connection, MODEL, parcels(seed)) as traffic:
        for asked in range(0, requests, BURST):
            assert traffic.ask(min(BURST, requests - asked)).failed == 0
            advance(place.connection, MINUTE_S)


@dataclass(frozen=True)
class Begun:
    """A release that has begun, and its callers."""

    place: Place
    release: str
    traffic: Traffic

    def drive(self, requests: int, until: Watch | None = None) -> Driven:
        """Let callers ask so many requests a minute until it has ended, or `until` is true."""
        here = self.place
        return drive(self.traffic, here.client, here.connection, MODEL, self.release, requests=requests, until=until)


@contextmanager
def begun(place: Place, case: Case, seed: int) -> Iterator[Begun]:
    """Register the case's candidate, whose release begins by that."""
    number = len(place.client.all(f"/models/{MODEL}/versions")) + 1
    weight = _HEAVY + number if case.in_traffic else None
    version = register_candidate(place, Candidate(case.behaviour, weight), f"{case.name.replace('_', '-')}-{number}")
    place.cloud.settle()
    with Traffic(place.connection, MODEL, parcels(seed, weight)) as traffic:
        yield Begun(place, newest_release(place.client, MODEL, version), traffic)


def release(place: Place, case: Case, requests: int, seed: int) -> Driven:
    """The release of the case's candidate from its beginning to its end."""
    with begun(place, case, seed) as one:
        return one.drive(requests)


def share_p(judged: Sequence[Mapping[str, Any]]) -> dict[int, float]:
    """Of each weight, how likely a share as far from it is: the exact binomial test of the candidate's calls."""
    counted = shares(judged).items()
    return {weight: float(binomtest(own, both, weight / 100).pvalue) for weight, (own, both) in counted if both}


def figures(driven: Driven) -> dict[str, Any]:
    """What the bench tells of a case; `requests` are all that were asked, `failed` those without a right answer."""
    return {
        "outcome": driven.status,
        "requests": driven.tally.requests,
        "failed": driven.tally.failed,
        "share_p": min(share_p(driven.judged).values(), default=None),
        "sentence": driven.judged[-1]["sentence"] if driven.judged else driven.release["release"]["reason"],
    }
