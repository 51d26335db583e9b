"""Threads and events on the clock."""

from __future__ import annotations

import threading
from datetime import timedelta

from infra.local.clock import VirtualClock
from infra.local.clock.threads import ClockEvent
from tests.unit.local.clock.conftest import START, begin, crew, resting


def test_an_event_wakes_who_waits_even_when_it_is_cleared_at_once(clock: VirtualClock) -> None:
    event, answers = ClockEvent(clock), list[bool]()
    threads = [crew(clock, lambda: answers.append(event.wait(86400))) for _ in range(8)]
    resting(clock)()
    event.set()
    event.clear()
    for thread in threads:
        thread.join(86000)
    assert answers == [True] * 8
    assert not event.wait(0)


def test_a_thread_is_awaited_by_others_at_rest(clock: VirtualClock) -> None:
    inner = crew(clock, lambda: ClockEvent(clock).wait(3600))
    ends: list[tuple[bool, bool]] = []

    def outer() -> None:
        inner.join(60)
        before = inner.is_alive()
        inner.join()
        ends.append((before, inner.is_alive()))

    crew(clock, outer)
    resting(clock)()
    clock.advance(START + timedelta(hours=2), resting(clock))
    assert ends == [(True, False)]


def test_a_clock_that_ends_times_nobody_out(clock: VirtualClock) -> None:
    """Whoever waits with a limit ends with the clock and never goes on as if the limit had passed."""
    answers: list[object] = []
    event = ClockEvent(clock)
    works = crew(clock, lambda: event.wait(None))
    waits = [
        crew(clock, lambda: answers.append(event.wait(3600))),
        crew(clock, lambda: answers.append(works.join(3600))),
        crew(clock, lambda: answers.append(works.join())),
    ]
    resting(clock)()
    clock.close()
    later = crew(clock, lambda: answers.append(event.wait(1)))
    for thread in (works, *waits, later):
        threading.Thread.join(thread, 10)
        assert not thread.is_alive()
    assert answers == []


def test_what_was_set_before_the_clock_ended_is_heard_after_it(clock: VirtualClock) -> None:
    event = ClockEvent(clock)
    event.set()
    clock.close()
    assert event.wait(3600)


def test_many_threads_that_sleep_again_and_again_all_keep_their_times(clock: VirtualClock) -> None:
    began = clock.time()
    times: dict[int, list[int]] = {number: [] for number in range(1, 21)}

    def sleeps(number: int) -> None:
        for _ in range(10):
            ClockEvent(clock).wait(number * 60)
            times[number].append(round((clock.time() - began) / 60))

    # The clock stands, so that all begin at one moment.
    for number in times:
        clock.call_at(began, lambda _moment, n=number: begin(clock, lambda: sleeps(n)))  # type: ignore[misc]
    clock.advance(START + timedelta(days=1), resting(clock))
    assert times == {number: [number * turn for turn in range(1, 11)] for number in times}
