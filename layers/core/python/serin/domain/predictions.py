"""Predictions that were made: the lines of the prediction log, and the names of the files that hold them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from serin.domain.charter import Scalar

_FILE = re.compile(r"(?P<first>[0-9]{9})-(?P<last>[0-9]{9})-[0-9a-f]{32}\.jsonl\.gz\Z")


@dataclass(frozen=True)
class LoggedPrediction:
    """A line of the prediction log. `inputs` and `features` hold JSON values; `score` is a number, or one a class.

    `function_version` and `invocation`, Lambda's id of the call, are None in lines that were written before they were
    logged; `key`, the digest of the client's `Idempotency-Key`, is None where there was none. `error` says by what a
    row failed that has no score. `runtime` is by what it was scored, `instead` why not by the compiled model.
    """

    prediction_id: str
    request_id: str
    attempt: int
    at: datetime
    model: str
    version: int
    runtime: str
    cold: bool
    ms: float
    cpu_ms: float
    inputs: Mapping[str, Any]
    features: Mapping[str, Any]
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    status: str
    score: Any = None
    label: Scalar | None = None
    function_version: str | None = None
    invocation: str | None = None
    key: str | None = None
    error: str | None = None
    instead: str | None = None


def log_file(model: str, first: datetime, last: datetime, digest: str) -> str:
    """The key in the lake of lines from `first` to `last`, which lie in the same minute."""
    return f"{_day(model, first)}{file_of_minute(first, last, digest)}"


def file_of_minute(first: datetime, last: datetime, digest: str) -> str:
    """The name of a file of lines from `first` to `last`, which lie in the same minute."""
    return f"{_time(first)}-{_time(last)}-{digest[:32]}.jsonl.gz"


def log_files_of_minute(model: str, at: datetime) -> str:
    """What the keys of all files begin with that hold lines of that minute."""
    return f"{_day(model, at)}{at:%H%M}"


def log_files_of_hour(model: str, at: datetime) -> str:
    """What the keys of all files begin with that hold lines of that hour."""
    return f"{_day(model, at)}{at:%H}"


def log_files_of_day(model: str, at: datetime) -> str:
    """What the keys of all files begin with that hold lines of that day."""
    return _day(model, at)


def may_hold(key: str, at: datetime) -> bool:
    """Whether a file holds lines of that millisecond, by its name."""
    match = _FILE.match(key.rpartition("/")[2])
    return match is not None and match["first"] <= _time(at) <= match["last"]


def ends_before(key: str, at: datetime) -> bool:
    """Whether all lines of a file of `at`'s day are of earlier milliseconds, by its name."""
    match = _FILE.match(key.rpartition("/")[2])
    return match is not None and match["last"] < _time(at)


def _day(model: str, at: datetime) -> str:
    return f"predictions/{model}/{at:%Y-%m-%d}/"


def _time(at: datetime) -> str:
    return f"{at:%H%M%S}{at.microsecond // 1000:03d}"
