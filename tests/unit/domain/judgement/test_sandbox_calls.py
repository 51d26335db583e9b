"""Whose calls are held against whose: by when they began, and whatever slows all of them slows both sides."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

from serin.domain.invocations import Invocation
from serin.domain.judgement.release_evidence import SandboxPair
from serin.domain.judgement.sandbox_calls import paired_sandboxes
from serin.domain.judgement.traffic import Sides
from tests.builders import NOON

SIDES, LIMIT = Sides("8", "7"), 100.0
Slow = Callable[[str, float], bool]


def call(version: str, sandbox: int, second: float, slow: bool, shadow: bool = False) -> Invocation:
    return Invocation(
        *(f"{version}-{sandbox}-{second}", NOON + timedelta(seconds=second), version, f"[{version}]{sandbox}"),
        *("shadow" if shadow else "traffic", "success", 900.0 if slow else 9.0, False),
        answer="valid",
    )


def traffic(slow: Slow, share: float = 0.1, seconds: int = 9000, sandboxes: int = 6, seed: int = 1) -> list[Invocation]:
    """One call a second, by a version's sandbox at random."""
    source, calls = random.Random(seed), []
    for second in range(seconds):
        version = "8" if source.random() < share else "7"
        calls.append(call(version, source.randrange(sandboxes), second, slow(version, second)))
    return calls


def pairs(calls: list[Invocation]) -> list[SandboxPair]:
    return paired_sandboxes(calls, SIDES, LIMIT, NOON)[0]


def test_what_slows_all_calls_for_a_while_slows_both_sides_of_every_pair() -> None:
    """At a tenth of the calls the live version has had its first ones long before the candidate."""
    for share in (0.1, 0.5, 0.9):
        for begin, end in ((0, 300), (200, 1000)):
            found = pairs(traffic(lambda _, second, b=begin, e=end: b <= second < e, share))  # type: ignore[misc]
            assert len(found) == 6
            assert any(pair.live for pair in found)
            assert all(abs(pair.candidate - pair.live) <= 1 for pair in found), (share, begin)


def test_a_candidate_that_is_slow_is_so_in_every_pair_also_where_the_shadow_had_asked_before() -> None:
    asked = [
        call(version, sandbox, -500 + number, slow=False, shadow=True)
        for number in range(20)
        for version in ("8", "7")
        for sandbox in range(5)
    ]
    found = pairs([*asked, *traffic(lambda version, _: version == "8")])
    assert found == [*5 * [SandboxPair(0, 0)], *found[5:]]
    assert [(pair.candidate, pair.live) for pair in found[5:]] == 6 * [(20, 0)]
    assert sum(pair.again for pair in found[5:]) >= 5


def test_pairs_stay_as_they_are_when_more_calls_come() -> None:
    source = random.Random(2)
    calls = traffic(lambda version, second: source.random() < 0.3, 0.3, seconds=1500)
    seen = [pairs(calls[:count]) for count in range(100, len(calls), 50)]
    assert len(seen[-1]) == 6
    for before, after in pairwise(seen):
        assert after[: len(before)] == before


def test_a_sandbox_that_is_gone_is_paired_with_nobody() -> None:
    early = [call("7", 9, second, slow=False) for second in range(0, 40, 2)]
    late = [call("8", 1, 100 + second, slow=False) for second in range(30)]
    assert pairs([*early, *late]) == []
