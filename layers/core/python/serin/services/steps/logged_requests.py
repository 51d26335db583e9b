"""Requests of the prediction log that one function version has answered, newest first."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from serin.domain.predictions import log_files_of_day
from serin.ports import ObjectStore

LOOK_BACK = timedelta(days=30)
"""What was asked before is not what is asked today, and an idle endpoint's log is not looked through for ever."""
MOST_FILES = 1_000
"""How many files are read at most; on a busy endpoint one holds more than is asked for."""
Line = Mapping[str, Any]


def logged_requests(model: str, function_version: str, now: datetime, *, lake: ObjectStore) -> Iterator[Sequence[Line]]:
    """The answered rows of each request, as they were logged; of a repeated request only its newest attempt."""
    keys: dict[str, str] = {}
    for name in islice(_files(model, now, lake), MOST_FILES):
        for request, lines in _requests(lake.get(name), function_version).items():
            key = lines[0].get("key")
            if key is None or keys.setdefault(key, request) == request:
                yield lines


def _files(model: str, now: datetime, lake: ObjectStore) -> Iterator[str]:
    for day in range(LOOK_BACK.days + 1):
        yield from reversed(lake.keys(log_files_of_day(model, now - timedelta(days=day))))


def _requests(content: bytes, function_version: str) -> Mapping[str, list[Line]]:
    lines = [json.loads(line) for line in gzip.decompress(content).splitlines()]
    answered = [line for line in lines if line.get("function_version") == function_version and _is_answer(line)]
    answered.sort(key=lambda line: str(line["at"]), reverse=True)
    requests: dict[str, list[Line]] = {}
    for line in answered:
        requests.setdefault(line["request_id"], []).append(line)
    return requests


def _is_answer(line: Line) -> bool:
    return line.get("status") == "ok" and line.get("score") is not None and "shadow" not in line
