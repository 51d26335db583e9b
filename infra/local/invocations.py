"""Invoking functions as Lambda's API does: at once, or later with retries and a place for what failed."""

from __future__ import annotations

import json
import logging
import threading
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.awslambda.models import LambdaFunction

from infra.local.lambda_model import Functions, FunctionVersion, Outcome
from infra.local.versions import Versions

_log = logging.getLogger(__name__)

RETRY_DELAYS_S = (1.0, 2.0)
"""AWS waits one and two minutes; as long as the clock is the real one, nobody waits for a laptop that long."""

_ASYNCHRONOUS_AT_ONCE = 32

Send = Callable[[str, str], None]
"""Delivers a message to the target with this ARN."""


@dataclass(frozen=True)
class Answer:
    """An outcome and the version that gave it."""

    outcome: Outcome
    version: FunctionVersion


class Invocations:
    """Runs the right version for a name, an alias or an ARN."""

    def __init__(
        self, functions: Functions, versions: Versions, send: Send, retry_delays_s: Sequence[float] = RETRY_DELAYS_S
    ) -> None:
        self._functions = functions
        self._versions = versions
        self._send = send
        self._retry_delays_s = retry_delays_s
        self._pool = ThreadPoolExecutor(_ASYNCHRONOUS_AT_ONCE, thread_name_prefix="asynchronous")
        self._stopping = threading.Event()
        self._pending = 0
        self._lock = threading.Lock()

    def call(
        self, name: str, payload: bytes, qualifier: str | None = None, client_context: str | None = None
    ) -> Answer:
        """Invoke and wait; raises moto's error when there is no such function, never for what the function did."""
        function, invoked_arn = self._versions.find(name, qualifier)
        version = self._versions.complete(function)
        outcome = self._functions.invoke(version, payload, invoked_arn=invoked_arn, client_context=client_context)
        return Answer(outcome, version)

    def by_arn(self, function_arn: str, payload: bytes) -> Outcome:
        """Invoke by (qualified) ARN and wait."""
        return self.call(function_arn, payload).outcome

    def send(self, name: str, payload: bytes, qualifier: str | None = None) -> str:
        """Invoke later; the function must exist now. Returns the request id."""
        function, invoked_arn = self._versions.find(name, qualifier)
        request_id = str(uuid.uuid4())
        with self._lock:
            self._pending += 1
        self._pool.submit(self._attempts, name, qualifier, payload, request_id, function, invoked_arn)
        return request_id

    def retire(self, function_arn: str, version: str | None = None) -> None:
        """Let go of the warm processes of code that is no longer there."""
        self._functions.retire(function_arn, version)

    @property
    def idle(self) -> bool:
        """Whether every asynchronous invocation has come to its end."""
        return self._pending == 0

    def stop(self) -> None:
        """Give up what was waiting for its retry."""
        self._stopping.set()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _attempts(
        self, name: str, qualifier: str | None, payload: bytes, request_id: str, function: LambdaFunction, arn: str
    ) -> None:
        try:
            self._until_it_works(name, qualifier, payload, request_id, function, arn)
        except Exception:
            if not self._stopping.is_set():
                _log.exception("asynchronous invocation of %s", arn)
                raise
        finally:
            with self._lock:
                self._pending -= 1

    def _until_it_works(
        self, name: str, qualifier: str | None, payload: bytes, request_id: str, function: LambdaFunction, arn: str
    ) -> None:
        settings = _asynchronous_settings(function)
        delays = self._retry_delays_s[: settings.get("MaximumRetryAttempts", 2)]
        attempt = 0
        while True:
            attempt += 1
            version, invoked_arn = self._versions.find(name, qualifier)
            outcome = self._functions.invoke(
                self._versions.complete(version), payload, invoked_arn=invoked_arn, request_id=request_id
            )
            if outcome.status == "ok" or attempt > len(delays) or self._stopping.wait(delays[attempt - 1]):
                break
        if not self._stopping.is_set():
            self._report(settings, function, arn, payload, outcome, request_id, attempt)

    def _report(
        self,
        settings: dict[str, Any],
        function: LambdaFunction,
        arn: str,
        payload: bytes,
        outcome: Outcome,
        request_id: str,
        attempts: int,
    ) -> None:
        """Tell the destinations how it came out; a dead-letter queue gets the event itself."""
        destinations = settings.get("DestinationConfig") or {}
        side = "OnSuccess" if outcome.status == "ok" else "OnFailure"
        if target := (destinations.get(side) or {}).get("Destination"):
            self._send(target, _record(arn, payload, outcome, request_id, attempts))
        dead_letters = getattr(function, "dead_letter_arn", None)
        if outcome.status != "ok" and dead_letters:
            self._send(dead_letters, payload.decode())


def _asynchronous_settings(function: LambdaFunction) -> dict[str, Any]:
    return dict(getattr(function, "asynchronous_settings", None) or {})


def _record(arn: str, payload: bytes, outcome: Outcome, request_id: str, attempts: int) -> str:
    """The invocation record of https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html"""
    answer = json.loads(outcome.payload) if outcome.payload else None
    context: dict[str, Any] = {"statusCode": 200, "executedVersion": arn.rpartition(":")[2]}
    if outcome.function_error:
        context["functionError"] = outcome.function_error
    return json.dumps(
        {
            "version": "1.0",
            "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "requestContext": {
                "requestId": request_id,
                "functionArn": arn,
                "condition": "Success" if outcome.status == "ok" else "RetriesExhausted",
                "approximateInvokeCount": attempts,
            },
            "requestPayload": json.loads(payload),
            "responseContext": context,
            "responsePayload": answer,
        }
    )
