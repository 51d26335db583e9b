"""What of CloudWatch Logs outlives a restart, beside the groups."""

from __future__ import annotations

from moto.logs.models import LogEvent, LogStream

from infra.local.services.service import Keeping


def _ids() -> tuple[int, int]:
    """Of the next log event and the next stream."""
    return LogEvent._event_id, LogStream._log_ids


def _go_on(ids: tuple[int, int]) -> None:
    LogEvent._event_id, LogStream._log_ids = ids


KEEPING = Keeping(numbers=(_ids, _go_on))
