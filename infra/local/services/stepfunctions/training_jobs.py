"""A task that runs a training job of SageMaker and waits for its end: `sagemaker:createTrainingJob.sync`.

https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError
from moto.core.utils import get_service_model
from moto.stepfunctions.parser.api import HistoryEventType, TaskFailedEventDetails
from moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name import CustomErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.error_name import ErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.failure_event import FailureEvent, FailureEventException
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name import StatesErrorName
from moto.stepfunctions.parser.asl.component.common.error_name.states_error_name_type import StatesErrorNameType
from moto.stepfunctions.parser.asl.component.state.exec.state_task import state_task_factory
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import StateCredentials
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.resource import (
    ResourceCondition,
    ResourceRuntimePart,
)
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service import StateTaskService
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_callback import (
    StateTaskServiceCallback,
)
from moto.stepfunctions.parser.asl.eval.environment import Environment
from moto.stepfunctions.parser.asl.eval.event.event_detail import EventDetails
from moto.stepfunctions.parser.asl.utils.encoding import to_json_str

from infra.local.clock.milliseconds import in_milliseconds
from infra.local.moto_patches.registry import wrap
from infra.local.moto_patches.time import now_s
from infra.local.services.stepfunctions.patches import boto_client_for

_LOOK_S, _LONGEST_LOOK_S = 0.05, 1.0
"""Between two looks whether a job has ended; it is heard of by an event on AWS."""
_TASK_FAILED = StatesErrorNameType.StatesTaskFailed


class TrainingJobTask(StateTaskServiceCallback):
    """Creates a job, waits until it has ended, and answers as DescribeTrainingJob does."""

    def __init__(self) -> None:
        super().__init__(supported_integration_patterns={ResourceCondition(ResourceCondition.Sync)})

    def _get_supported_parameters(self) -> set[str] | None:
        shape = get_service_model("sagemaker").operation_model("CreateTrainingJob").input_shape
        return None if shape is None else set(shape.members)

    def _eval_service_task(
        self,
        env: Environment,
        resource_runtime_part: ResourceRuntimePart,
        normalised_parameters: dict[str, Any],
        state_credentials: StateCredentials,
    ) -> None:
        client = _sagemaker(resource_runtime_part, state_credentials)
        response = client.create_training_job(**normalised_parameters)
        env.stack.append({"TrainingJobArn": response["TrainingJobArn"]})

    def _eval_integration_pattern(
        self,
        env: Environment,
        resource_runtime_part: ResourceRuntimePart,
        normalised_parameters: dict[str, Any],  # noqa: ARG002 - moto's own signature
        state_credentials: StateCredentials,
    ) -> None:
        name = env.stack.pop()["TrainingJobArn"].rpartition("/")[2]
        client, job, look_s = _sagemaker(resource_runtime_part, state_credentials), dict[str, Any](), _LOOK_S
        while env.is_running():
            job = client.describe_training_job(TrainingJobName=name)
            if job["TrainingJobStatus"] not in {"InProgress", "Stopping"}:
                break
            event: Any = env.program_state_event
            event.wait_until(now_s() + look_s)
            look_s = min(look_s * 1.5, _LONGEST_LOOK_S)
        else:
            # Whoever has ended the execution, or its time: a job that nobody waits for is not paid for.
            with suppress(ClientError):
                client.stop_training_job(TrainingJobName=name)
            env.stack.append(None)
            return
        job.pop("ResponseMetadata", None)
        if job["TrainingJobStatus"] != "Completed":
            cause = to_json_str(in_milliseconds(job))
            raise FailureEventException(self._failed(env, StatesErrorName(_TASK_FAILED), cause))
        env.stack.append(in_milliseconds(job))

    def _from_error(self, env: Environment, ex: Exception) -> FailureEvent:
        if isinstance(ex, ClientError):
            code, request = ex.response["Error"]["Code"], ex.response["ResponseMetadata"].get("RequestId", "")
            cause = f"{ex.response['Error']['Message']} (Service: SageMaker, Status Code: 400, Request ID: {request})"
            return self._failed(env, CustomErrorName(f"SageMaker.{code.removesuffix('Exception')}Exception"), cause)
        failure: FailureEvent = super()._from_error(env=env, ex=ex)
        return failure

    def _failed(self, env: Environment, name: ErrorName, cause: str) -> FailureEvent:
        details = TaskFailedEventDetails(
            error=str(name.error_name),
            cause=cause,
            resource=self._get_sfn_resource(),
            resourceType=self._get_sfn_resource_type(),
        )
        return FailureEvent(
            env=env,
            error_name=name,
            event_type=HistoryEventType.TaskFailed,
            event_details=EventDetails(taskFailedEventDetails=details),  # type: ignore[typeddict-item]
        )


@wrap(state_task_factory, "state_task_service_for")
def task_of(original: Callable[[str], StateTaskService], service_name: str) -> StateTaskService:
    """moto hands SageMaker's requests on and waits for no job."""
    return TrainingJobTask() if service_name == "sagemaker" else original(service_name)


def _sagemaker(part: ResourceRuntimePart, credentials: StateCredentials) -> Any:
    return boto_client_for(region=part.region, service="sagemaker", state_credentials=credentials)
