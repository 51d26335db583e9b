"""The control table on DynamoDB: tokens, leases, intents and live pointers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from serin.adapters.dynamodb import NEW, Put, RecordTable
from serin.domain.access import Token
from serin.domain.records import from_record
from serin.domain.releases import Intent, Lease, Live

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NOT_NEWER = f"{NEW} OR #epoch <= :epoch"


class DynamoControl:
    """Every change is conditional on the epoch, so an old holder cannot undo a new one's work."""

    def __init__(self, table: RecordTable) -> None:
        self._table = table

    def acquire(self, model: str, holder: str, now: datetime, span: timedelta) -> Lease | None:
        record = self._table.get(f"LEASE#{model}", "LEASE")
        held = None if record is None else from_record(Lease, record)
        if held and held.until > now:
            return held if held.holder == holder else None
        lease = Lease(model, holder, held.epoch + 1 if held else 1, now + span)
        return lease if self._table.put(_lease(lease, held)) else None

    def save_intent(self, intent: Intent) -> bool:
        epoch = {"epoch": intent.epoch}
        return self._table.put(Put(f"LIVE#{intent.model}", "INTENT", intent, epoch, NOT_NEWER, epoch=intent.epoch))

    def intent(self, model: str) -> Intent | None:
        record = self._table.get(f"LIVE#{model}", "INTENT")
        return None if record is None else from_record(Intent, record)

    def live(self, model: str) -> Live | None:
        record = self._table.get(f"LIVE#{model}", "LIVE")
        return None if record is None else from_record(Live, record)

    def finish(self, live: Live | None, lease: Lease) -> bool:
        free = _lease(Lease(lease.model, "", lease.epoch, NEVER), lease)
        if live is None:
            return self._table.put(free)
        pointer = Put(f"LIVE#{live.model}", "LIVE", live, {"epoch": live.epoch}, NOT_NEWER, epoch=live.epoch)
        return self._table.put_together([pointer, free])

    def save_token(self, token: Token) -> None:
        self._table.put(Put("TOKENS", token.hash, token))

    def token(self, hash: str) -> Token | None:
        record = self._table.get("TOKENS", hash)
        return None if record is None else from_record(Token, record)

    def tokens(self) -> Sequence[Token]:
        found = [from_record(Token, record) for record in self._table.query("TOKENS")]
        return sorted(found, key=lambda token: (token.owner, token.hash))


def _lease(lease: Lease, held: Lease | None) -> Put:
    attributes: dict[str, str | int] = {"holder": lease.holder, "epoch": lease.epoch}
    key = f"LEASE#{lease.model}"
    if held is None:
        return Put(key, "LEASE", lease, attributes, NEW)
    only_if = "#holder = :holder AND #epoch = :epoch"
    return Put(key, "LEASE", lease, attributes, only_if, holder=held.holder, epoch=held.epoch)
