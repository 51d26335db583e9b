"""Invocations of predict functions, put together from what the platform and the function have logged of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from serin.domain.predictions import file_of_minute

Status = Literal["success", "failure", "error", "timeout"]
Purpose = Literal["traffic", "shadow", "replay", "golden", "start"]
Answer = Literal["valid", "invalid", "failed"]
CallOutcome = Literal["success", "failure", "invalid"]

_MEASURED = ("ms", "cold", "start_ms", "billed_ms", "cpu_ms", "used_mb", "memory_mb")
_VERSION = re.compile(r"\[(?P<version>[0-9]+|\$LATEST)\][0-9a-f]+\Z")
_SERVER_ERROR, _CLIENT_ERROR, _NOT_LET_IN = 500, 400, (401, 403)


@dataclass(frozen=True)
class Invocation:
    """One call of a predict function, as far as it is known; `id` is Lambda's, or of old lines the gateway's.

    It began at `at`, in the execution environment `sandbox`, which is the log stream. `status`, `ms` and `cold` are the
    platform's; `error` is what it, or the function, failed by. `http_status` is that of a refusal or a failure the
    function told of; `answer` says whether what it answered can be true, `failed` that a row of it has an error
    instead. `purpose` is None as long as nothing but the platform has told of it; `start` is no call, but a process
    that could not start. `key` is the digest of the client's
    `Idempotency-Key`. `start_ms` is how long its process took to start, None of a warm one; `billed_ms` and the memory,
    used and configured, are the platform's, `cpu_ms` is the function's own.
    """

    id: str
    at: datetime
    function_version: str
    sandbox: str
    purpose: Purpose | None = None
    status: Status | None = None
    ms: float | None = None
    cold: bool | None = None
    error: str | None = None
    http_status: int | None = None
    answer: Answer | None = None
    key: str | None = None
    start_ms: float | None = None
    billed_ms: float | None = None
    cpu_ms: float | None = None
    used_mb: int | None = None
    memory_mb: int | None = None

    @property
    def gb_seconds(self) -> float | None:
        """What Lambda bills it by: seconds times GB of memory; None while its report has not come."""
        if self.billed_ms is None:
            return None
        return self.billed_ms / 1000 * (self.memory_mb or 0) / 1024

    @property
    def failed_on_lambda(self) -> bool:
        """Whether Lambda counts it as an error."""
        return self.status not in {None, "success"}


def call_of(invocation: Invocation) -> CallOutcome | None:
    """What a caller had of it; None for what was no caller's, or never let in.

    A refusal is `invalid`: where both versions refuse alike it says nothing. An answer of which one row is
    the version's error is a failure, though HTTP calls it 200: else a version that fails on some rows would pass.
    """
    if invocation.purpose not in {None, "traffic"}:
        return None
    status = invocation.http_status or 0
    if invocation.failed_on_lambda or status >= _SERVER_ERROR:
        return "failure"
    if invocation.answer == "failed":
        return "failure"
    if invocation.answer is not None:
        return "success" if invocation.answer == "valid" else "invalid"
    return "invalid" if status >= _CLIENT_ERROR and status not in _NOT_LET_IN else None


def merged(records: Iterable[Invocation]) -> list[Invocation]:
    """One invocation an id, in the order they began, of all that was told of each; telling twice changes nothing."""
    whole: dict[str, Invocation] = {}
    for record in records:
        before = whole.get(record.id)
        whole[record.id] = record if before is None or before == record else _both(before, record)
    return sorted(whole.values(), key=lambda invocation: (invocation.at, invocation.id))


def invocation_file(model: str, first: datetime, last: datetime, digest: str) -> str:
    """The key in the lake of invocations that began from `first` to `last`, which lie in the same minute."""
    return f"{invocation_files(model, first)}{file_of_minute(first, last, digest)}"


def invocation_files(model: str, day: datetime) -> str:
    """What the keys of all files of a day begin with."""
    return f"invocations/{model}/{day:%Y-%m-%d}/"


def function_version_of(stream: str) -> str:
    """The version that a log stream belongs to; raises ValueError for another's stream."""
    named = _VERSION.search(stream)
    if named is None:
        raise ValueError(f"{stream!r} is no log stream of a function")
    return named["version"]


def _both(one: Invocation, other: Invocation) -> Invocation:
    """What two records tell together: a failure before a success, a purpose before a guess."""
    return replace(
        one,
        at=min(one.at, other.at),
        purpose=_first([one.purpose, other.purpose], ("shadow", "replay", "golden", "start", "traffic")),
        status=_first([one.status, other.status], ("timeout", "error", "failure", "success")),
        error=one.error or other.error,
        http_status=one.http_status or other.http_status,
        answer=_first([one.answer, other.answer], ("failed", "invalid", "valid")),
        key=one.key or other.key,
        **{name: _either(getattr(one, name), getattr(other, name)) for name in _MEASURED},
    )


def _either(one: Any, other: Any) -> Any:
    return other if one is None else one


def _first(values: Sequence[Any], order: Sequence[str]) -> Any:
    return next((value for value in order if value in values), None)
