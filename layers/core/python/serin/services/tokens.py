"""Bearer tokens: made once and shown once, stored as digests, checked on every call."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from serin.domain.access import Token, token_hash
from serin.ports import Clock, Control

PREFIX = "serin_"


def create_token(owner: str, scopes: Sequence[str], span: timedelta, control: Control, clock: Clock) -> str:
    """A new secret with these scopes; only its digest is kept, so it cannot be shown again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    control.save_token(Token(token_hash(secret), owner, tuple(scopes), clock.now() + span))
    return secret


def scopes_of(header: str, control: Control, clock: Clock) -> Token | None:
    """The token an Authorization header carries, if it opens anything now; None for every other header."""
    scheme, _, secret = header.partition(" ")
    if scheme.lower() != "bearer" or not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    token = control.token(token_hash(secret))
    return token if token and token.valid_at(clock.now()) else None
