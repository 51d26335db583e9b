"""Invoking functions as Lambda's API does: at once, or later through Lambda's own queue."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from moto.awslambda.models import LambdaFunction

from infra.local.delivery.outcome import Outcome
from infra.local.services.awslambda.api.names import function_name
from infra.local.services.awslambda.api.settling import refuse_pending
from infra.local.services.awslambda.asynchronous.destinations import Destinations
from infra.local.services.awslambda.asynchronous.queue import AsynchronousQueue, Event
from infra.local.services.awslambda.functions.host import FunctionHost
from infra.local.services.awslambda.functions.provisioning import Warm
from infra.local.services.awslambda.functions.work import Work
from infra.local.services.awslambda.model import FunctionVersion
from infra.local.services.awslambda.versions import Versions
from infra.local.wiring import ACCOUNT, wiring


@dataclass(frozen=True)
class Answer:
    """An outcome and the version that gave it."""

    outcome: Outcome
    version: FunctionVersion


class Invocations:
    """Runs the right version for a name, an alias or an ARN."""

    def __init__(self, functions: FunctionHost, versions: Versions) -> None:
        self._functions = functions
        self._versions = versions
        self._queue = AsynchronousQueue(functions, versions, Destinations(versions.region))

    def call(
        self, name: str, payload: bytes, qualifier: str | None = None, client_context: str | None = None
    ) -> Answer:
        """Invoke and wait; raises moto's error when there is no such function, never for what the function did."""
        function, invoked_arn = self._versions.find(name, qualifier)
        refuse_pending(function)
        version = self._versions.complete(function)
        outcome = self._functions.invoke(version, payload, invoked_arn=invoked_arn, client_context=client_context)
        return Answer(outcome, version)

    @property
    def work(self) -> Work:
        """Which functions run, and for how long each has."""
        return self._functions.work

    def by_arn(self, function_arn: str, payload: bytes) -> Outcome:
        """Invoke by (qualified) ARN and wait."""
        return self.call(function_arn, payload).outcome

    def send(self, name: str, payload: bytes, qualifier: str | None = None) -> str:
        """Invoke later; the function must exist now. Returns the request id."""
        named = function_name(name, qualifier, self._versions.region, ACCOUNT)
        self._versions.find(named.name, named.qualifier)
        request_id = str(uuid.uuid4())
        self._queue.put(Event(request_id, named.name, named.qualifier, payload, wiring().clock.time()))
        return request_id

    def retire(self, function_arn: str, version: str | None = None) -> None:
        """Let go of the warm processes of code that is no longer there."""
        if version is None:
            self._functions.keep_warm(function_arn, ())
        self._functions.retire(function_arn, version)

    @property
    def provisionable(self) -> int:
        """How many processes may be kept warm."""
        return self._functions.provisionable

    def keep_warm(self, function: LambdaFunction) -> None:
        """Keep what the function's provisioned concurrency asks for, as its aliases lead now."""
        self._functions.keep_warm(function.function_arn, self._versions.provisioned(function))

    def warm(self, version: FunctionVersion) -> Warm:
        """How many processes of a version are kept."""
        return self._functions.warm(version)

    def kept(self, function: LambdaFunction, qualifier: str) -> list[tuple[FunctionVersion, int]]:
        """What one version or alias of the function asks for."""
        return self._versions.provisioned(function, qualifier)

    @property
    def idle(self) -> bool:
        """Whether no asynchronous invocation is under way; those that wait for their next try are at rest."""
        return self._queue.idle

    def stop(self) -> None:
        """Give up what was waiting for its retry."""
        self._queue.stop()
