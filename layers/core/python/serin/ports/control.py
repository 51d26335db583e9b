"""The one table of what must have one owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from serin.domain.access import Token
from serin.domain.paging import PAGE, Page
from serin.domain.release_record import Directive
from serin.domain.releases import Intent, Lease, Live, Parked
from serin.domain.sessions import Session


class Control(Protocol):
    """What must have one owner: tokens, leases, intents, live pointers."""

    def acquire(
        self, model: str, holder: str, now: datetime, span: timedelta, fresh: bool = False, epoch: int | None = None
    ) -> Lease | None:
        """The lease until `now` + `span`, with a greater epoch than any before it; None while somebody else's holds.

        The holder itself gets its own lease, never a shorter one, and keeps its epoch, unless it asks for a `fresh`
        one: then what it began before is fenced off. With an `epoch` only the holder's lease of that epoch is
        lengthened, and none that was given back is taken again.
        """

    def lease(self, model: str) -> Lease | None:
        """The lease as it was had or given back last, whether or not it still holds; None if there never was one."""

    def save_intent(self, intent: Intent) -> bool:
        """Remember what the alias should be; False when a newer epoch has spoken."""

    def intent(self, model: str) -> Intent | None:
        """The last intent, or None."""

    def live(self, model: str) -> Live | None:
        """What is live, or None."""

    def forget_live(self, model: str) -> None:
        """Nothing is live any more, for its endpoint was deleted; only who has the lease may say so."""

    def finish(self, live: Live | None, lease: Lease) -> bool:
        """In one transaction: move the live pointer (unless None) and give the lease back.

        False, with nothing written, when the lease is no longer the holder's.
        """

    def save_directive(self, directive: Directive) -> None:
        """Remember what a person asks of the release; the last one counts, and the earlier ones stay known."""

    def directive(self, model: str) -> Directive | None:
        """What was asked last of any release of the model, or None."""

    def latest_directives(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Directive]:
        """What was asked of the model's releases, newest first."""

    def park(self, parked: Parked) -> None:
        """Let a release wait for the lease; the same release again replaces what is known."""

    def parked(self, model: str) -> Sequence[Parked]:
        """The releases that wait, in the order they came; a rollback before the others."""

    def unpark(self, model: str, release_id: str) -> None:
        """The release waits no more."""

    def save_session(self, session: Session) -> None:
        """Remember a session by its hash, until it has expired; the same one again replaces what is known."""

    def session(self, hash: str) -> Session | None:
        """The session of that hash, or None."""

    def save_token(self, token: Token) -> None:
        """Remember a token by its hash."""

    def token(self, hash: str) -> Token | None:
        """The token of that hash, or None."""

    def tokens(self) -> Sequence[Token]:
        """All tokens."""
