"""A training that needs somebody's word: it waits, is woken by the answer, and what was said is of what was shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.world import MemoryClock, MemoryNotices, MemoryWorkflows
from serin.domain.approvals import Approval, Word, asked_of_training
from serin.domain.auditing.effects import asked_for_training
from serin.domain.charter import Charter
from serin.domain.errors import Denied
from serin.domain.experiments import TrainingSet
from serin.domain.paging import PAGE
from serin.domain.people import People
from serin.services.answer_approval import answer_approval
from serin.services.ask_training import Answered, ask_training, wait_for_answer
from serin.services.train_model import Checked
from tests.builders import NOON, a_charter, a_run, a_training_set, a_trial, an_asking

MODEL, ROLES = "late-orders", ("data_scientist", "business_stakeholder")
PEOPLE = People({"data_scientist": ("ana",), "business_stakeholder": ("bo",)}, training=ROLES)


@dataclass
class World:
    """One run that waits, and who is asked."""

    charter: Charter = field(default_factory=lambda: a_charter(people=PEOPLE))
    training_set: TrainingSet = field(default_factory=a_training_set)
    checked: Checked = field(default_factory=Checked)
    catalog: MemoryCatalog = field(default_factory=MemoryCatalog)
    clock: MemoryClock = field(default_factory=lambda: MemoryClock(NOON))
    notices: MemoryNotices = field(default_factory=MemoryNotices)
    workflows: MemoryWorkflows = field(default_factory=MemoryWorkflows)

    def __post_init__(self) -> None:
        self.catalog.begin_run(a_run())

    def ask(self) -> bool:
        ports: Mapping[str, Any] = {"catalog": self.catalog, "clock": self.clock, "notices": self.notices}
        return ask_training(
            *(self.charter, "r1", self.training_set, [a_trial(1), a_trial(2)], self.checked, ROLES), **ports
        )

    def wait(self, token: str = "token1") -> None:
        wait_for_answer(MODEL, "r1", token, catalog=self.catalog)

    def say(self, word: Word, by: str) -> Approval:
        (question,) = [one for one in self.open if PEOPLE.role_of(by, one.roles)]
        ports: Mapping[str, Any] = {"catalog": self.catalog, "clock": self.clock, "workflows": self.workflows}
        return answer_approval(MODEL, question.id, word, "so", by, f"token of {by}", self.charter.people, **ports)

    @property
    def open(self) -> list[Approval]:
        return [one for one in self.catalog.latest_approvals(MODEL).items if one.is_open]


class MovingClock(MemoryClock):
    """As clocks are: no two looks at it are alike."""

    def now(self) -> datetime:
        self.advance(timedelta(milliseconds=1))
        return super().now()


def test_a_question_is_put_and_told_once_though_time_goes_on_while_it_is_made() -> None:
    world = World(clock=MovingClock(NOON))
    assert not world.ask()
    assert [one.roles for one in world.open] == [(role,) for role in reversed(ROLES)]
    told = len(world.notices.sent)
    assert told == len(ROLES)
    assert not world.ask()
    assert len(world.notices.sent) == told


def test_it_waits_though_more_than_a_page_was_asked_since() -> None:
    world = World()
    world.ask()
    for number in range(PAGE + 1):
        world.clock.advance(timedelta(seconds=1))
        later = asked_of_training(MODEL, f"later-{number}", "Shall it?", {}, "shown", world.clock.now(), ("nobody",))
        assert world.catalog.save_approval(later)
    world.wait()


def test_it_waits_for_each_role_and_goes_on_once_all_have_agreed() -> None:
    world = World()
    assert not world.ask()
    world.wait()
    assert world.catalog.run(MODEL, "r1").reason == "Waits for the word of data_scientist and business_stakeholder."
    question = world.open[0]
    assert (question.run, question.release, question.figures["trials"]) == ("r1", None, 2)
    world.say("approve", "ana")
    assert world.workflows.woken == ["token1"]
    assert not world.ask()
    world.wait("token2")
    world.say("approve", "bo")
    assert world.workflows.woken == ["token1", "token2"]
    assert world.ask()
    assert world.catalog.run(MODEL, "r1").reason is None
    assert len(world.notices.sent) == 2


def test_who_has_no_role_decides_nothing() -> None:
    world = World()
    world.ask()
    (question, _) = world.open
    ports: Mapping[str, Any] = {"catalog": world.catalog, "clock": world.clock, "workflows": world.workflows}
    with pytest.raises(Denied, match="eve is no"):
        answer_approval(MODEL, question.id, "approve", "", "eve", "t", world.charter.people, **ports)
    assert world.workflows.woken == []


def test_who_answered_before_the_training_lay_down_is_not_missed() -> None:
    world = World()
    world.ask()
    for name in ("ana", "bo"):
        world.say("approve", name)
    with pytest.raises(Answered):
        world.wait()
    assert world.ask()


def test_who_says_no_ends_it_with_the_reason() -> None:
    world = World()
    world.ask()
    world.say("reject", "bo")
    with pytest.raises(Answered):
        world.wait()
    with pytest.raises(Denied, match="Rejected by bo: so"):
        world.ask()
    left = {one.roles[0]: one.because for one in world.catalog.latest_approvals(MODEL).items if one.status == "void"}
    assert left == {"data_scientist": "the training has ended: Rejected by bo: so"}, "nobody need answer any more"


def test_people_are_reminded_each_day_and_after_a_week_it_has_expired() -> None:
    world = World()
    world.ask()
    for _ in range(6):
        world.clock.advance(timedelta(days=1))
        assert not world.ask()
    assert len(world.notices.sent) == 2 * 7
    world.clock.advance(timedelta(days=1))
    with pytest.raises(Denied, match="Nobody has answered"):
        world.ask()
    assert {one.status for one in world.catalog.latest_approvals(MODEL).items} == {"expired"}


CHANGES: dict[str, Mapping[str, Any]] = {
    "the training set": {"training_set": a_training_set(columns_digest="another")},
    "the warnings": {"checked": Checked(("it says too much",))},
    "who has the role": {
        "charter": a_charter(people=replace(PEOPLE, who={**PEOPLE.who, "data_scientist": ("cy",)})),
    },
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_agreed_to_counts_no_more_once_it_is_another(what: str) -> None:
    world = World()
    world.ask()
    for name in ("ana", "bo"):
        world.say("approve", name)
    for name, value in CHANGES[what].items():
        setattr(world, name, value)
    assert not world.ask()
    assert [one.status for one in world.catalog.latest_approvals(MODEL).items].count("void") == 2
    assert all(one.because for one in world.catalog.latest_approvals(MODEL).items if one.status == "void")


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_again_as_it_was_is_asked_again_and_what_was_said_before_does_not_count(what: str) -> None:
    world = World()
    before = {name: getattr(world, name) for name in CHANGES[what]}
    for _ in range(2):
        assert not world.ask()
        for name in ("ana", "bo"):
            world.say("approve", name)
        for name, value in CHANGES[what].items():
            setattr(world, name, value)
        assert not world.ask()
        for name, value in before.items():
            setattr(world, name, value)
    assert not world.ask()
    assert [one.roles for one in world.open] == [(role,) for role in reversed(ROLES)]
    for name in ("ana", "bo"):
        world.say("approve", name)
    assert world.ask()
    put = [entry for entry in world.catalog.latest_entries("people", MODEL).items if entry.what == "question put"]
    assert len(put) == len(world.catalog.latest_approvals(MODEL).items)


def test_who_asked_for_a_training_may_not_agree_to_it_with_any_token_but_may_say_no() -> None:
    both = replace(PEOPLE, who={**PEOPLE.who, "data_scientist": ("ana", "sam")})
    world = World(charter=a_charter(people=both))
    world.catalog.note_effect(asked_for_training(MODEL, "r1", "now", an_asking()))
    world.ask()
    assert {one.requested_by for one in world.open} == {("ana",)}
    with pytest.raises(Denied, match=r"ana has asked for this, and with people\.four_eyes") as refused:
        world.say("approve", "ana")
    assert "four_eyes: false" in refused.value.remedy
    (question,) = [one for one in world.open if one.roles == ("data_scientist",)]
    ports: Mapping[str, Any] = {"catalog": world.catalog, "clock": world.clock, "workflows": world.workflows}
    assert answer_approval(MODEL, question.id, "approve", "", "sam", "t", both, **ports).status == "approved"
    assert world.say("approve", "bo").status == "approved"
    assert world.ask()


def test_who_asked_may_take_it_back_and_a_team_of_one_agrees_to_its_own_work() -> None:
    world = World()
    world.catalog.note_effect(asked_for_training(MODEL, "r1", "now", an_asking()))
    world.ask()
    assert world.say("reject", "ana").status == "rejected"
    alone = World(charter=a_charter(people=replace(PEOPLE, four_eyes=False)))
    alone.catalog.note_effect(asked_for_training(MODEL, "r1", "now", an_asking()))
    alone.ask()
    assert alone.say("approve", "ana").status == "approved"


def test_a_training_that_began_by_itself_is_nobodys_own_work() -> None:
    world = World()
    world.ask()
    assert world.say("approve", "ana").status == "approved"
