"""The driver of traffic asks as much as a judge needs, and counts what became of it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from serin_cli import traffic
from serin_cli.traffic import BURST, FEW, Tally, drive, shares


def a_look(weight: int, calls: int, missing: int | None, phase: str = "canary") -> dict[str, Any]:
    counts = {"candidate": {"calls": calls}, "live": {"calls": 2 * calls}}
    return {"phase": phase, "weight": weight, "missing_calls": missing, **counts}


class Releases:
    """An API whose release has looked so at each minute, and the callers of its model."""

    def __init__(self, *looks: list[dict[str, Any]]) -> None:
        self.minutes = [*({"shifts": [{"weight": 20}], "judged": judged} for judged in looks), None]
        self.asked: list[int] = []

    def get(self, _: str) -> dict[str, Any]:
        shown = self.minutes[0] if len(self.minutes) == 1 else self.minutes.pop(0)
        release = {"status": "live" if shown is None else "running"}
        return {"shifts": [], "judged": [], **(shown or {}), "release": release}

    def ask(self, count: int) -> Tally:
        self.asked.append(count)
        return Tally(Counter({200: count}), Counter({1: count}))


def test_callers_ask_no_more_than_the_judge_needs_and_a_few_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "advance", lambda *_: None)
    looks = [[a_look(20, 0, None, "shadow")], [a_look(20, 0, 20)], [a_look(20, 12, 8)], [a_look(20, 19, 1)]]
    releases: Any = Releases(*looks)
    driven = drive(releases, releases, None, "m", "r")  # type: ignore[arg-type]
    assert releases.asked == [BURST, 120 - BURST, FEW, FEW]
    assert (driven.status, driven.tally.requests, driven.tally.failed) == ("live", sum(releases.asked), 0)


def test_where_others_call_too_there_are_so_many_calls_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traffic, "advance", lambda *_: None)
    releases: Any = Releases([a_look(20, 0, 20)], [a_look(20, 20, 0)], [a_look(20, 20, 0)])
    driven = drive(releases, releases, None, "m", "r", requests=100, least=250)  # type: ignore[arg-type]
    assert (driven.tally.requests, releases.asked) == (250, [100, 100, 50])


def test_what_the_stage_had_no_room_for_is_no_request_and_silence_is_a_failure() -> None:
    tally = Tally(Counter({200: 5, 429: 3}), Counter({1: 5}))
    tally += Tally(Counter({200: 1, 503: 1, 0: 2}), Counter({2: 1}))
    assert (tally.requests, tally.failed, tally.versions) == (9, 3, {1: 5, 2: 1})


def test_of_each_weight_the_last_look_counts() -> None:
    looks = [a_look(0, 9, 0, "shadow"), a_look(20, 1, 9), a_look(20, 5, 0), a_look(50, 7, 0), a_look(100, 8, 0, "bake")]
    assert shares(looks) == {20: (5, 15), 50: (7, 21)}
