"""Lambda's data plane: invokes function versions as processes of this machine."""

from __future__ import annotations

import json
import secrets
import threading
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

from infra.local.delivery.outcome import PAYLOAD_LIMIT, Outcome, Status
from infra.local.services.awslambda.functions.application_log import sends
from infra.local.services.awslambda.functions.execution import Call, Execution
from infra.local.services.awslambda.functions.execution_log import ExecutionLog
from infra.local.services.awslambda.functions.pool import Pool
from infra.local.services.awslambda.functions.preparation import prepare
from infra.local.services.awslambda.functions.process import RuntimeProcess
from infra.local.services.awslambda.functions.provisioning import Provisioning, Wanted, Warm
from infra.local.services.awslambda.functions.work import Work
from infra.local.services.awslambda.functions.worker import Worker
from infra.local.services.awslambda.model import FunctionVersion, LogSink, MetricSink
from infra.local.session import Session


class FunctionHost:
    """Runs versions, one process an execution; logs and metrics are delivered before the caller has its outcome.

    `environment` is added to every process; `processes` bounds them all; `idle_s` is how long a warm
    one waits for work; `now_ms` stamps the logs; `concurrency` is what the account has for functions that reserve none.
    """

    def __init__(
        self,
        session: Session,
        runtime: Path,
        on_log: LogSink,
        on_metrics: MetricSink,
        *,
        environment: Mapping[str, str],
        now_ms: Callable[[], int],
        processes: int = 24,
        idle_s: float = 300.0,
        concurrency: int = 1000,
    ) -> None:
        self._session = session
        self._runtime = runtime
        self._on_log = on_log
        self._on_metrics = on_metrics
        self._environment = environment
        self._now_ms = now_ms
        self._processes = processes
        self._pool = Pool(
            lambda version, kept: Worker(version, self._launch, now_ms(), session.folder, kept), processes, concurrency
        )
        self._provisioning = Provisioning(self._pool, lambda worker: prepare(worker, self._log_of(worker), now_ms))
        self.work = Work()
        self._stopped = threading.Event()
        self._expiry = threading.Thread(target=self._expire, args=(idle_s,), name="idle functions", daemon=True)
        self._expiry.start()

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
        call = Call(request_id or str(uuid.uuid4()), invoked_arn, trace_id or self._trace_id(), payload, client_context)
        with self.work.call(version.name):
            outcome = self._outcome(version, call)
            self._on_metrics(version, invoked_arn, outcome)
        return outcome

    @property
    def is_running(self) -> bool:
        """Whether any function runs, whoever called it."""
        return bool(self.work.running)

    def retire(self, function_arn: str, version: str | None = None) -> None:
        """Stop the warm processes of a version, or of all; running invocations finish first."""
        self._pool.retire(function_arn, version)

    @property
    def provisionable(self) -> int:
        """How many processes may be kept warm: the others stay free for whoever is called."""
        return self._processes // 2

    def keep_warm(self, function_arn: str, wanted: Wanted) -> None:
        """Keep so many processes of each version started, and of no other version of the function."""
        self._provisioning.keep(function_arn, wanted)

    def warm(self, version: FunctionVersion) -> Warm:
        """How far that has come."""
        return self._provisioning.warm(version)

    def stop(self) -> None:
        """End every process; later invocations are refused. What the session holds is the session's."""
        self._stopped.set()
        self._provisioning.stop()
        self._pool.close()
        self._provisioning.join()
        self._expiry.join()

    def _outcome(self, version: FunctionVersion, call: Call) -> Outcome:
        if len(call.payload) > PAYLOAD_LIMIT:
            return _refusal("too_large", call, _too_large(len(call.payload)))
        worker = self._pool.acquire(version)
        if worker is None:
            return _refusal("throttled", call, _throttled(version))
        try:
            execution = Execution(worker, call, self._log_of(worker), self._now_ms)
            outcome = execution.run()
            self.work.spend(version.name, execution.cpu_s)
            return outcome
        finally:
            self._pool.give_back(worker)
            if worker.kept and not worker.warm:
                self._provisioning.look()

    def _log_of(self, worker: Worker) -> ExecutionLog:
        version, stream = worker.version, worker.stream
        return ExecutionLog(lambda lines: self._on_log(version, stream, lines), self._now_ms, sends(version.logging))

    def _launch(self, version: FunctionVersion, stream: str, start: str, scratch: Path) -> RuntimeProcess:
        return RuntimeProcess(
            *(version, stream, start),
            session=self._session,
            runtime=self._runtime,
            extra=self._environment,
            scratch=scratch,
        )

    def _trace_id(self) -> str:
        began_s = self._now_ms() // 1000
        return f"Root=1-{began_s:08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"

    def _expire(self, idle_s: float) -> None:
        while not self._stopped.wait(idle_s / 4):
            self._pool.expire(idle_s)


def _refusal(status: Status, call: Call, answer: Mapping[str, str]) -> Outcome:
    return Outcome(status, json.dumps(answer).encode(), call.request_id)


def _throttled(version: FunctionVersion) -> dict[str, str]:
    reserved = "" if version.reserved_concurrency is None else "ReservedFunction"
    reason = f"{reserved}ConcurrentInvocationLimitExceeded"
    return {"Reason": reason, "Type": "User", "message": "Rate Exceeded."}


def _too_large(size: int) -> dict[str, str]:
    limit = f"RequestResponse invocation type (limit {PAYLOAD_LIMIT} bytes)"
    return {"Type": "User", "message": f"{size} byte payload is too large for the {limit}"}
