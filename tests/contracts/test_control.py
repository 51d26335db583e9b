from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from serin.domain.access import Token
from serin.domain.release_record import Directive
from serin.domain.releases import Intent, Lease, Live, Parked
from serin.domain.sessions import Session
from serin.ports import Control
from tests.builders import NOON

SPAN = timedelta(minutes=15)
MODEL = "late-orders"


def live(epoch: int, version: int = 1) -> Live:
    return Live(MODEL, version, str(version + 1), f"rel{version}", epoch, NOON)


def a_token(hash: str, owner: str = "ana") -> Token:
    return Token(hash, owner, ("read",), NOON, NOON + SPAN)


def test_one_holder_at_a_time(control: Control) -> None:
    lease = control.acquire(MODEL, "a", NOON, SPAN)
    assert lease is not None
    assert control.acquire(MODEL, "b", NOON, SPAN) is None
    assert control.acquire(MODEL, "a", NOON, SPAN) == lease


def test_a_lease_of_an_epoch_is_lengthened_and_not_taken_again(control: Control) -> None:
    lease = control.acquire(MODEL, "a", NOON, SPAN)
    assert lease is not None
    assert control.acquire(MODEL, "a", NOON + SPAN, SPAN, epoch=lease.epoch) == replace(lease, until=NOON + 2 * SPAN)
    assert control.acquire(MODEL, "a", NOON, SPAN, epoch=lease.epoch + 1) is None
    assert control.finish(None, lease)
    assert control.acquire(MODEL, "a", NOON, SPAN, epoch=lease.epoch) is None
    assert control.acquire(MODEL, "b", NOON, SPAN) is not None


def test_a_lease_that_ran_out_goes_to_the_next_with_a_greater_epoch(control: Control) -> None:
    first = control.acquire(MODEL, "a", NOON, SPAN)
    second = control.acquire(MODEL, "b", NOON + SPAN, SPAN)
    assert first is not None
    assert second is not None
    assert second.epoch > first.epoch


def test_finishing_moves_the_pointer_and_frees_the_lease(control: Control) -> None:
    lease = control.acquire(MODEL, "a", NOON, SPAN)
    assert lease is not None
    assert control.finish(live(lease.epoch), lease)
    assert control.live(MODEL) == live(lease.epoch)
    after = control.acquire(MODEL, "b", NOON, SPAN)
    assert after is not None
    assert after.epoch > lease.epoch


def test_what_was_live_can_be_forgotten_twice(control: Control) -> None:
    lease = control.acquire(MODEL, "a", NOON, SPAN)
    assert lease is not None
    control.finish(live(lease.epoch), lease)
    for _ in range(2):
        control.forget_live(MODEL)
        assert control.live(MODEL) is None


def test_a_holder_whose_lease_went_to_somebody_else_changes_nothing(control: Control) -> None:
    old = control.acquire(MODEL, "a", NOON, SPAN)
    assert old is not None
    control.acquire(MODEL, "b", NOON + SPAN, SPAN)
    assert not control.finish(live(old.epoch), old)
    assert control.live(MODEL) is None


def test_a_lease_is_given_back_by_its_holder_and_of_its_epoch_only(control: Control) -> None:
    first = control.acquire(MODEL, "a", NOON, SPAN)
    held = control.acquire(MODEL, "a", NOON + SPAN, SPAN, fresh=True)
    assert first is not None
    assert held is not None
    assert held.epoch > first.epoch
    for other in (first, replace(held, holder="b"), replace(held, epoch=held.epoch + 1)):
        assert not control.finish(live(held.epoch), other)
        assert not control.finish(None, other)
    assert control.live(MODEL) is None
    assert control.acquire(MODEL, "b", NOON + SPAN, SPAN) is None
    assert control.finish(live(held.epoch), held)


def test_the_holder_lengthens_its_lease_and_keeps_its_epoch_though_it_ran_out_meanwhile(control: Control) -> None:
    first = control.acquire(MODEL, "a", NOON, SPAN)
    assert first == Lease(MODEL, "a", 1, NOON + SPAN)
    assert control.acquire(MODEL, "a", NOON, SPAN / 3) == first, "never shorter"
    longer = control.acquire(MODEL, "a", NOON + 2 * SPAN, SPAN)
    assert longer == Lease(MODEL, "a", 1, NOON + 3 * SPAN) == control.lease(MODEL)
    assert control.acquire(MODEL, "b", NOON + 2 * SPAN, SPAN) is None
    assert control.acquire(MODEL, "b", NOON + 3 * SPAN, SPAN) == Lease(MODEL, "b", 2, NOON + 4 * SPAN)
    assert control.acquire(MODEL, "a", NOON + 3 * SPAN, SPAN, fresh=True) is None


def test_a_fresh_lease_fences_off_what_the_same_holder_began_before(control: Control) -> None:
    assert control.lease(MODEL) is None
    old = control.acquire(MODEL, "a", NOON, SPAN)
    fresh = control.acquire(MODEL, "a", NOON, SPAN, fresh=True)
    assert old is not None
    assert fresh == Lease(MODEL, "a", 2, NOON + SPAN)
    assert not control.finish(live(old.epoch), old)
    assert control.finish(None, fresh)
    free = control.lease(MODEL)
    assert free is not None
    assert (free.holder, free.until < NOON) == ("", True)


def test_the_last_wish_counts_and_those_who_wait_come_in_turn_a_rollback_first(control: Control) -> None:
    assert control.directive(MODEL) is None
    for wish in ("hold", "resume"):
        control.save_directive(Directive(MODEL, "rel1", wish, "ana", NOON))
    assert control.directive(MODEL) == Directive(MODEL, "rel1", "resume", "ana", NOON)
    second, first, back = (
        Parked(MODEL, "r1", 3, "registered", NOON + SPAN, "c"),
        Parked(MODEL, "r2", 2, "deployed", NOON, "c"),
        Parked(MODEL, "r3", 1, "rollback", NOON + 2 * SPAN, "c"),
    )
    for parked in (second, first, back):
        control.park(parked)
    control.park(Parked("returns", "r4", 1, "call", NOON, "c"))
    control.park(replace(first, attempt=2))
    assert list(control.parked(MODEL)) == [back, replace(first, attempt=2), second]
    for release in ("r3", "r3", "r2"):
        control.unpark(MODEL, release)
    assert list(control.parked(MODEL)) == [second]


def test_an_older_epoch_cannot_move_the_pointer_back(control: Control) -> None:
    for holder, epoch in (("a", 1), ("b", 2)):
        lease = control.acquire(MODEL, holder, NOON, SPAN)
        assert lease is not None
        assert lease.epoch == epoch
        assert control.finish(live(epoch, version=epoch), lease)
    lease = control.acquire(MODEL, "c", NOON, SPAN)
    assert lease is not None
    assert not control.finish(live(1), lease)
    assert control.live(MODEL) == live(2, version=2)
    assert control.acquire(MODEL, "d", NOON, SPAN) is None, "nothing was written, so the lease is still held"


def test_an_older_epoch_cannot_change_the_intent(control: Control) -> None:
    assert control.save_intent(Intent(MODEL, "rel2", 2, "2", "2", "3", 10, NOON))
    assert control.intent(MODEL) == Intent(MODEL, "rel2", 2, "2", "2", "3", 10, NOON)
    assert control.save_intent(Intent(MODEL, "rel2", 2, "3", "2"))
    assert not control.save_intent(Intent(MODEL, "rel1", 1, "2", "1"))
    assert control.intent(MODEL) == Intent(MODEL, "rel2", 2, "3", "2")


def test_tokens_are_found_by_hash(control: Control) -> None:
    token = a_token("h1")
    control.save_token(token)
    assert control.token("h1") == token
    assert control.token("h2") is None
    assert list(control.tokens()) == [token]


def test_tokens_are_listed_by_owner_and_saving_one_again_replaces_it(control: Control) -> None:
    for token in (a_token("h1", "eve"), a_token("h3"), a_token("h2")):
        control.save_token(token)
    revoked = a_token("h3").revoked_at(NOON)
    control.save_token(revoked)
    assert list(control.tokens()) == [a_token("h2"), revoked, a_token("h1", "eve")]
    assert control.token("h3") == revoked


def test_a_session_is_known_by_its_hash_alone(control: Control) -> None:
    session = Session("h1", "t1", NOON, NOON + timedelta(hours=1))
    assert control.session("h1") is None
    control.save_session(session)
    assert control.session("h1") == session
    control.save_session(session.ended_at(NOON))
    assert control.session("h1") == session.ended_at(NOON)
    assert control.session("h2") is None
