"""Entries made when somebody asks, from records that never change or go: of these a second one would tell no more."""

from __future__ import annotations

from serin.domain.access import Token
from serin.domain.auditing.entry import STAGE, Entry, entry_id
from serin.domain.records import record_digest
from serin.domain.release_record import Directive


def wished(directive: Directive) -> Entry:
    """What a person asked of a release."""
    name = entry_id("wished", directive.model, directive.release, directive.wish, directive.at.isoformat())
    about, shown = f"release {directive.release}", record_digest(directive)
    return Entry(
        *(name, directive.at, "people", directive.model, "wished", about, directive.wish, directive.by), digest=shown
    )


def token_entries(token: Token) -> tuple[Entry, ...]:
    """The making of a token and, once it is taken back, that.

    Who did it is not known here: it takes credentials of AWS, and CloudTrail has them.
    """
    about = f"token {token.id}"
    given = f"to {token.owner} until {token.expires:%Y-%m-%d %H:%M}Z: {' '.join(token.scopes)}"
    made = Entry(entry_id("token made", token.hash), token.created, "access", STAGE, "token made", about, given)
    if token.revoked is None:
        return (made,)
    name, from_whom = entry_id("token revoked", token.hash), f"from {token.owner}"
    return (made, Entry(name, token.revoked, "access", STAGE, "token revoked", about, from_whom))
