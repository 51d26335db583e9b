"""The control table in memory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from threading import RLock

from serin.adapters.memory.runs import paged
from serin.domain.access import Token
from serin.domain.auditing.standing import wished
from serin.domain.paging import PAGE, Page, moment_key
from serin.domain.release_record import Directive
from serin.domain.releases import Intent, Lease, Live, Parked, in_turn, next_lease
from serin.domain.sessions import Session

NEVER = datetime.min.replace(tzinfo=UTC)


class MemoryControl:
    """One owner at a time for each model's live pointer."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._leases: dict[str, Lease] = {}
        self._intents: dict[str, Intent] = {}
        self._live: dict[str, Live] = {}
        self._directives: dict[str, Directive] = {}
        self._wishes: dict[str, dict[str, Directive]] = {}
        self._parked: dict[tuple[str, str], Parked] = {}
        self._sessions: dict[str, Session] = {}
        self._tokens: dict[str, Token] = {}

    def acquire(
        self, model: str, holder: str, now: datetime, span: timedelta, fresh: bool = False, epoch: int | None = None
    ) -> Lease | None:
        with self._lock:
            lease = next_lease(model, holder, self._leases.get(model), now, span, fresh, epoch)
            if lease is not None:
                self._leases[model] = lease
            return lease

    def lease(self, model: str) -> Lease | None:
        return self._leases.get(model)

    def save_intent(self, intent: Intent) -> bool:
        with self._lock:
            known = self._intents.get(intent.model)
            if known and known.epoch > intent.epoch:
                return False
            self._intents[intent.model] = intent
            return True

    def intent(self, model: str) -> Intent | None:
        return self._intents.get(model)

    def live(self, model: str) -> Live | None:
        return self._live.get(model)

    def forget_live(self, model: str) -> None:
        self._live.pop(model, None)

    def finish(self, live: Live | None, lease: Lease) -> bool:
        with self._lock:
            held = self._leases.get(lease.model)
            if held is None or (held.holder, held.epoch) != (lease.holder, lease.epoch):
                return False
            known = self._live.get(lease.model)
            if live and known and known.epoch > live.epoch:
                return False
            if live is not None:
                self._live[lease.model] = live
            self._leases[lease.model] = Lease(lease.model, "", lease.epoch, NEVER)
            return True

    def save_directive(self, directive: Directive) -> None:
        with self._lock:
            self._directives[directive.model] = directive
            moment = moment_key(directive.at, wished(directive).id)
            self._wishes.setdefault(directive.model, {}).setdefault(moment, directive)

    def directive(self, model: str) -> Directive | None:
        return self._directives.get(model)

    def latest_directives(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Directive]:
        return paged(self._wishes.get(model, {}), limit, after)

    def park(self, parked: Parked) -> None:
        self._parked[parked.model, parked.release] = parked

    def parked(self, model: str) -> Sequence[Parked]:
        return in_turn([parked for (name, _), parked in self._parked.items() if name == model])

    def unpark(self, model: str, release_id: str) -> None:
        self._parked.pop((model, release_id), None)

    def save_session(self, session: Session) -> None:
        self._sessions[session.hash] = session

    def session(self, hash: str) -> Session | None:
        return self._sessions.get(hash)

    def save_token(self, token: Token) -> None:
        self._tokens[token.hash] = token

    def token(self, hash: str) -> Token | None:
        return self._tokens.get(hash)

    def tokens(self) -> Sequence[Token]:
        return sorted(self._tokens.values(), key=lambda token: (token.owner, token.hash))
