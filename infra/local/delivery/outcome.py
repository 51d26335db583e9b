"""What an invocation of a function came to, as everybody who invokes sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Status = Literal["ok", "error", "timeout", "crashed", "out_of_memory", "throttled", "too_large"]

PAYLOAD_LIMIT = 6 * 1024 * 1024
"""Bytes Lambda takes in a synchronous request; a response may be a little larger."""

ASYNCHRONOUS_PAYLOAD_LIMIT = 1024 * 1024
"""Bytes Lambda takes to its queue: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


@dataclass(frozen=True)
class Outcome:
    """What one invocation came to.

    `throttled` and `too_large` never reached the function: `payload` is then what Lambda's API
    answers with 429 or 413, and no `function_error` is set. Every other status but `ok` has one.
    """

    status: Status
    payload: bytes
    request_id: str
    function_error: Literal["Handled", "Unhandled"] | None = None
    log_tail: bytes = b""
    """The last 4 KB of the execution's log, not yet base64."""
    duration_ms: float = 0.0
    billed_ms: int = 0
    init_ms: float | None = None
    """Set when this invocation started its process."""
    memory_used_mb: int = 0

    @property
    def reached_the_function(self) -> bool:
        """Whether AWS counts this as an invocation."""
        return self.status not in {"throttled", "too_large"}
