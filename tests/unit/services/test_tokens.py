from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.adapters.memory.control import MemoryControl
from serin.adapters.memory.world import MemoryClock
from serin.domain.access import token_hash
from serin.services.tokens import create_token, scopes_of
from tests.builders import NOON

DAY = timedelta(days=1)


def made() -> tuple[str, MemoryControl, MemoryClock]:
    control, clock = MemoryControl(), MemoryClock(NOON)
    return create_token("ana", ["read", "predict:late-orders"], DAY, control, clock), control, clock


def test_a_token_opens_its_owners_scopes() -> None:
    secret, control, clock = made()
    token = scopes_of(f"Bearer {secret}", control, clock)
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
    assert scopes_of(header.format(secret), control, clock) is None


def test_the_scheme_is_read_whatever_its_case() -> None:
    secret, control, clock = made()
    assert scopes_of(f"bearer {secret}", control, clock) is not None


def test_an_overlong_secret_is_not_looked_up() -> None:
    control, clock = MemoryControl(), MemoryClock(NOON)
    secret = "serin_" + "x" * 100
    create_token("ana", [], DAY, control, clock)
    (token,) = control.tokens()
    control.save_token(replace(token, hash=token_hash(secret)))
    assert scopes_of(f"Bearer {secret}", control, clock) is None


def test_a_token_ends_at_its_moment() -> None:
    secret, control, clock = made()
    clock.advance(DAY - timedelta(seconds=1))
    assert scopes_of(f"Bearer {secret}", control, clock) is not None
    clock.advance(timedelta(seconds=1))
    assert scopes_of(f"Bearer {secret}", control, clock) is None


def test_a_revoked_token_opens_nothing() -> None:
    secret, control, clock = made()
    (token,) = control.tokens()
    control.save_token(replace(token, revoked=True))
    assert scopes_of(f"Bearer {secret}", control, clock) is None
