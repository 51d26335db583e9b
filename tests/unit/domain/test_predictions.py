from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from serin.domain.predictions import log_file, log_files_of_minute, may_hold

FIRST = datetime(2013, 4, 1, 12, 0, 3, 123_999, tzinfo=UTC)
LAST = datetime(2013, 4, 1, 12, 0, 14, 456_000, tzinfo=UTC)
KEY = log_file("late-orders", FIRST, LAST, "ab" * 32)
MILLISECOND = timedelta(milliseconds=1)


def test_a_file_of_the_log_says_what_moments_it_holds() -> None:
    assert f"predictions/late-orders/2013-04-01/120003123-120014456-{'ab' * 16}.jsonl.gz" == KEY


def test_a_file_is_among_those_of_its_minute_and_no_other() -> None:
    assert KEY.startswith(log_files_of_minute("late-orders", FIRST))
    assert KEY.startswith(log_files_of_minute("late-orders", LAST))
    assert not KEY.startswith(log_files_of_minute("late-orders", FIRST + timedelta(minutes=1)))
    assert not KEY.startswith(log_files_of_minute("late-orders", FIRST + timedelta(days=1)))
    assert not KEY.startswith(log_files_of_minute("late", FIRST))


@pytest.mark.parametrize(
    ("at", "held"),
    [
        (FIRST.replace(microsecond=123_000), True),
        (FIRST - MILLISECOND, False),
        (FIRST + timedelta(seconds=5), True),
        (LAST, True),
        (LAST + MILLISECOND, False),
    ],
)
def test_a_file_is_opened_only_for_a_moment_between_its_first_and_its_last(at: datetime, held: bool) -> None:
    assert may_hold(KEY, at) is held


@pytest.mark.parametrize("name", [f"{'12' * 16}.jsonl.gz", f"120000000-120001000-{'a' * 32}.parquet", "", "1200"])
def test_a_file_of_another_name_is_not_opened(name: str) -> None:
    assert not may_hold(f"predictions/late-orders/2013-04-01/{name}", FIRST)
