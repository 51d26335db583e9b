"""The children of a map run, and what Step Functions writes of them.

https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from typing import Any, Literal
from weakref import WeakKeyDictionary

from moto.stepfunctions.parser.asl.component.state.exec.state_map.result_writer.resource_eval import (
    resource_eval_s3 as writing,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import StateCredentials
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from infra.local.wiring import wiring

_WRITES = ("s3:GetObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload")
"""Beside s3:PutObject, of results that are written in parts."""
_lock = Lock()
_children: WeakKeyDictionary[Any, Children] = WeakKeyDictionary()


@dataclass
class Child:
    """One execution of a map run."""

    execution: str
    machine: str
    began: datetime
    input: Any = None
    output: Any = None
    status: Literal["RUNNING", "SUCCEEDED", "FAILED", "ABORTED"] = "RUNNING"
    error: str | None = None
    cause: str | None = None
    ended: datetime | None = None

    def fail(self, error: str | None, cause: str | None) -> None:
        """It has ended by an error."""
        self.status, self.error, self.cause = "FAILED", error, cause

    def succeed(self, output: Any) -> None:
        """It has ended well."""
        self.status, self.output = "SUCCEEDED", output

    def as_written(self) -> dict[str, Any]:
        """As a file of results has it: input and output are texts."""
        known = {
            "ExecutionArn": self.execution,
            "Input": to_json_str(self.input),
            "InputDetails": {"Included": True},
            "Name": self.execution.rpartition(":")[2],
            "StateMachineArn": self.machine,
            "Status": self.status,
            "StartDate": _moment(self.began),
        }
        known |= {"StopDate": _moment(self.ended)} if self.ended else {}
        if self.status == "SUCCEEDED":
            return {**known, "Output": to_json_str(self.output), "OutputDetails": {"Included": True}}
        return {**known, "Error": self.error, "Cause": self.cause}


@dataclass
class Children:
    """All of them, as they ended."""

    those: list[Child] = field(default_factory=list)

    def written(self, record: Any, bucket: str, prefix: str, env: Environment) -> dict[str, Any]:
        """Write what became of them, and a manifest; where that is, as the map's result says it."""
        role = env.aws_execution_details.role_arn
        folder = f"{prefix.strip('/')}/" if prefix else ""
        folder += record.map_run_arn.rpartition(":")[2]
        for action in _WRITES:
            wiring().guard.role_may(role, action, f"arn:aws:s3:::{bucket}/{folder}/manifest.json")
        region = env.aws_execution_details.region
        # As it is patched where moto itself asks for one.
        make: Any = vars(writing)["boto_client_for"]
        client = make(region=region, service="s3", state_credentials=StateCredentials(role_arn=role))
        files: dict[str, list[dict[str, Any]]] = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        for status, listed in files.items():
            of_status = [child.as_written() for child in self.those if child.status == status]
            if of_status:
                key, body = f"{folder}/{status}_0.json", json.dumps(of_status).encode()
                client.put_object(Bucket=bucket, Key=key, Body=body)
                listed.append({"Key": key, "Size": len(body)})
        manifest = {"DestinationBucket": bucket, "MapRunArn": record.map_run_arn, "ResultFiles": files}
        key = f"{folder}/manifest.json"
        client.put_object(Bucket=bucket, Key=key, Body=json.dumps(manifest).encode())
        counts = record.item_counter, record.execution_counter
        for counter in counts:
            counter.results_written.count(len(self.those))
        return {"MapRunArn": record.map_run_arn, "ResultWriterDetails": {"Bucket": bucket, "Key": key}}


def children_of(record: Any) -> Children:
    """Those of a map run so far."""
    with _lock:
        return _children.setdefault(record, Children())


def began(record: Any, job: Any) -> Child:
    """A child that begins with an item."""
    machine = record.map_state_machine_arn
    execution = f"{machine.replace(':stateMachine:', ':execution:')}:{uuid.uuid4()}"
    for counter in (record.item_counter, record.execution_counter):
        counter.pending.offset(-1)
        counter.running.count()
    return Child(execution, machine, wiring().clock.now(), job.job_input)


def ended(record: Any, child: Child) -> None:
    """A child that has ended; it is counted by how."""
    child.ended = wiring().clock.now()
    for counter in (record.item_counter, record.execution_counter):
        counter.running.offset(-1)
        getattr(counter, child.status.lower()).count()
    children_of(record).those.append(child)


def _moment(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
