"""Faults planted in the steps of a release or in its tables, each of which the schedules have to find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from benches.schedules.broken import Kind
from benches.schedules.faults import Fault
from benches.schedules.releases.chance import ReleaseChance
from benches.schedules.releases.functions import Subject
from benches.schedules.releases.tally import run
from benches.schedules.releases.world import Control, Endpoint, Stores
from serin.adapters.memory.catalog import MemoryCatalog
from serin.domain.release_course import Course, after_judgement
from serin.domain.release_record import Judged, ReleasePlan
from serin.domain.releases import Intent, Lease, Live, Release
from serin.ports import AliasState
from serin.services import reconcile as reconciler
from serin.services.release import abandon, ending, finish, judge, shift
from serin.services.release.context import ReleaseContext
from serin.services.release.move import move

pytestmark = pytest.mark.slow
MOST, BATCH = 430, 5


class Dawdling(ReleaseChance):
    """Nothing goes wrong, but the alias is moved long after it was read."""

    def turns(self, name: str) -> int:
        return 60 if name == "endpoint.move_alias" and not self.calm else 1

    def draw(self, name: str) -> Fault | None:
        return None


class DyingAfterMoves(ReleaseChance):
    """Whoever moves the alias dies of it now and then."""

    def draw(self, name: str) -> Fault | None:
        dies = name == "endpoint.move_alias" and not self.calm and self._random.random() < 0.5
        return "killed after" if dies else None


class NoIntent(Control):
    """Says it has written the intent, and has not."""

    def save_intent(self, intent: Intent) -> bool:
        return True


class IntentLater:
    """Keeps an intent to itself until it is asked to write it."""

    def __init__(self, control: Any) -> None:
        self._control = control
        self._kept: Intent | None = None

    def __getattr__(self, method: str) -> Any:
        return getattr(self._control, method)

    def save_intent(self, intent: Intent) -> bool:
        self._kept = intent
        return True

    def intent(self, model: str) -> Intent | None:
        known: Intent | None = self._kept or self._control.intent(model)
        return known

    def write(self) -> None:
        """Write it, if there is one."""
        if self._kept is not None:
            self._control.save_intent(self._kept)


def moves_before_it_says_so(context: ReleaseContext, release: Release, plan: ReleasePlan, weight: int) -> bool:
    """Moves the alias first, and writes the intent then."""
    later: Any = IntentLater(context.control)
    moved = move(replace(context, control=later), release, plan, weight)
    later.write()
    return moved


class NoEpoch(Control):
    """Takes the pointer and the intent of whoever comes, and gives everybody's lease back."""

    def save_intent(self, intent: Intent) -> bool:
        self._intents[intent.model] = intent
        return True

    def finish(self, live: Live | None, lease: Lease) -> bool:
        held = self._leases[lease.model]
        return super().finish(live, held)


class KeepsTheLease(Control):
    """Forgets to give the lease back where no pointer is moved."""

    def finish(self, live: Live | None, lease: Lease) -> bool:
        return True if live is None else super().finish(live, lease)


class NoRevision(Endpoint):
    """Moves the alias whatever it has become since it was read."""

    def move_alias(
        self, model: str, function_version: str, expected: AliasState, candidate: str | None = None, weight: int = 0
    ) -> AliasState:
        return super().move_alias(model, function_version, self.alias(model), candidate, weight)


class LastStatusWins(MemoryCatalog):
    """Keeps the record of a release that came last."""

    def save_release(self, release: Release) -> bool:
        self._releases[release.model, release.id] = release
        return True


def promoted_on_continue(plan: ReleasePlan, judged: Judged) -> Course:
    """Takes what is undecided for a pass."""
    course = after_judgement(plan, judged)
    return Course("promote") if judged.outcome == "continue" and judged.phase != "bake" else course


def goes_on_after_a_fail(plan: ReleasePlan, judged: Judged) -> Course:
    """Takes a candidate that failed for one that passed."""
    return after_judgement(plan, replace(judged, outcome="pass") if judged.outcome == "fail" else judged)


def tells_again(context: ReleaseContext, release: Release) -> Release:
    """Says the end of a release as often as it is looked at."""
    return ending.announce(context, replace(release, announced=False))


def nothing(*_: Any, **__: Any) -> None:
    """Does nothing."""


def says_nothing_moved(*_: Any) -> bool:
    """Leaves the alias as it is."""
    return False


def as_it_is(*_: Any, **__: Any) -> str:
    """Finds the alias as it was meant."""
    return "as intended"


def keeps_it(_: ReleaseContext, release: Release) -> Release:
    """Says nothing of an end."""
    return release


def goes_on_whoever_has_it(context: ReleaseContext) -> Release | None:
    """Takes a step for whoever began it, though somebody else has taken the release over."""
    release = context.catalog.release(context.model, context.id)
    return release if release.is_open else None


def not_compared(_: ReleasePlan) -> bool:
    """Compares nothing, so promotes without a verdict."""
    return False


STORES: Sequence[tuple[str, Callable[[], Stores], set[Kind], int]] = [
    ("no intent", lambda: Stores(control=NoIntent()), {"next release"}, 1),
    ("keeps the lease", lambda: Stores(control=KeepsTheLease()), {"lease"}, 51),
    ("last status wins", lambda: Stores(catalog=LastStatusWins()), {"record", "event", "notice"}, 96),
]
ENDINGS = (abandon, finish, reconciler)
PLANTED: Sequence[tuple[str, Sequence[tuple[Any, str, Any]], set[Kind]]] = [
    (
        "promotes on continue",
        [(judge, "after_judgement", promoted_on_continue), (shift, "compares", not_compared)],
        {"verdict"},
    ),
    (
        "goes on after a fail",
        [(judge, "after_judgement", goes_on_after_a_fail), (shift, "compares", not_compared)],
        {"verdict"},
    ),
    (
        "puts nothing back",
        [(abandon, "_put_back", says_nothing_moved), (reconciler, "put_right", as_it_is)],
        {"alias"},
    ),
    ("moves nothing", [(shift, "move", lambda *_: True)], {"alias", "record"}),
    ("starts nobody who waits", [(place, "start_next", nothing) for place in ENDINGS], {"parked"}),
    ("tells the end again and again", [(reconciler, "announce", tells_again)], {"notice"}),
    ("tells nobody", [(place, "announce", keeps_it) for place in ENDINGS], {"event", "notice"}),
    ("publishes during a deploy", [(Endpoint, "is_being_deployed", lambda *_: False)], {"deploy"}),
    ("reconciles nothing", [(reconciler, "_is_dead", lambda *_: False)], {"record"}),
]


def found_at_last(subject: Subject, kinds: set[Kind], near: int = 1) -> bool:
    """Whether any of the first seeds finds such a fact broken; those from `near` on are tried before the others."""
    firsts = sorted(range(1, MOST, BATCH), key=lambda first: first < near)
    return any(kinds & set(run(range(first, first + BATCH), subject).kinds) for first in firsts)


@pytest.mark.parametrize(("name", "stores", "kinds", "near"), STORES, ids=[name for name, *_ in STORES])
def test_a_fault_planted_in_a_table_or_the_endpoint_is_found(
    name: str, stores: Callable[[], Stores], kinds: set[Kind], near: int
) -> None:
    assert found_at_last(Subject(name, stores), kinds, near)


def test_a_revision_that_nobody_looks_at_is_found() -> None:
    subject = Subject("no revision", lambda: Stores(endpoint=NoRevision()), chance=Dawdling)
    assert found_at_last(subject, {"alias"}, near=376)


def test_an_intent_that_is_written_after_the_move_is_found() -> None:
    planted = [(shift, "move", moves_before_it_says_so)]
    assert found_at_last(Subject("says it later", chance=DyingAfterMoves, planted=planted), {"alias"}, near=301)


def test_epochs_that_nobody_looks_at_are_found() -> None:
    planted = [(ReleaseContext, "running", goes_on_whoever_has_it)]
    subject = Subject("no epoch", lambda: Stores(control=NoEpoch()), planted=planted)
    assert found_at_last(subject, {"alias", "pointer", "record", "lease", "next release"}, near=421)


@pytest.mark.parametrize(("name", "planted", "kinds"), PLANTED, ids=[name for name, *_ in PLANTED])
def test_a_fault_planted_in_a_step_is_found(
    name: str, planted: Sequence[tuple[Any, str, Any]], kinds: set[Kind]
) -> None:
    assert found_at_last(Subject(name, planted=planted), kinds)
