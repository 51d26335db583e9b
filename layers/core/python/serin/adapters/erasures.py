"""The workflow that erases people, on Step Functions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from serin.domain.erasures import Erasure

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsErasures:
    """An execution's name is the erasure's id, so it starts once; its input has nothing else of the person."""

    def __init__(self, client: SFNClient, machine: str) -> None:
        self._client, self._machine = client, machine

    def start(self, erasure: Erasure) -> bool:
        given = json.dumps({"erasure": erasure.id, "correlation": erasure.id})
        try:
            self._client.start_execution(stateMachineArn=self._machine, name=erasure.id, input=given)
        except self._client.exceptions.ExecutionAlreadyExists:
            return False
        return True
