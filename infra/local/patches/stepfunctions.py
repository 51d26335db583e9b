"""Step Functions: machines that execute, and reach the local cloud's own endpoint with their role."""

from __future__ import annotations

import importlib
import threading
import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from moto.stepfunctions import responses
from moto.stepfunctions.parser.asl.component.state.exec.state_task.credentials import StateCredentials
from moto.stepfunctions.parser.models import StepFunctionsParserBackend
from moto.sts.models import AssumedRole, sts_backends

from infra.local.iam.keys import SESSION_S, lasts
from infra.local.patches.registry import PATCHES, Patch, replace, wrap
from infra.local.wiring import ACCOUNT, wiring

_TASK_LIMIT_S = 3600
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
"""Who makes clients for the integrations that infra/local/resources/state_machines.py lets a template use."""


@cache
def _client(endpoint_url: str, region: str, service: str, key: str, secret: str, token: str) -> Any:
    with _lock:
        return boto3.session.Session().client(
            service,  # type: ignore[call-overload]
            region_name=region,
            endpoint_url=endpoint_url,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
            aws_session_token=token,
            config=Config(
                parameter_validation=False,
                retries={"max_attempts": 0, "total_max_attempts": 1},
                read_timeout=_TASK_LIMIT_S,
                max_pool_connections=50,
            ),
        )


def _session(region: str, role_arn: str) -> AssumedRole:
    """The role's one session as a state machine's, and a new one before it ends."""
    sts = sts_backends[ACCOUNT]["aws"]
    mine = (one for one in sts.assumed_roles if one.role_arn == role_arn and one.session_name == _SESSION)
    return next(filter(lasts, mine), None) or sts.assume_role(region, _SESSION, role_arn, "", SESSION_S, "")


def boto_client_for(region: str, service: str, state_credentials: StateCredentials) -> Any:
    """moto makes a client for every task, for a port it guesses on `localhost`, with keys that are nobody's."""
    held = _session(region, state_credentials.role_arn)
    keys = (held.access_key_id, held.secret_access_key, held.session_token)
    return _client(wiring().endpoint_url, region, service, *keys)


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
