"""What the guard decided, each kind of request once with how often it came."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from infra.local.iam.evaluation import Asked, Caller, Verdict

_MANY = "dynamodb:leadingkeys"
"""Each item has its own, so that they would crowd out everything else; the verdict says what they came to."""

_MOST = 100_000
"""Kinds of decisions that are kept; a long session forgets the oldest."""


@dataclass(frozen=True)
class Decision:
    """One kind of request and its verdict."""

    caller: Caller
    asked: Asked
    verdict: Verdict
    times: int = 1

    @property
    def who(self) -> str:
        """The role's ARN, or the service."""
        return self.caller.role_arn or self.caller.arn

    @property
    def action(self) -> str:
        """`s3:GetObject`"""
        return self.asked.action

    @property
    def resource(self) -> str:
        """The ARN that was asked for, or `*`."""
        return self.asked.resource

    @property
    def allowed(self) -> bool:
        """Whether it was allowed."""
        return self.verdict.allowed

    @property
    def statement(self) -> str | None:
        """The statement that decided, `policy/Sid`; None when none spoke for it."""
        return self.verdict.statement


class Decisions:
    """Remembers from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._first: dict[tuple[object, ...], Decision] = {}
        self._times: dict[tuple[object, ...], int] = {}

    def remember(self, caller: Caller, asked: Asked, verdict: Verdict) -> None:
        """Count one more of its kind; sessions of one role are not told apart, nor are items of a table."""
        own = tuple(sorted(item for item in asked.context.items() if item[0] != _MANY))
        said = (verdict.allowed, verdict.statement, verdict.reason)
        key = (caller.role_arn or caller.arn, asked.action, asked.resource, own, said)
        with self._lock:
            if key not in self._first:
                if len(self._first) >= _MOST:
                    oldest = next(iter(self._first))
                    del self._first[oldest], self._times[oldest]
                self._first[key] = Decision(caller, asked, verdict)
            self._times[key] = self._times.get(key, 0) + 1

    @property
    def all(self) -> tuple[Decision, ...]:
        """In the order of their first time."""
        with self._lock:
            return tuple(replace(one, times=self._times[key]) for key, one in self._first.items())
