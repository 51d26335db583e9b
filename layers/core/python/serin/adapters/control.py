"""The control table on DynamoDB: tokens, leases, intents and live pointers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from serin.adapters.dynamodb import NEW, Put, RecordTable
from serin.domain.access import Token
from serin.domain.auditing.standing import wished
from serin.domain.paging import PAGE, Page, moment_key
from serin.domain.records import from_record
from serin.domain.release_record import Directive
from serin.domain.releases import Intent, Lease, Live, Parked, in_turn, next_lease
from serin.domain.sessions import Session

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NOT_NEWER = f"{NEW} OR #epoch <= :epoch"


class DynamoControl:
    """Every change is conditional on the epoch, so an old holder cannot undo a new one's work."""

    def __init__(self, table: RecordTable) -> None:
        self._table = table

    def acquire(
        self, model: str, holder: str, now: datetime, span: timedelta, fresh: bool = False, epoch: int | None = None
    ) -> Lease | None:
        held = self.lease(model)
        lease = next_lease(model, holder, held, now, span, fresh, epoch)
        if lease is None or lease == held:
            return lease
        return lease if self._table.put(_lease(lease, held)) else None

    def lease(self, model: str) -> Lease | None:
        record = self._table.get(f"LEASE#{model}", "LEASE")
        return None if record is None else from_record(Lease, record)

    def save_intent(self, intent: Intent) -> bool:
        epoch = {"epoch": intent.epoch}
        return self._table.put(Put(f"LIVE#{intent.model}", "INTENT", intent, epoch, NOT_NEWER, epoch=intent.epoch))

    def intent(self, model: str) -> Intent | None:
        record = self._table.get(f"LIVE#{model}", "INTENT")
        return None if record is None else from_record(Intent, record)

    def live(self, model: str) -> Live | None:
        record = self._table.get(f"LIVE#{model}", "LIVE")
        return None if record is None else from_record(Live, record)

    def forget_live(self, model: str) -> None:
        self._table.delete(f"LIVE#{model}", "LIVE")

    def finish(self, live: Live | None, lease: Lease) -> bool:
        free = _lease(Lease(lease.model, "", lease.epoch, NEVER), lease)
        if live is None:
            return self._table.put(free)
        pointer = Put(f"LIVE#{live.model}", "LIVE", live, {"epoch": live.epoch}, NOT_NEWER, epoch=live.epoch)
        return self._table.put_together([pointer, free])

    def save_directive(self, directive: Directive) -> None:
        newest = Put(f"DIRECTIVE#{directive.model}", "DIRECTIVE", directive)
        moment = moment_key(directive.at, wished(directive).id)
        kept = Put(f"DIRECTIVES#{directive.model}", moment, directive, only_if=NEW)
        self._table.put_together([newest, kept])

    def directive(self, model: str) -> Directive | None:
        record = self._table.get(f"DIRECTIVE#{model}", "DIRECTIVE")
        return None if record is None else from_record(Directive, record)

    def latest_directives(self, model: str, limit: int = PAGE, after: str | None = None) -> Page[Directive]:
        page = self._table.newest(f"DIRECTIVES#{model}", limit, after, by_moment=False)
        return Page(tuple(from_record(Directive, record) for record in page.items), page.next)

    def park(self, parked: Parked) -> None:
        self._table.put(Put(f"PARKED#{parked.model}", parked.release, parked))

    def parked(self, model: str) -> Sequence[Parked]:
        return in_turn([from_record(Parked, record) for record in self._table.query(f"PARKED#{model}")])

    def unpark(self, model: str, release_id: str) -> None:
        self._table.delete(f"PARKED#{model}", release_id)

    def save_session(self, session: Session) -> None:
        # DynamoDB deletes it some time after that second; until then it opens nothing either.
        expires = {"expires": int(session.expires.timestamp())}
        self._table.put(Put(f"SESSION#{session.hash}", "SESSION", session, expires))

    def session(self, hash: str) -> Session | None:
        record = self._table.get(f"SESSION#{hash}", "SESSION")
        return None if record is None else from_record(Session, record)

    def save_token(self, token: Token) -> None:
        self._table.put(Put("TOKENS", token.hash, token))

    def token(self, hash: str) -> Token | None:
        record = self._table.get("TOKENS", hash)
        return None if record is None else from_record(Token, record)

    def tokens(self) -> Sequence[Token]:
        kept = [from_record(Token, record) for record in self._table.query("TOKENS")]
        return sorted(kept, key=lambda token: (token.owner, token.hash))


def _lease(lease: Lease, held: Lease | None) -> Put:
    attributes: dict[str, str | int] = {"holder": lease.holder, "epoch": lease.epoch}
    key = f"LEASE#{lease.model}"
    if held is None:
        return Put(key, "LEASE", lease, attributes, NEW)
    only_if = "#holder = :holder AND #epoch = :epoch"
    return Put(key, "LEASE", lease, attributes, only_if, holder=held.holder, epoch=held.epoch)
