"""SageMaker's training jobs: moto answers that one is completed and runs nothing."""

from __future__ import annotations

import json

from moto.core.responses import ActionResult, EmptyResult
from moto.sagemaker.models import FakeTrainingJob, sagemaker_backends
from moto.sagemaker.responses import SageMakerResponse

from infra.local.moto_patches.registry import add, replace
from infra.local.services.sagemaker.errors import Refused
from infra.local.services.sagemaker.jobs import TrainingJobs
from infra.local.wiring import ACCOUNT, wiring


@replace(SageMakerResponse, "create_training_job")
def create_training_job(response: SageMakerResponse) -> ActionResult:
    """moto takes any image and any machine, says at once that the job is completed, and runs nothing."""
    job = wiring().part(TrainingJobs).create(json.loads(response.body), response.region)
    return ActionResult({"TrainingJobArn": job.arn})


@add(SageMakerResponse, "stop_training_job")
def stop_training_job(response: SageMakerResponse) -> ActionResult:
    """moto stops no training job: it has no such call."""
    name = response._get_param("TrainingJobName")
    if name not in sagemaker_backends[ACCOUNT][response.region].training_jobs:
        raise Refused(f"Requested resource not found: {FakeTrainingJob.arn_formatter(name, ACCOUNT, response.region)}")
    wiring().part(TrainingJobs).stop(name)
    return EmptyResult()
