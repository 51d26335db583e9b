"""Step Functions: machines that execute, and reach the local cloud's own endpoint with their role."""

from __future__ import annotations

import importlib
import json
import threading
import uuid
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from moto.core.exceptions import AWSError
from moto.stepfunctions import responses
from moto.stepfunctions.parser.api import ExecutionStatus
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import StateCredentials
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from infra.local.iam.credentials import Credentials
from infra.local.iam.platform_calls import perform
from infra.local.iam.sessions import service_session
from infra.local.moto_patches.registry import PATCHES, Patch, replace, wrap
from infra.local.services.stepfunctions.definitions import flaws
from infra.local.services.stepfunctions.managed_rules import may_manage_rules
from infra.local.services.stepfunctions.status_events import tell
from infra.local.wiring import wiring

_TASK_LIMIT_S = 3600
_TRACES = (
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
)
"""Of a traced execution: https://docs.aws.amazon.com/step-functions/latest/dg/xray-iam.html"""
_LOGS = (
    "logs:CreateLogDelivery",
    "logs:GetLogDelivery",
    "logs:UpdateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:DescribeResourcePolicies",
    "logs:DescribeLogGroups",
)
"""Of a machine with a log; without these CreateStateMachine fails.

https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy
"""
_SESSION = "states"
_lock = threading.Lock()

_EXECUTE = {"stepfunctions": {"execute_state_machine": True}}
PATCHES.append(
    Patch(responses, "default_user_config", lambda original: {**original, **_EXECUTE}, "moto only records executions.")
)

_CALLERS = (
    "state_map.item_reader.eval.resource_eval_s3",
    "state_map.result_writer.resource_eval.resource_eval_s3",
    "state_task.lambda_eval_utils",
    "state_task.service.state_task_service_aws_sdk",
    "state_task.service.state_task_service_dynamodb",
    "state_task.service.state_task_service_events",
    "state_task.service.state_task_service_sns",
    "state_task.service.state_task_service_sqs",
)
"""Who makes clients for the integrations that infra/local/services/stepfunctions/resources.py lets a template use."""


@cache
def _client(endpoint_url: str, region: str, service: str, keys: Credentials) -> Any:
    with _lock:
        return boto3.session.Session().client(
            service,  # type: ignore[call-overload]
            region_name=region,
            endpoint_url=endpoint_url,
            aws_access_key_id=keys.access_key_id,
            aws_secret_access_key=keys.secret_access_key,
            aws_session_token=keys.session_token,
            config=Config(
                parameter_validation=False,
                retries={"max_attempts": 0, "total_max_attempts": 1},
                read_timeout=_TASK_LIMIT_S,
                max_pool_connections=50,
            ),
        )


def boto_client_for(region: str, service: str, state_credentials: StateCredentials) -> Any:
    """moto makes a client for every task, for a port it guesses on `localhost`, with keys that are nobody's."""
    return _client(
        wiring().endpoint_url, region, service, service_session(region, _SESSION, state_credentials.role_arn)
    )


# Each has imported the function by name into its own module.
for _name in _CALLERS:
    _module = importlib.import_module(f"moto.stepfunctions.parser.asl.component.state.exec.{_name}")
    replace(_module, "boto_client_for")(boto_client_for)


@wrap(StepFunctionsParserBackend, "start_execution")
def start_execution(
    original: Callable[..., Any],
    backend: StepFunctionsParserBackend,
    state_machine_arn: str,
    name: Any = None,
    *args: Any,
    **kwargs: Any,
) -> Any:
    """moto calls every unnamed execution None, so the second collides with the first."""
    return original(backend, state_machine_arn, name or str(uuid.uuid4()), *args, **kwargs)


class MachineRoleRefused(AWSError):
    """What Step Functions answers to a role it cannot work with."""

    TYPE = "AccessDeniedException"
    STATUS = 400


class WrongDefinition(AWSError):
    """What Step Functions answers to a definition it does not execute."""

    TYPE = "InvalidDefinition"
    STATUS = 400


@wrap(StepFunctionsParserBackend, "create_state_machine")
def create_state_machine(
    original: Callable[..., Any], backend: StepFunctionsParserBackend, *args: Any, **more: Any
) -> Any:
    """moto gives a machine any role and states that lead nowhere, and never asks who may write the machine's log."""
    definition = more["definition"] if "definition" in more else args[1]
    backend._validate_definition(definition)
    _refuse_flaws(definition)
    guard, role_arn = wiring().guard, more["roleArn"] if "roleArn" in more else args[2]
    if not guard.service_may_assume("states.amazonaws.com", role_arn):
        raise MachineRoleRefused(
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
            "the provided role."
        )
    _refuse_unmanaged(definition, role_arn)
    if _has_a_log(more.get("loggingConfiguration")) and not perform(guard, _LOGS, role_arn):
        raise MachineRoleRefused("The state machine IAM Role is not authorized to access the Log Destination")
    return original(backend, *args, **more)


@wrap(Execution, "start")
def start(original: Callable[..., None], execution: Execution) -> None:
    """moto traces nothing and tells nobody; a traced machine does so with its role, silently where that one may not."""
    # moto's annotation names another class of the same name.
    settings: Mapping[str, Any] = getattr(execution.state_machine, "tracingConfiguration", None) or {}
    if settings.get("enabled") or settings.get("Enabled"):
        perform(wiring().guard, _TRACES, execution.role_arn)
    execution.exec_status = ExecutionStatus.RUNNING
    tell(execution)
    original(execution)


@wrap(StepFunctionsParserBackend, "update_state_machine")
def update_state_machine(
    original: Callable[..., Any], backend: StepFunctionsParserBackend, arn: str, definition: Any = None, **more: Any
) -> Any:
    """moto looks at a definition's grammar alone, here too."""
    if definition is not None:
        backend._validate_definition(definition)
        _refuse_flaws(definition)
        _refuse_unmanaged(definition, more.get("role_arn") or backend.describe_state_machine(arn).roleArn)
    return original(backend, arn, definition=definition, **more)


def _refuse_unmanaged(definition: str, role_arn: str) -> None:
    if not may_manage_rules(json.loads(definition), role_arn):
        raise MachineRoleRefused(f"'{role_arn}' is not authorized to create managed-rule.")


def _refuse_flaws(definition: str) -> None:
    if reasons := flaws(json.loads(definition)):
        raise WrongDefinition(f"Invalid State Machine Definition: '{', '.join(reasons)}'")


def _has_a_log(settings: Mapping[str, Any] | None) -> bool:
    """Templates write the names in capitals."""
    fields = {key.lower(): value for key, value in (settings or {}).items()}
    return fields.get("level", "OFF") != "OFF" and bool(fields.get("destinations"))
