"""Signing in to the console and out of it. A session opens what its token opens, and ends with it at once."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from serin.domain.access import Token
from serin.domain.errors import Denied
from serin.domain.scopes import require
from serin.domain.sessions import Session, form_proof, session_hash, session_of
from serin.ports import Clock, Control
from serin.services.tokens import scopes_of

_EVERY_PAGE = "read"


@dataclass(frozen=True)
class Visitor:
    """Who is signed in: their token and their session, with the secret that their browser keeps."""

    token: Token
    session: Session
    secret: str = field(repr=False)

    @property
    def proof(self) -> str:
        """What their forms carry."""
        return form_proof(self.secret)


def sign_in(token: str, *, control: Control, clock: Clock) -> Visitor:
    """A new session for whoever shows a token; Denied for one that opens nothing, or no page."""
    known = scopes_of(f"Bearer {token.strip()}", control=control, clock=clock)
    if known is None:
        raise Denied(
            "Nobody knows this token, or it has ended.", "Ask for one: ./scripts/serin token create --owner NAME …"
        )
    _check_reads(known)
    secret = secrets.token_urlsafe(32)
    session = session_of(secret, known, clock.now())
    control.save_session(session)
    return Visitor(known, session, secret)


def _check_reads(token: Token) -> None:
    """Raise Denied for a token that would sign in to pages it may not see."""
    try:
        require(token.scopes, _EVERY_PAGE)
    except Denied as error:
        scopes = " ".join(f"--scope {scope}" for scope in (_EVERY_PAGE, *token.scopes))
        raise Denied(
            f"This token has no scope {_EVERY_PAGE}, which every page asks for; it has {', '.join(token.scopes)}.",
            f"Ask for one that has it too: ./scripts/serin token create --owner {token.owner} {scopes} --for 30d, or "
            "with --role ROLE in place of scopes.",
        ) from error


def visitor_of(secret: str, *, control: Control, clock: Clock) -> Visitor | None:
    """Who the session of that secret is of, while both it and its token are valid."""
    session = control.session(session_hash(secret))
    if session is None or not session.open_at(clock.now()):
        return None
    token = control.token(session.token)
    return Visitor(token, session, secret) if token is not None and token.valid_at(clock.now()) else None


def sign_out(visitor: Visitor, *, control: Control, clock: Clock) -> None:
    """End the session; its secret opens nothing from now on."""
    control.save_session(visitor.session.ended_at(clock.now()))
