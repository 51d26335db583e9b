from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.world import MemoryClock
from serin.domain.access import LONGEST_LIFE, Token, token_hash
from serin.domain.errors import Conflict, Invalid, NotFound
from serin.services.tokens import create_token, revoke_token, scopes_of
from tests.builders import NOON

DAY = timedelta(days=1)


def made() -> tuple[str, MemoryControl, MemoryClock]:
    control, clock = MemoryControl(), MemoryClock(NOON)
    token = create_token("ana", ["read", "predict:late-orders"], DAY, ["late-orders"], control=control, clock=clock)
    return token.secret, control, clock


def test_a_token_opens_its_owners_scopes() -> None:
    secret, control, clock = made()
    token = scopes_of(f"Bearer {secret}", control=control, clock=clock)
    assert token is not None
    assert (token.owner, token.scopes, token.expires) == ("ana", ("read", "predict:late-orders"), NOON + DAY)


def test_only_the_digest_of_a_secret_is_kept() -> None:
    secret, control, _ = made()
    (token,) = control.tokens()
    assert secret not in repr(token)
    assert token.hash == token_hash(secret)


def test_no_two_secrets_are_the_same() -> None:
    assert made()[0] != made()[0]


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "{0}", "Basic {0}", "Bearer x{0}", "Bearer {0}x", "{0} Bearer"]
)
def test_another_header_opens_nothing(header: str) -> None:
    secret, control, clock = made()
    assert scopes_of(header.format(secret), control=control, clock=clock) is None


def test_the_scheme_is_read_whatever_its_case() -> None:
    secret, control, clock = made()
    assert scopes_of(f"bearer {secret}", control=control, clock=clock) is not None


def test_an_overlong_secret_is_not_looked_up() -> None:
    control, clock = MemoryControl(), MemoryClock(NOON)
    secret = "serin_" + "x" * 100
    create_token("ana", ["read"], DAY, (), control=control, clock=clock)
    (token,) = control.tokens()
    control.save_token(replace(token, hash=token_hash(secret)))
    assert scopes_of(f"Bearer {secret}", control=control, clock=clock) is None


def test_a_token_ends_at_its_moment() -> None:
    secret, control, clock = made()
    clock.advance(DAY - timedelta(seconds=1))
    assert scopes_of(f"Bearer {secret}", control=control, clock=clock) is not None
    clock.advance(timedelta(seconds=1))
    assert scopes_of(f"Bearer {secret}", control=control, clock=clock) is None


def test_a_revoked_token_opens_nothing() -> None:
    secret, control, clock = made()
    (token,) = control.tokens()
    assert revoke_token(token.id, control=control, clock=clock).revoked == NOON
    assert scopes_of(f"Bearer {secret}", control=control, clock=clock) is None


def test_revoking_again_changes_nothing() -> None:
    _, control, clock = made()
    (token,) = control.tokens()
    first = revoke_token(token.id, control=control, clock=clock)
    clock.advance(DAY)
    assert revoke_token(token.hash, control=control, clock=clock) == first
    assert list(control.tokens()) == [first]


def test_only_the_named_token_is_revoked() -> None:
    secret, control, clock = made()
    other = create_token("eve", ["read"], DAY, (), control=control, clock=clock)
    revoke_token(other.token.id, control=control, clock=clock)
    assert scopes_of(f"Bearer {secret}", control=control, clock=clock) is not None
    assert scopes_of(f"Bearer {other.secret}", control=control, clock=clock) is None


def test_a_token_nobody_made_is_not_found() -> None:
    _, control, clock = made()
    with pytest.raises(NotFound):
        revoke_token("0" * 64, control=control, clock=clock)


@pytest.mark.parametrize("id", ["", "abc", "x" * 12, "ABCDEF123456", "0" * 65, "0123\n", "serin_secret"])
def test_what_is_no_id_is_refused(id: str) -> None:
    _, control, clock = made()
    with pytest.raises(Invalid, match="not a token's id"):
        revoke_token(id, control=control, clock=clock)


def test_an_id_that_several_tokens_begin_with_revokes_none() -> None:
    control, clock = MemoryControl(), MemoryClock(NOON)
    tokens = [Token("abcd" + end * 60, "ana", ("read",), NOON, NOON + DAY) for end in "01"]
    for token in tokens:
        control.save_token(token)
    with pytest.raises(Conflict, match="2 tokens"):
        revoke_token("abcd", control=control, clock=clock)
    assert list(control.tokens()) == tokens


@pytest.mark.parametrize("span", [timedelta(0), -DAY, LONGEST_LIFE + timedelta(seconds=1)])
def test_a_span_no_token_can_live_for_is_refused(span: timedelta) -> None:
    control = MemoryControl()
    with pytest.raises(Invalid, match="cannot live"):
        create_token("ana", ["read"], span, (), control=control, clock=MemoryClock(NOON))
    assert not control.tokens()


@pytest.mark.parametrize(("owner", "scopes"), [("a b", ["read"]), ("ana", []), ("ana", ["predict:other"])])
def test_a_token_for_a_wrong_owner_or_scope_is_not_made(owner: str, scopes: list[str]) -> None:
    control = MemoryControl()
    with pytest.raises(Invalid):
        create_token(owner, scopes, DAY, ["late-orders"], control=control, clock=MemoryClock(NOON))
    assert not control.tokens()


def test_a_secret_is_not_shown_by_accident() -> None:
    control, clock = MemoryControl(), MemoryClock(NOON)
    token = create_token("ana", ["read"], DAY, (), control=control, clock=clock)
    assert token.secret not in repr(token)
