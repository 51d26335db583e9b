"""The workflow that erases people, on Step Functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from serin.domain.erasures import Erasure
from serin.domain.errors import Conflict

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


_ATTEMPTS = 100
_DEAD = ("FAILED", "TIMED_OUT", "ABORTED")


class StepFunctionsErasures:
    """An execution is named by the erasure's id, so that it goes on once; one that died is followed by another.

    Its input has nothing else of the person.
    """

    def __init__(self, client: SFNClient, machine: str) -> None:
        self._client, self._machine = client, machine

    def start(self, erasure: Erasure) -> None:
        given = json.dumps({"erasure": erasure.id, "correlation": erasure.id})
        for attempt in range(_ATTEMPTS):
            name = f"{erasure.id}-{attempt}" if attempt else erasure.id
            try:
                # One that goes on is answered as if it had been begun now.
                self._client.start_execution(stateMachineArn=self._machine, name=name, input=given)
            except self._client.exceptions.ExecutionAlreadyExists:
                if self._status(name) in _DEAD:
                    continue
            return
        raise Conflict(f"Erasure {erasure.id} stopped {_ATTEMPTS} times.", "Read the log of the function erase-person.")

    def _status(self, name: str) -> str:
        execution = f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"
        return self._client.describe_execution(executionArn=execution)["status"]
