from __future__ import annotations

from serin.domain.retries import retry_after_s


def test_the_first_tries_come_within_two_minutes_and_later_ones_ever_less_often_until_the_queue_alone_counts() -> None:
    waits = [retry_after_s(tries) for tries in range(1, 6)]
    assert waits == [30, 120, 900, None, None]
