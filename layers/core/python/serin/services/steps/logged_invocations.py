"""Invocations of a model's endpoint, read from the files their log was collected in."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from serin.domain.invocations import Invocation, invocation_files, merged
from serin.domain.predictions import ends_before
from serin.domain.records import from_record
from serin.ports import ObjectStore

_READERS = 10
"""As many as a client of S3 keeps connections for."""


def invocation_keys(model: str, since: datetime, until: datetime, *, lake: ObjectStore) -> Sequence[str]:
    """The files that can hold what began from `since` on and before `until`, oldest first."""
    days = [since + timedelta(days=day) for day in range((until.date() - since.date()).days + 1)]
    keys = [key for day in days for key in lake.keys(invocation_files(model, day))]
    first = invocation_files(model, since)
    return [key for key in keys if not (key.startswith(first) and ends_before(key, since))]


def read_invocations(keys: Sequence[str], *, lake: ObjectStore) -> list[Invocation]:
    """All that these files hold, each once, in the order they began."""
    with ThreadPoolExecutor(_READERS) as readers:
        return merged(record for content in readers.map(lake.get, keys) for record in _records(content))


def _records(content: bytes) -> Iterator[Invocation]:
    lines: list[Mapping[str, object]] = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    yield from (from_record(Invocation, line) for line in lines)
