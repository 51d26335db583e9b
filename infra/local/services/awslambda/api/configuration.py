"""What Lambda takes as a function's configuration.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from infra.local.services.awslambda.api import constraints
from infra.local.services.awslambda.api.errors import invalid
from infra.local.services.awslambda.api.permissions import check_dead_letters

_ENVIRONMENT_BYTES = 4096
_RESERVED = (
    "_HANDLER _X_AMZN_TRACE_ID AWS_DEFAULT_REGION AWS_REGION AWS_EXECUTION_ENV AWS_LAMBDA_FUNCTION_NAME "
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE AWS_LAMBDA_FUNCTION_VERSION AWS_LAMBDA_INITIALIZATION_TYPE "
    "AWS_LAMBDA_LOG_GROUP_NAME AWS_LAMBDA_LOG_STREAM_NAME AWS_ACCESS_KEY AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY "
    "AWS_SESSION_TOKEN AWS_LAMBDA_RUNTIME_API LAMBDA_TASK_ROOT LAMBDA_RUNTIME_DIR"
)
_UNABLE = (
    "Lambda was unable to configure your environment variables because the environment variables you have provided"
)


def check(operation: str, wanted: Mapping[str, Any], role_arn: str) -> None:
    """Refuse what Lambda would, before anything is changed; `role_arn` is the function's, after the change."""
    constraints.check(operation, wanted)
    _check_runtime(wanted.get("Runtime"))
    _check_environment((wanted.get("Environment") or {}).get("Variables") or {})
    if target := (wanted.get("DeadLetterConfig") or {}).get("TargetArn"):
        check_dead_letters(role_arn, target)


def _check_runtime(runtime: str | None) -> None:
    if runtime is not None and runtime not in constraints.runtimes():
        raise invalid(
            f"Value {runtime} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: "
            f"[{', '.join(constraints.runtimes())}] or be a valid ARN"
        )


def _check_environment(variables: Mapping[str, str]) -> None:
    if taken := sorted(set(_RESERVED.split()) & set(variables)):
        raise invalid(
            f"{_UNABLE} contains reserved keys that are currently not supported for modification. "
            f"Reserved keys used in this request: {', '.join(taken)}"
        )
    measured = json.dumps(dict(variables), separators=(",", ":"))
    if len(measured.encode()) > _ENVIRONMENT_BYTES:
        raise invalid(f"{_UNABLE} exceeded the 4KB limit. String measured: {measured}")
