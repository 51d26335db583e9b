"""Training jobs: run, waited for, and stopped."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from infra.local.cloud import LocalCloud
from infra.local.services.sagemaker.images import image_of
from infra.local.services.sagemaker.jobs import TrainingJobs
from infra.local.wiring import wiring
from tests.e2e.local.needs.model import needed
from tests.e2e.local.needs.world import at_rest, aws, begun, bucket, ended, machine, role, unique
from tests.waiting import wait_until

_RESPONSES = "moto.sagemaker.responses.SageMakerResponse"
_TASKS = "moto.stepfunctions.parser.asl.component.state.exec.state_task.state_task_factory.state_task_service_for"
SLEEPS = "import time\nprint('here', flush=True)\ntime.sleep(600)"


@contextmanager
def job_request(cloud: LocalCloud, program: str, **more: Any) -> Iterator[dict[str, Any]]:
    """CreateTrainingJob's parameters, for a program of one file; `more` are added to them."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        content = program.encode()
        entry = tarfile.TarInfo("train.py")
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    with bucket(cloud) as name, role(cloud, "s3:*", "logs:*", trusts=("sagemaker",)) as role_arn:
        aws(cloud, "s3").put_object(Bucket=name, Key="code/sourcedir.tar.gz", Body=packed.getvalue())
        hyperparameters = {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": f"s3://{name}/code/sourcedir.tar.gz",
        }
        yield {
            "TrainingJobName": unique(),
            "RoleArn": role_arn,
            "AlgorithmSpecification": {"TrainingImage": image_of(cloud.region), "TrainingInputMode": "File"},
            "HyperParameters": hyperparameters | more.pop("HyperParameters", {}),
            "OutputDataConfig": {"S3OutputPath": f"s3://{name}/out"},
            "ResourceConfig": {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 30},
            "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
            **more,
        }


def task(request: dict[str, Any]) -> dict[str, Any]:
    """The states of a machine that runs the job and waits for it."""
    resource = "arn:aws:states:::sagemaker:createTrainingJob.sync"
    return {"Fit": {"Type": "Task", "Resource": resource, "Parameters": request, "End": True}}


@needed(f"{_RESPONSES}.create_training_job")
def a_job_that_is_completed_has_run(cloud: LocalCloud) -> None:
    program = "import os\nopen(os.environ['SM_MODEL_DIR'] + '/model', 'w').write('fitted')"
    with job_request(cloud, program) as request:
        sagemaker, name = aws(cloud, "sagemaker"), request["TrainingJobName"]
        sagemaker.create_training_job(**request)
        at_rest(cloud)
        job = sagemaker.describe_training_job(TrainingJobName=name)
        assert job["TrainingJobStatus"] == "Completed"
        place, _, key = job["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").partition("/")
        packed = aws(cloud, "s3").get_object(Bucket=place, Key=key)["Body"].read()
        with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
            assert archive.getnames() == ["model"]


@needed(f"{_RESPONSES}.stop_training_job")
def a_job_is_stopped(cloud: LocalCloud) -> None:
    with job_request(cloud, SLEEPS) as request:
        sagemaker, name = aws(cloud, "sagemaker"), request["TrainingJobName"]
        sagemaker.create_training_job(**request)
        try:
            sagemaker.stop_training_job(TrainingJobName=name)
        except BaseException:
            _end(name)
            raise
        at_rest(cloud)
        assert sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "Stopped"


@needed(_TASKS)
def a_task_waits_for_its_job(cloud: LocalCloud) -> None:
    with job_request(cloud, "raise SystemExit(3)") as request, machine(cloud, task(request)) as arn:
        execution = ended(cloud, begun(cloud, arn))
        assert (execution["status"], execution["error"]) == ("FAILED", "States.TaskFailed")
        assert json.loads(execution["cause"])["FailureReason"].endswith("exit code: 3")


def _end(name: str) -> None:
    """Without anybody who stops it the job would outlast the need."""
    wiring().part(TrainingJobs).stop(name)
    assert wait_until(lambda: not wiring().activity.moving())
