"""A request for a training job: what is not run here as SageMaker runs it is refused by name.

https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.services.sagemaker.images import check_image
from serin.domain.errors import Invalid
from serin.domain.training_machines import Machine, machine_named

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}\Z")
_URI = re.compile(r"s3://([a-z0-9.-]+)/(.*)\Z")
PROGRAM, SUBMITTED = "sagemaker_program", "sagemaker_submit_directory"
_KNOWN: Mapping[str, frozenset[str]] = {
    "": frozenset(
        {
            *("TrainingJobName", "HyperParameters", "AlgorithmSpecification", "RoleArn", "InputDataConfig", "Tags"),
            *("OutputDataConfig", "ResourceConfig", "StoppingCondition", "EnableManagedSpotTraining", "Environment"),
        }
    ),
    "AlgorithmSpecification": frozenset({"TrainingImage", "TrainingInputMode"}),
    "OutputDataConfig": frozenset({"S3OutputPath"}),
    "ResourceConfig": frozenset({"InstanceType", "InstanceCount", "VolumeSizeInGB"}),
    "StoppingCondition": frozenset({"MaxRuntimeInSeconds", "MaxWaitTimeInSeconds"}),
}


@dataclass(frozen=True)
class Place:
    """An object, or all whose keys begin so."""

    bucket: str
    key: str

    @classmethod
    def of(cls, uri: str) -> Place:
        """Of `s3://bucket/key`; raises Invalid for anything else."""
        match = _URI.match(uri)
        if match is None:
            raise Invalid(f"{uri!r} is no place in S3.", "Write s3://BUCKET/KEY.")
        return cls(match[1], match[2])


@dataclass(frozen=True)
class Asked:
    """A job as it was asked for."""

    name: str
    role: str
    machine: Machine
    limit_s: int
    output: Place
    spot: bool = False
    channels: Mapping[str, Place] = field(default_factory=dict)
    hyperparameters: Mapping[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)


def asked_for(request: Mapping[str, Any], region: str) -> Asked:
    """The job; raises Invalid for what SageMaker refuses, and for what is not run here."""
    for part, known in _KNOWN.items():
        given = request[part] if part else request
        _refuse_unknown(part, given, known)
    name, resources, stopping = request["TrainingJobName"], request["ResourceConfig"], request["StoppingCondition"]
    if not _NAME.match(name):
        raise Invalid(f"{name!r} is no name of a training job.", "Use up to 63 letters, digits and hyphens.")
    check_image(str(request["AlgorithmSpecification"].get("TrainingImage")), region)
    if request["AlgorithmSpecification"]["TrainingInputMode"] != "File" or resources.get("InstanceCount") != 1:
        raise Invalid("Jobs run on one machine here, with their input as files.", "Use InstanceCount 1 and File.")
    limit, spot = int(stopping.get("MaxRuntimeInSeconds", 86_400)), bool(request.get("EnableManagedSpotTraining"))
    _check_wait(spot, limit, stopping.get("MaxWaitTimeInSeconds"))
    hyperparameters: Mapping[str, str] = request.get("HyperParameters", {})
    for needed in (PROGRAM, SUBMITTED):
        if needed not in hyperparameters:
            raise Invalid(f"The job names no {needed}.", "Use script mode: nothing else is in the image here.")
    return Asked(
        *(name, request["RoleArn"], machine_named(str(resources.get("InstanceType")), "InstanceType"), limit),
        Place.of(request["OutputDataConfig"]["S3OutputPath"]),
        spot,
        dict(_channel(channel) for channel in request.get("InputDataConfig", [])),
        hyperparameters,
        request.get("Environment", {}),
    )


def _refuse_unknown(part: str, given: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := sorted(set(given) - known):
        where = f"{part}.{unknown[0]}" if part else unknown[0]
        raise Invalid(f"The local cloud does nothing by {where} of a training job.", "Leave it out.", where)


def _check_wait(spot: bool, limit: int, wait: int | None) -> None:
    """SageMaker wants to be told how long spot may be waited for, and never less than the job may take."""
    if spot and (wait is None or wait < limit):
        raise Invalid(
            "Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds.",
            "Give it with managed spot training.",
        )
    if not spot and wait is not None:
        raise Invalid("MaxWaitTimeInSeconds is for managed spot training.", "Leave it out.")


def _channel(channel: Mapping[str, Any]) -> tuple[str, Place]:
    _refuse_unknown("InputDataConfig", channel, frozenset({"ChannelName", "DataSource", "InputMode", "ContentType"}))
    source = channel["DataSource"].get("S3DataSource", {})
    if source.get("S3DataType") != "S3Prefix":
        raise Invalid(
            f"The channel {channel['ChannelName']} is {source.get('S3DataType')}.", "Use objects by S3Prefix."
        )
    return channel["ChannelName"], Place.of(source["S3Uri"])
