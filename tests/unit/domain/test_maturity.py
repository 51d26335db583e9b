from __future__ import annotations

from datetime import timedelta

import pytest

from serin.domain.maturity import LEVELS, NOT_TOLD, SECTIONS, TESTS, Event, Maturity, maturity_of
from tests.builders import NOON

DAY = timedelta(days=1)
EVERY_STEP = [step.id for steps in (*LEVELS.values(), *TESTS.values()) for step in steps]


def event(age: timedelta = DAY, schedule: timedelta | None = None) -> Event:
    return Event("run", "r1", NOON - age, "it was judged", schedule)


def of(*steps: str, target: int | None = None) -> Maturity:
    return maturity_of("late-orders", {step: [event()] for step in steps}, NOON, target)


def test_without_events_there_is_no_point_and_no_level() -> None:
    shown = of()
    assert (shown.level, shown.test_score) == (0, 0)
    points = [point for points in (*shown.levels.values(), *shown.sections.values()) for point in points]
    assert [point.step.id for point in points] == EVERY_STEP
    assert not any(point.earned or point.lapsed for point in points)
    assert shown.next_step == LEVELS[1][0]


def test_there_are_28_tests_seven_a_section() -> None:
    assert {section: len(TESTS[section]) for section in SECTIONS} == dict.fromkeys(SECTIONS, 7)
    assert len(EVERY_STEP) == len(set(EVERY_STEP))


@pytest.mark.parametrize("step", EVERY_STEP)
def test_a_point_is_its_event_and_goes_with_it(step: str) -> None:
    shown = of(step)
    earned = [
        point for points in (*shown.levels.values(), *shown.sections.values()) for point in points if point.earned
    ]
    assert [(point.step.id, point.event) for point in earned] == [(step, event())]


@pytest.mark.parametrize(("schedule", "days"), [(None, 30), (DAY, 30), (15 * DAY, 30), (90 * DAY, 180)], ids=str)
def test_an_event_counts_for_30_days_or_twice_its_schedule(schedule: timedelta | None, days: int) -> None:
    for age, counts in ((days * DAY - timedelta(seconds=1), True), (days * DAY, False)):
        (point,) = [
            point
            for point in maturity_of("m", {"I4": [event(age, schedule)]}, NOON).sections["infrastructure"]
            if point.step.id == "I4"
        ]
        assert point.earned is counts
        assert (point.lapsed is None) is counts


def test_what_is_still_to_come_shows_nothing() -> None:
    assert maturity_of("m", {"I4": [event(-DAY)]}, NOON).sections["infrastructure"][3].event is None


def test_a_level_needs_all_its_steps_and_those_below_it() -> None:
    first, second = ([step.id for step in LEVELS[level]] for level in (1, 2))
    assert of(*first).level == 1
    assert of(*second).level == 0
    assert of(*first, *second).level == 2
    for missing in first:
        without = of(*(step for step in (*first, *second) if step != missing))
        assert (without.level, without.next_step.id if without.next_step else None) == (0, missing)


def test_the_score_is_that_of_the_weakest_section_and_the_next_step_is_there() -> None:
    levels = [step.id for steps in LEVELS.values() for step in steps]
    shown = of(*levels, "D1", "D2", "M3", "M4", "I4", "I6", "O3")
    assert (shown.test_score, shown.level) == (1, 2)
    assert shown.next_step is not None
    assert shown.next_step.id == "O4"
    assert shown.next_step.how != NOT_TOLD


def test_once_the_charters_level_is_shown_more_buys_nothing_it_asks_for() -> None:
    first = [step.id for step in LEVELS[1]]
    assert of(*first, target=1).enough == (
        "The charter asks for level 1, and level 1 is shown: more would buy nothing it asks for."
    )
    assert of(*first, target=2).enough is None
    assert of(*first).enough is None


def test_events_of_a_step_nobody_knows_are_a_fault_of_the_code() -> None:
    with pytest.raises(KeyError, match="X9"):
        of("X9")
