"""The clock: it runs with the machine's, walks from one due moment to the next, and wakes who waits."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

import pytest

from infra.local.clock import VirtualClock
from infra.local.clock.threads import ClockEvent
from serin.domain.errors import Conflict, Invalid, Unavailable
from tests.unit.local.clock.conftest import START, begin, crew, resting
from tests.waiting import PATIENCE_S, wait_until

MILLISECOND = 0.001
"""What rounding may make of a moment."""


def nothing() -> None:
    """Everything rests at once."""


class Every:
    """A timer that fires every so many seconds."""

    def __init__(self, clock: VirtualClock, seconds: float, fired: list[tuple[str, float]], name: str) -> None:
        self._seconds, self._fired, self._name = seconds, fired, name
        self._next = clock.time() + seconds
        clock.watch(lambda: self._next, self.fire)

    def fire(self, moment: float) -> None:
        self._fired.append((self._name, moment))
        self._next = moment + self._seconds


def test_it_begins_where_it_is_told_and_runs_with_the_machines() -> None:
    moments = [time.monotonic()]
    clock = VirtualClock(START)
    moments += [time.monotonic(), clock.time(), time.monotonic()]
    assert wait_until(lambda: clock.now() > START + timedelta(milliseconds=20))
    moments += [time.monotonic(), clock.time(), time.monotonic()]
    before, made, first, looked, again, second, after = moments
    assert 0 <= first - START.timestamp() <= looked - before + MILLISECOND
    assert again - looked - MILLISECOND <= second - first <= after - made + MILLISECOND
    assert clock.time() - MILLISECOND <= clock.now_ms() / 1000 <= clock.time()
    clock.close()


def test_it_is_the_machines_time_where_nothing_is_said() -> None:
    before, here, after = time.time(), VirtualClock().time(), time.time()
    assert before - MILLISECOND <= here <= after + MILLISECOND


def test_a_walk_ends_exactly_at_its_moment_and_the_clock_runs_on(clock: VirtualClock) -> None:
    to = START + timedelta(days=7)
    seen: list[datetime] = []
    clock.watch(lambda: None, lambda _moment: None)
    clock.call_at(to.timestamp(), lambda _moment: seen.append(clock.now()))
    clock.advance(to, nothing)
    assert seen == [to]
    assert to <= clock.now() < to + timedelta(hours=1)


def test_what_is_due_fires_at_its_moment_in_order_and_what_is_not_waits(clock: VirtualClock) -> None:
    fired: list[tuple[str, float]] = []
    began = clock.time()
    Every(clock, 3600, fired, "hourly")
    Every(clock, 1800, fired, "half-hourly")
    clock.advance(START + timedelta(hours=2, minutes=1), nothing)
    names = [name for name, _ in fired]
    # At one moment the timer that was added first fires first.
    assert names == ["half-hourly", "hourly", "half-hourly", "half-hourly", "hourly", "half-hourly"]
    assert [round(moment - began) for _, moment in fired] == [1800, 3600, 3600, 5400, 7200, 7200]


def test_the_order_is_the_same_every_time() -> None:
    def walk() -> list[str]:
        clock = VirtualClock(START)
        order: list[str] = []
        moment = (START + timedelta(hours=1)).timestamp()
        for name in "abc":
            clock.call_at(moment, lambda _moment, name=name: order.append(name))  # type: ignore[misc]
        threads = []
        for name in "xyz":
            event = ClockEvent(clock)

            def waits(name: str = name, event: ClockEvent = event) -> None:
                event.wait_until(moment)
                order.append(name)

            threads.append(crew(clock, waits))
            resting(clock)()
        clock.advance(START + timedelta(hours=2), resting(clock))
        clock.close()
        return order

    assert all(walk() == list("abcxyz") for _ in range(20))


def test_what_a_firing_brings_about_is_waited_for_before_the_next_moment(clock: VirtualClock) -> None:
    """A timer's thread works in real time, then waits for a moment before the next timer's."""
    log: list[tuple[str, int]] = []
    began = clock.time()

    def note(what: str) -> None:
        log.append((what, round(clock.time() - began)))

    def work() -> None:
        time.sleep(0.05)
        note("worked")
        ClockEvent(clock).wait(600)
        note("waited")

    clock.call_at(began + 3600, lambda _moment: begin(clock, work))
    clock.call_at(began + 5000, lambda _moment: note("next"))
    clock.advance(START + timedelta(hours=3), resting(clock))
    assert log == [("worked", 3600), ("waited", 4200), ("next", 5000)]


def test_an_advance_past_its_moment_wakes_who_sleeps(clock: VirtualClock) -> None:
    woken: list[bool] = []
    cancelled = threading.Event()
    thread = crew(clock, lambda: woken.append(clock.sleep(86400, cancelled)))
    resting(clock)()
    clock.advance(START + timedelta(hours=23), resting(clock))
    assert woken == []
    clock.advance(START + timedelta(hours=25), resting(clock))
    thread.join(PATIENCE_S)
    assert woken == [True]


def test_a_sleep_ends_in_real_time_when_nobody_advances(clock: VirtualClock) -> None:
    began = time.monotonic()
    assert clock.sleep(0.05, threading.Event())
    assert time.monotonic() - began >= 0.05 - MILLISECOND
    assert clock.wait_until(clock.time() - 10, threading.Event())


def test_a_cancelled_sleep_ends_and_says_so(clock: VirtualClock) -> None:
    cancelled = threading.Event()
    threading.Timer(0.02, cancelled.set).start()
    assert not clock.sleep(86400, cancelled)
    assert not clock.sleep(0, cancelled)


def test_closing_releases_everybody(clock: VirtualClock) -> None:
    threads = [crew(clock, lambda: ClockEvent(clock).wait(86400)) for _ in range(5)]
    resting(clock)()
    clock.close()
    for thread in threads:
        threading.Thread.join(thread, PATIENCE_S)
        assert not thread.is_alive()


def test_closing_ends_a_walk(clock: VirtualClock) -> None:
    fired: list[tuple[str, float]] = []
    Every(clock, 60, fired, "minutely")
    clock.call_at(clock.time() + 600, lambda _moment: clock.close())
    with pytest.raises(Unavailable, match="stopped on the way"):
        clock.advance(START + timedelta(days=365), nothing)
    assert len(fired) == 10


def test_a_walk_that_is_stopped_ends_after_its_step_and_says_how_to_go_on(clock: VirtualClock) -> None:
    with pytest.raises(Conflict, match="not being advanced"):
        clock.stop_walk()
    fired: list[tuple[str, float]] = []
    Every(clock, 3600, fired, "hourly")
    clock.call_at(clock.time() + 6 * 3600, lambda _moment: fired.append(("stop", clock.stop_walk().to.timestamp())))
    to = START + timedelta(days=1)
    with pytest.raises(Conflict, match="25 % of the way") as stopped:
        clock.advance(to, nothing)
    assert (len(fired), f"--to {to:%Y-%m-%dT%H:%M}Z" in stopped.value.remedy, clock.stands) == (7, True, False)
    clock.advance(to, nothing)
    assert len(fired) > 20, "the next walk is not the stopped one"


def test_two_walks_at_once_are_refused(clock: VirtualClock) -> None:
    inside, go_on = threading.Event(), threading.Event()

    def settle() -> None:
        inside.set()
        go_on.wait(PATIENCE_S)

    walking = threading.Thread(target=clock.advance, args=(START + timedelta(days=1), settle))
    walking.start()
    inside.wait(PATIENCE_S)
    with pytest.raises(Conflict, match=r"already being advanced to 2013-04-02T.*, 0 %") as second:
        clock.advance(START + timedelta(days=2), nothing)
    assert "clock stop" in second.value.remedy
    go_on.set()
    walking.join(PATIENCE_S)
    clock.advance(START + timedelta(days=2), nothing)


def test_it_does_not_go_back(clock: VirtualClock) -> None:
    with pytest.raises(Invalid, match="has passed"):
        clock.advance(START - timedelta(seconds=1), nothing)
    assert clock.now() >= START


def test_a_walk_that_is_broken_off_leaves_the_clock_where_it_came_to(clock: VirtualClock) -> None:
    clock.call_at((START + timedelta(hours=1)).timestamp(), lambda _moment: None)
    settled = iter([None])

    def settle() -> None:
        if next(settled, "over") == "over":
            raise TimeoutError

    with pytest.raises(TimeoutError):
        clock.advance(START + timedelta(days=1), settle)
    assert not clock.stands
    assert timedelta(0) <= clock.now() - START - timedelta(hours=1) < timedelta(hours=1)


def test_a_timer_that_fails_does_not_stop_the_others(clock: VirtualClock, caplog: pytest.LogCaptureFixture) -> None:
    fired: list[float] = []

    def fails(_moment: float) -> None:
        raise ZeroDivisionError

    clock.call_at(clock.time() + 60, fails)
    clock.call_at(clock.time() + 120, fired.append)
    clock.advance(START + timedelta(hours=1), nothing)
    assert len(fired) == 1
    assert "ZeroDivisionError" in caplog.text


def test_timers_and_calls_fire_by_themselves_in_real_time(clock: VirtualClock) -> None:
    fired: list[tuple[str, float]] = []
    Every(clock, 0.05, fired, "timer")
    clock.start()
    called = threading.Event()
    clock.call_at(clock.time() + 0.12, lambda _moment: called.set())
    assert called.wait(PATIENCE_S)
    assert ("timer", fired[0][1]) == fired[0]
    assert len(fired) >= 2


def test_progress_tells_each_step(clock: VirtualClock) -> None:
    told: list[tuple[datetime, str]] = []
    moment = START + timedelta(hours=1)
    clock.call_at(moment.timestamp(), lambda _moment: None)
    clock.advance(START + timedelta(days=1), nothing, lambda at, why: told.append((at, why)))
    assert told == [(moment, "call")]
