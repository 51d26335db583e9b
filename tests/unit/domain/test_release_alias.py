"""What an alias shows, held against what was meant."""

from __future__ import annotations

import pytest

from serin.domain.release_alias import Split, after_shifts, left_by, meant, settled, split_of
from serin.domain.release_record import Shift
from serin.domain.releases import Intent, Live
from tests.builders import NOON, a_plan

SHARE = Intent("late-orders", "rel2", 2, "2", "2", "3", 10)
ALL = Intent("late-orders", "rel2", 2, "3", "2")


def test_an_alias_is_read_as_lambda_tells_it() -> None:
    assert split_of("2", {}) == split_of("2", {"3": 0.0}) == Split("2")
    assert split_of("2", {"3": 0.29}) == Split("2", "3", 29.0)
    assert split_of("2", {"3": 0.1}) == meant(SHARE)
    assert meant(ALL) == Split("3")


def test_after_its_shares_an_alias_is_as_they_say() -> None:
    shifts = [Shift("rel1", weight, NOON, NOON) for weight in (10, 50, 100)]
    found = [after_shifts(a_plan(), shifts[:number], "2") for number in range(4)]
    assert found == [Split("2"), Split("2", "3", 10), Split("2", "3", 50), Split("3")]


def test_without_a_release_the_alias_leads_to_what_is_live() -> None:
    live = Live("late-orders", 2, "3", "rel2", 2, NOON)
    assert settled(ALL, live) == Split("3")
    assert settled(ALL, None) == settled(SHARE, None) == Split("2")


@pytest.mark.parametrize(
    ("now", "own"),
    [
        (Split("2", "3", 10), True),
        (Split("2", "3", 30), True),
        (Split("3"), True),
        (Split("2"), True),
        (Split("77"), False),
        (Split("2", "77", 10), False),
        (Split("77", "3", 10), False),
        (Split("3", "2", 10), False),
    ],
)
def test_a_release_leaves_its_candidate_or_what_served_or_shares_between_them(now: Split, own: bool) -> None:
    assert left_by(SHARE, now) == own
