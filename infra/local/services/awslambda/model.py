"""Lambda as the rest of the local cloud sees it: what is run, what came of it, and who is told.

session = Session()                         # the temporary folder and what ends with it
runtime = runtime_folder(Path("build"))     # boto3 and AWS's runtime client
host = FunctionHost(session, runtime, on_log, on_metrics, environment={"AWS_ENDPOINT_URL": url}, now_ms=clock.now_ms)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from infra.local.delivery.outcome import Outcome
from infra.local.iam.credentials import Credentials

LogFormat = Literal["Text", "JSON"]
SystemLogLevel = Literal["DEBUG", "INFO", "WARN"]


@dataclass(frozen=True)
class Logging:
    """How a version logs; levels are there with the format JSON only.

    https://docs.aws.amazon.com/lambda/latest/api/API_LoggingConfig.html
    """

    format: LogFormat = "Text"
    application_level: str | None = None
    system_level: SystemLogLevel | None = None


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
    logging: Logging = Logging()

    @property
    def arn(self) -> str:
        """The qualified ARN."""
        return f"{self.function_arn}:{self.version}"


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
    """Runs function versions; functions/host.py has the one."""

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
