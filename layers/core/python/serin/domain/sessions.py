"""Sessions of the console: a person who has shown a token, for a while."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from serin.domain.access import Token
from serin.domain.names import digest

LONGEST = timedelta(hours=12)
"""How long a session lives, unless its token ends before."""


@dataclass(frozen=True)
class Session:
    """A session as it is stored: its secret and its token by their digests alone. `ended` is when somebody left it."""

    hash: str
    token: str
    created: datetime
    expires: datetime
    ended: datetime | None = None

    def open_at(self, moment: datetime) -> bool:
        """Whether it lets anybody in at that moment; whether its token does is asked of the token."""
        return self.ended is None and moment < self.expires

    def ended_at(self, moment: datetime) -> Session:
        """The session as it is once somebody has left it."""
        return self if self.ended else replace(self, ended=moment)


def session_of(secret: str, token: Token, now: datetime) -> Session:
    """A session that begins now, by that token."""
    return Session(session_hash(secret), token.hash, now, min(token.expires, now + LONGEST))


def session_hash(secret: str) -> str:
    """What is stored of a session. Secrets are random 256-bit strings, so a plain digest is enough."""
    return digest("session", secret)


def form_proof(secret: str) -> str:
    """What every form of the session carries, and no other site can know: it shows that a page of ours was used."""
    return digest("form", secret)
