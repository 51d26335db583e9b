"""Numbers that must not be given twice, kept by moto and its patches beside the backends."""

from __future__ import annotations

import copy
import itertools
from dataclasses import dataclass
from typing import Any

from moto.logs.models import LogEvent, LogStream
from moto.moto_api._internal import mock_random

from infra.local.services.s3 import patches as s3


@dataclass(frozen=True)
class Counters:
    """Ids of log events and streams, the order of changes to objects, and moto's source of identifiers."""

    log_events: int
    log_streams: int
    object_changes: int
    identifiers: Any


def read() -> Counters:
    """As they are now."""
    changes = next(copy.copy(s3._sequencer))
    return Counters(LogEvent._event_id, LogStream._log_ids, changes, mock_random.getstate())


def put_back(counters: Counters) -> None:
    """Go on from there."""
    LogEvent._event_id = counters.log_events
    LogStream._log_ids = counters.log_streams
    s3._sequencer = itertools.count(counters.object_changes)
    mock_random.setstate(counters.identifiers)
