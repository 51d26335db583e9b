"""Lambda as the rest of the local cloud sees it: what is run, what came of it, and who is told.

session = Session()                         # infra.local.session: the temporary folder and what ends with it
runtime = runtime_folder(Path("build"))     # infra.local.functions.runtime_folder: boto3, AWS's runtime client
host = FunctionHost(session, runtime, on_log, on_metrics, environment={"AWS_ENDPOINT_URL": url})
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

Status = Literal["ok", "error", "timeout", "crashed", "out_of_memory", "throttled", "too_large"]

PAYLOAD_LIMIT = 6 * 1024 * 1024
"""Bytes Lambda takes in a synchronous request; a response may be a little larger."""

ASYNCHRONOUS_PAYLOAD_LIMIT = 1024 * 1024
"""Bytes Lambda takes to its queue: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""


@dataclass(frozen=True)
class Credentials:
    """A session of the function's role, as its process sees it."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)


@dataclass(frozen=True)
class FunctionVersion:
    """One version of a function, complete: equal versions share warm processes, a changed `$LATEST` gets new ones.

    `function_arn` carries no qualifier; `code` and each of `layers` are unzipped folders, layers in
    the order the function lists them, each with `python/` inside.
    """

    function_arn: str
    name: str
    version: str
    handler: str
    code: Path
    layers: tuple[Path, ...]
    environment: Mapping[str, str]
    timeout_s: float
    memory_mb: int
    credentials: Credentials
    region: str
    log_group: str
    role_arn: str = field(default="", compare=False)
    """Whose session the credentials are."""
    reserved_concurrency: int | None = field(default=None, compare=False)
    """The function's, over all its versions; None when it shares the account's."""

    @property
    def arn(self) -> str:
        """The qualified ARN."""
        return f"{self.function_arn}:{self.version}"


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


@dataclass(frozen=True)
class LogLine:
    """One event of a log stream, stamped in milliseconds of the epoch; `text` keeps its line end, as in CloudWatch."""

    timestamp_ms: int
    text: str


class LogSink(Protocol):
    """Receives what a process of `version` wrote, in order; called from several threads, one stream never from two."""

    def __call__(self, version: FunctionVersion, stream: str, lines: Sequence[LogLine]) -> None:
        """Keep the lines in `version.log_group`."""


class MetricSink(Protocol):
    """Receives each outcome, throttles included, before its caller does."""

    def __call__(self, version: FunctionVersion, invoked_arn: str, outcome: Outcome) -> None:
        """Count it; `invoked_arn` is as the caller named it, so an alias can be told from its version."""


class Functions(Protocol):
    """Runs function versions; `infra.local.functions.host.FunctionHost` is the one."""

    def invoke(
        self,
        version: FunctionVersion,
        payload: bytes,
        *,
        invoked_arn: str,
        request_id: str | None = None,
        trace_id: str | None = None,
        client_context: str | None = None,
    ) -> Outcome:
        """Run once and wait; never raises for what the function did. Safe from any thread."""

    def retire(self, function_arn: str, version: str | None = None) -> None:
        """Stop the warm processes of a version, or of all; running invocations finish first."""

    def stop(self) -> None:
        """End every process; later invocations are refused. What the session holds is the session's."""
