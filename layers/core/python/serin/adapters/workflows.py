"""Long-running work on Step Functions. An execution's name is the run's or release's id, so it starts once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from serin.domain.batches import Batch
from serin.domain.records import as_record
from serin.domain.release_course import Course
from serin.domain.releases import Release
from serin.domain.workflow_errors import reason_of

if TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient


class StepFunctionsWorkflows:
    """One training machine a model (`training_prefix` + model), one release machine, one that scores files."""

    def __init__(self, client: SFNClient, training_prefix: str, release_machine: str, batch_machine: str = "") -> None:
        self._client = client
        self._training_prefix = training_prefix
        self._release_machine = release_machine
        self._batch_machine = batch_machine

    def start_training(self, model: str, run_id: str, cause: str, correlation: str, parent: str | None = None) -> bool:
        given = {"model": model, "run": run_id, "cause": cause, "correlation": correlation}
        given |= {} if parent is None else {"parent": parent}
        return self._start(f"{self._training_prefix}{model}", run_id, given)

    def start_release(
        self, model: str, version: int, release_id: str, cause: str, correlation: str, attempt: int = 0
    ) -> bool:
        given = {"model": model, "version": version, "release": release_id, "cause": cause, "correlation": correlation}
        return self._start(self._release_machine, f"{release_id}-a{attempt}" if attempt else release_id, given)

    def continue_release(self, release: Release, number: int, course: Course) -> bool:
        given = {
            "model": release.model,
            "version": release.version,
            "release": release.id,
            "cause": release.cause,
            "correlation": release.correlation or release.id,
            "course": {"answer": as_record(course)},
        }
        return self._start(self._release_machine, f"{release.id}-c{number}", given)

    def start_batch(self, batch: Batch) -> bool:
        given = {"model": batch.model, "batch": batch.id, "correlation": batch.correlation}
        return self._start(self._batch_machine, batch.id, given)

    def batch_failure(self, batch: str) -> str | None:
        execution = f"{self._batch_machine.replace(':stateMachine:', ':execution:')}:{batch}"
        try:
            known = self._client.describe_execution(executionArn=execution)
        except self._client.exceptions.ExecutionDoesNotExist:
            return "its workflow never began, or ended more than 90 days ago"
        if known["status"] in ("RUNNING", "SUCCEEDED"):
            return None
        return reason_of({"Error": known.get("error", known["status"]), "Cause": known.get("cause", "")})

    def wake(self, token: str) -> bool:
        ended = self._client.exceptions
        try:
            self._client.send_task_success(taskToken=token, output="{}")
        except (ended.TaskTimedOut, ended.TaskDoesNotExist, ended.InvalidToken):
            return False
        return True

    def _start(self, machine: str, name: str, given: dict[str, Any]) -> bool:
        try:
            self._client.start_execution(stateMachineArn=machine, name=name, input=json.dumps(given))
        except self._client.exceptions.ExecutionAlreadyExists:
            return False
        return True
