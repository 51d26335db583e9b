"""Bearer tokens: made once and shown once, stored as digests, checked on every call."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from serin.domain.access import LONGEST_LIFE, Token, checked_owner, checked_scopes, token_hash
from serin.domain.errors import Conflict, Invalid, NotFound
from serin.domain.plain_numbers import how_many
from serin.domain.printable import printable
from serin.ports import Clock, Control

PREFIX = "serin_"
_ID = re.compile(r"[0-9a-f]{4,64}\Z")


@dataclass(frozen=True)
class NewToken:
    """A token with the secret that opens its doors, which nobody can find out again."""

    token: Token
    secret: str = field(repr=False)


def create_token(
    owner: str, scopes: Sequence[str], span: timedelta, models: Collection[str], *, control: Control, clock: Clock
) -> NewToken:
    """A new token with these scopes, for models that are deployed; only its digest is kept.

    Raises Invalid for an owner, a scope or a span that cannot be.
    """
    if not timedelta(0) < span <= LONGEST_LIFE:
        raise Invalid(f"A token cannot live for {span}.", f"Choose more than 0 and at most {LONGEST_LIFE.days} days.")
    secret = PREFIX + secrets.token_urlsafe(32)
    now = clock.now()
    token = Token(token_hash(secret), checked_owner(owner), checked_scopes(scopes, models), now, now + span)
    control.save_token(token)
    return NewToken(token, secret)


def revoke_token(id: str, *, control: Control, clock: Clock) -> Token:
    """Take a token back, by the beginning of its digest; raises NotFound, or Conflict when several begin like that."""
    if not _ID.match(id):
        raise Invalid(f"{printable(id)!r} is not a token's id.", "Take it from the list of tokens.", "id")
    matching = [token for token in control.tokens() if token.hash.startswith(id)]
    if not matching:
        raise NotFound(f"There is no token {id}.", "Take its id from the list of tokens.")
    if len(matching) > 1:
        raise Conflict(f"{how_many(len(matching), 'token')} begin with {id}.", "Give more digits of its id.")
    revoked = matching[0].revoked_at(clock.now())
    control.save_token(revoked)
    return revoked


def scopes_of(header: str, *, control: Control, clock: Clock) -> Token | None:
    """The token an Authorization header carries, if it opens anything now; None for every other header."""
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    token = control.token(token_hash(secret))
    return token if token and token.valid_at(clock.now()) else None
