"""A training job as SageMaker keeps it: every status it has had, told on the default bus.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeTrainingJob.html
https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from infra.local.clock.milliseconds import in_milliseconds
from infra.local.delivery.envelope import event
from infra.local.delivery.registry import emit
from infra.local.wiring import ACCOUNT, wiring

Status = Literal["InProgress", "Stopping", "Completed", "Failed", "Stopped"]
ENDED: frozenset[str] = frozenset({"Completed", "Failed", "Stopped"})
_MESSAGES: Mapping[str, str] = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Interrupted": "Training job interrupted: the spot instance was reclaimed",
    "Stopping": "Stopping the training job",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Failed": "Training job failed",
    "Stopped": "Training job stopped",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


@dataclass(eq=False)
class TrainingJob:
    """What moto lists and describes; the running itself is elsewhere, so that this is kept across restarts."""

    request: dict[str, Any]
    region: str
    creation_time: datetime
    last_modified_time: datetime
    training_job_status: Status = "InProgress"
    secondary_status: str = ""
    transitions: list[dict[str, Any]] = field(default_factory=list)
    training_start_time: datetime | None = None
    training_end_time: datetime | None = None
    failure_reason: str = ""
    seconds: int = 0

    @classmethod
    def begun(cls, request: Mapping[str, Any], region: str) -> TrainingJob:
        """A job of now."""
        now = wiring().clock.now()
        return cls(dict(request), region, now, now)

    @property
    def training_job_name(self) -> str:
        """Its name."""
        return str(self.request["TrainingJobName"])

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:sagemaker:{self.region}:{ACCOUNT}:training-job/{self.training_job_name}"

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end."""
        return self.training_job_status in ENDED

    @property
    def model(self) -> str:
        """Where what it leaves in its folder for the model goes."""
        place = self.request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
        return f"{place}/{self.training_job_name}/output/model.tar.gz"

    def become(self, secondary: str, status: Status = "InProgress", reason: str = "") -> None:
        """Note a status and tell of it; `reason` is why it failed."""
        now = wiring().clock.now()
        if self.transitions:
            self.transitions[-1]["EndTime"] = now
        self.transitions.append({"Status": secondary, "StartTime": now, "StatusMessage": _MESSAGES[secondary]})
        self.secondary_status, self.last_modified_time, self.failure_reason = secondary, now, reason[:1024]
        if secondary == "Training" and self.training_start_time is None:
            self.training_start_time = now
        if status in ENDED:
            self.training_end_time = self.transitions[-1]["EndTime"] = now
        # Last of all: whoever sees that it is over finds the rest.
        self.training_job_status = status
        emit(
            event(
                *("aws.sagemaker", "SageMaker Training Job State Change", in_milliseconds(self.response_object)),
                region=self.region,
                resources=[self.arn],
            )
        )

    @property
    def response_object(self) -> dict[str, Any]:
        """As DescribeTrainingJob answers."""
        request = {name: value for name, value in self.request.items() if name != "Tags"}
        known = {
            **request,
            "TrainingJobArn": self.arn,
            "TrainingJobStatus": self.training_job_status,
            "SecondaryStatus": self.secondary_status,
            "SecondaryStatusTransitions": [dict(one) for one in self.transitions],
            "CreationTime": self.creation_time,
            "LastModifiedTime": self.last_modified_time,
            "TrainingStartTime": self.training_start_time,
            "TrainingEndTime": self.training_end_time,
            "FailureReason": self.failure_reason or None,
        }
        if self.is_over:
            seconds = {"TrainingTimeInSeconds": self.seconds, "BillableTimeInSeconds": self.seconds}
            known |= {**seconds, "ModelArtifacts": {"S3ModelArtifacts": self.model}}
        return {name: value for name, value in known.items() if value is not None}
